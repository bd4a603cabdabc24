"""A chunk holds its values and nothing else: data behind or below them is refused."""

from __future__ import annotations

import zlib

import numpy as np
import pytest

import vdsc
from tests import tiny
from vdsc.api import reading
from vdsc.codecs.knots import decoder
from vdsc.codecs.lossless import floor
from vdsc.codecs.lossless.arrays import array_stream
from vdsc.errors import CorruptFile


@pytest.fixture(scope="module")
def walk():
    """Integers (60, 3) of a smooth path."""
    return (np.random.default_rng(0).normal(size=(60, 3)).cumsum(0) * 900).astype(np.int32)


@pytest.mark.parametrize("below", [b"\1\0\0\0", b"\xff\xff\xff\xff", bytes(4), b"abcdefgh"])
def test_words_below_an_array_are_refused(walk, below):
    """Whole words put before the stack of an array decode to the same values, and are found."""
    data, _ = array_stream.encode(walk)
    at = 4 + int.from_bytes(data[:4], "little")
    assert (array_stream.decode(data, walk.shape, walk.dtype)[0] == walk).all()
    with pytest.raises(CorruptFile, match="more than its values"):
        array_stream.decode(data[:at] + below + data[at:], walk.shape, walk.dtype)


@pytest.mark.parametrize("more", [b"\0", b"\1", b"abcd"])
def test_bytes_behind_a_floor_are_refused(more):
    """Bytes behind any of the five packings are found, those of deflate too."""
    raw = bytes(range(200)) * 3
    deflate = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = {0: raw, 1: deflate.compress(raw) + deflate.flush()}
    best = floor.encode(np.frombuffer(np.arange(4000, dtype="<i4").tobytes(), "<i4"))
    for way, data in packed.items():
        body = bytes([way]) + data
        assert floor.decode(body, len(raw), 1) == raw
        with pytest.raises(CorruptFile):
            floor.decode(body + more, len(raw), 1)
    assert best[0] > 1
    with pytest.raises(CorruptFile):
        floor.decode(best + more, 16000, 4)


@pytest.mark.parametrize("below", [b"\1\0\0\0", b"\xff\xff\xff\xff", bytes(4), b"abcdefgh"])
def test_words_below_the_knots_are_refused(below, tmp_path, monkeypatch):
    """Whole words put before the stream of knots decode to the same knots, and are found."""
    file = tmp_path / "knots.vds"
    file.write_bytes(vdsc.compress(tiny.clip(tiny.VECTORS, 30), codec="knots"))
    popped, seen = decoder.pop, []

    def pop(coding, stream, *rest, **more):
        seen.append(popped(coding, stream, *rest, **more))
        return popped(coding, below + stream, *rest, **more)

    with file.open("rb") as stream:
        reader = reading.of(stream)
        knots = decoder.KnotReader(reader.header)
        (body,) = reader.chunks()
        monkeypatch.setattr(decoder, "pop", pop)
        with pytest.raises(CorruptFile, match="more than its knots"):
            knots.window(body)
    assert len(seen) == 1
