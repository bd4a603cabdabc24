"""Brief headers say what HEAD says, in bytes that the page fixes."""

from __future__ import annotations

import io
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vdsc.container import Header, ModelRef, Reader, Writer, brief, head
from vdsc.core.sequence import Clock, Outline
from vdsc.errors import CorruptFile, LimitExceeded, UnsupportedVersion, VdscError

MODEL = ModelRef("cmu", bytes(range(16)))
SMALL = Outline((300, 96), np.dtype("<f4"), Clock(Fraction(60)))


def unpacked(body):
    """The header in a body whose times, if any, are 0, 1, 2, ..."""
    return brief.unpack(body, lambda frames: np.arange(frames, dtype=float))


def test_the_bytes_of_a_small_header_are_those_of_the_page():
    """Flags, codec, sizes, rate, model, parameters, as docs/format.md says."""
    header = Header("knots", MODEL, SMALL, {"q": 75, "u": 23})
    expected = "10 00 02 ac02 60 3c" + MODEL.digest.hex() + "03 636d75 71 9601 75 2e"
    assert brief.pack(header) == bytes.fromhex(expected)


def test_all_fields_have_their_bytes():
    """Type, ratio, start, chunks: a header with everything."""
    clock = Clock(Fraction(30000, 1001), start=-1.5)
    outline = Outline((5, 2), np.dtype(">f8"), clock)
    header = Header("packed", None, outline, {"w": -3}, chunks=4)
    expected = "2d 02 02 05 02 0d b0ea01 e907 000000000000f8bf 04 77 05"
    assert brief.pack(header) == bytes.fromhex(expected)
    assert unpacked(bytes.fromhex(expected)) == header


@given(
    codec=st.sampled_from(brief.CODECS),
    shape=st.lists(st.integers(1, 500), min_size=1, max_size=8).map(tuple),
    dtype=st.sampled_from(["<f4", "u1", ">i8", "?"]),
    rate=st.none() | st.fractions(Fraction(1, 10**6), 10**6, max_denominator=10**6),
    start=st.floats(allow_nan=False, allow_infinity=False),
    model=st.none() | st.just(MODEL),
    params=st.dictionaries(st.sampled_from("abcXYZ"), st.integers(-(2**62), 2**62 - 1), max_size=5),
    chunks=st.integers(1, 3) | st.integers(1, 2**40),
)
def test_what_is_packed_is_unpacked(codec, shape, dtype, rate, start, model, params, chunks):
    """Any header that is brief comes back whole, shorter than HEAD says it."""
    times = np.arange(shape[0], dtype=float)
    clock = Clock(times=times) if rate is None else Clock(rate, start + 0.0)
    try:
        outline = Outline(shape, np.dtype(dtype), clock)
        header = Header(codec, model, outline, params, chunks)
    except LimitExceeded:
        return
    body = brief.pack(header)
    assert body is not None
    assert len(body) < len(head.pack(header))
    found = unpacked(body)
    assert found.outline.clock.rate == rate
    if rate is None:
        assert (found.outline.clock.times == times).all()
    else:
        assert (found, brief.pack(found)) == (header, body)


@pytest.mark.parametrize(
    "header",
    [
        Header("raw", None, SMALL, {}),
        Header("knots", ModelRef("cmu", bytes(6)), SMALL, {}),
        Header("knots", None, SMALL, {"long": 1}),
        Header("knots", None, SMALL, {"q": 2**62}),
    ],
)
def test_what_is_not_brief_goes_into_head(header):
    """Another codec, an old hash, a long key and a large number are written as HEAD, and read."""
    assert brief.pack(header) is None
    stream = io.BytesIO()
    Writer(stream, header).chunk(b"x")
    assert Reader(io.BytesIO(stream.getvalue())).header == header


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ("", UnsupportedVersion),
        ("40 00 01 05 3c", UnsupportedVersion),
        ("00 09 01 05 3c", UnsupportedVersion),
        ("01 00 01 05 2e 3c", UnsupportedVersion),
        ("01 00 01 05 00 3c", CorruptFile),  # a type of 0 is left out
        ("04 00 01 05 3c 01", CorruptFile),  # so is a denominator of 1
        ("04 00 01 05 3c 00", CorruptFile),
        ("08 00 01 05 3c 0000000000000000", CorruptFile),  # and a start of 0
        ("20 00 01 05 3c 01", CorruptFile),  # and one chunk
        ("00 00 01 05 3c 71 02 61 02", CorruptFile),  # keys ascend
        ("00 00 01 05 3c 71 02 71 02", CorruptFile),
        ("00 00 01 05 3c 71", CorruptFile),
        ("00 00 01 05", CorruptFile),
        ("00 00 01 00 3c", CorruptFile),
        ("00 00 09 01 01 01 01 01 01 01 01 01 3c", CorruptFile),
    ],
)
def test_what_no_writer_makes_is_refused(body, error):
    """Unknown flags, codecs and types are newer; every other spelling is damage."""
    with pytest.raises(error):
        unpacked(bytes.fromhex(body))


def test_every_prefix_is_damage_or_newer():
    """A body cut anywhere is refused, or is another header that is canonical."""
    body = brief.pack(Header("knots", MODEL, SMALL, {"q": 75, "u": 23}, chunks=3))
    assert body is not None
    whole = len(body)
    for length in range(whole):
        try:
            assert brief.pack(unpacked(body[:length])) == body[:length]
            assert length in {whole - 2, whole - 5}
        except VdscError:
            pass
