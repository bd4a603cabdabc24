"""The body of a chunk."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vdsc.codecs.knots import body
from vdsc.errors import CorruptFile


@given(st.integers(1, 2**64 - 1), st.integers(0, 300), st.binary(max_size=200))
def test_bodies_come_apart_as_they_were_joined(knots, spent, stream):
    """Number of knots, bytes of their times (never more than there are) and stream."""
    assert body.split(body.join(knots, spent, stream)) == (knots, min(spent, len(stream)), stream)


@given(st.binary(max_size=30))
def test_any_bytes_are_a_body_or_corrupt(data):
    """No bytes end in another error, and what splits joins to the same."""
    try:
        knots, spent, stream = body.split(data)
    except CorruptFile:
        return
    assert body.join(knots, spent, stream) == data


def test_no_knots_are_no_window():
    """A window has a knot at least."""
    with pytest.raises(CorruptFile):
        body.split(body.join(0, 0, b""))
