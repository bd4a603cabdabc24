"""The body of a chunk."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vdsc.codecs.knots import body
from vdsc.errors import CorruptFile


@given(
    st.integers(1, 2**64 - 1), st.integers(0, 300), st.binary(max_size=200), st.binary(max_size=9)
)
def test_bodies_come_apart_as_they_were_joined(knots, spent, stream, pose):
    """Number of knots, bytes of their times (never more than there are), then all the rest."""
    made = body.join(knots, spent, stream, pose)
    found, least, at = body.split(made)
    assert (found, least, made[at:]) == (knots, min(spent, len(stream)), pose + stream)


@given(st.integers(1, 2**62), st.booleans(), st.binary(max_size=9))
def test_spans_come_back(frames, fresh, after):
    """How many frames, whether the first is not shared, and where the knots begin."""
    made = body.Span(frames, fresh).to_bytes()
    assert body.Span.read(made + after) == (body.Span(frames, fresh), len(made))


@given(st.binary(max_size=30))
def test_any_bytes_are_a_body_or_corrupt(data):
    """No bytes end in another error, and what splits joins to the same."""
    try:
        knots, spent, at = body.split(data)
    except CorruptFile:
        return
    assert body.join(knots, spent, data[at:]) == data


@pytest.mark.parametrize("data", [b"", b"\x00", b"\x01", b"\x80"])
def test_a_chunk_has_frames(data):
    """No span at all, one that is cut, and one without frames are corrupt."""
    with pytest.raises(CorruptFile):
        body.Span.read(data)


@pytest.mark.parametrize("data", [b"\0\0", b"\0\0ab", b"\3\3ab", b"", b"\3"])
def test_no_knots_are_no_window(data):
    """A window has a knot at least, and its times do not take more bytes than there are."""
    with pytest.raises(CorruptFile):
        body.split(data)


@pytest.mark.parametrize("stream", [b"", b"\0", b"\0abc"])
def test_a_gap_that_says_nothing_is_corrupt(stream):
    """The stream of drawn knots begins with the KL of a gap, which is above zero."""
    with pytest.raises(CorruptFile, match="how much"):
        body.kl_of_a_gap(stream)
    assert body.kl_of_a_gap(b"\x07" + stream) == 7
