"""The packed codec: everything returns, no file is much larger than xz's, damage is refused."""

from __future__ import annotations

import io
import lzma
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from vdsc.codecs.packed import frame_packing as packing
from vdsc.codecs.packed.frame_packing import FramePacker, FrameUnpacker
from vdsc.codecs.packed.ways import Bytewise
from vdsc.container import Header, Reader, Writer
from vdsc.container.header import DTYPES
from vdsc.core.sequence import Clock, Outline
from vdsc.errors import CorruptFile

NUMBERS = [dtype for dtype in DTYPES if dtype.kind in "biuf"]  # others become such ones before
ARRAYS = hnp.arrays(st.sampled_from(NUMBERS), hnp.array_shapes(min_dims=1, max_dims=4, max_side=9))
ALLOWED = 60
"""Bytes that a file may be larger than xz makes the .npy file."""


@settings(max_examples=80, deadline=None)
@given(ARRAYS, st.sampled_from([8, 40, 1 << 24]))
def test_everything_returns_and_no_file_is_much_larger_than_xz(values, span):
    """Arrays of all types and shapes, in one span or many, NaNs and all."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(packing, "SPAN", span)
        data = to_file(values)
        assert from_file(data).tobytes() == values.tobytes()
    if span > values.nbytes:
        assert len(data) <= xz(values) + ALLOWED


@pytest.mark.parametrize("way", range(5))
def test_each_way_returns(way):
    """Frames return from each way, in spans that are shorter than what the compressor keeps."""
    values = np.random.default_rng(0).integers(0, 9, (300, 7, 3)).astype(np.float32).cumsum(0)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(packing, "SPAN", values.nbytes // 5)
        data = to_file(values, ways=[way])
        assert Reader(io.BytesIO(data)).header.params == ({"w": way} if way else {})
        assert from_file(data).tobytes() == values.tobytes()


def test_the_stream_is_what_the_page_says():
    """Independent of the package: bodies joined are one LZMA2 stream of frame differences."""
    values = np.random.default_rng(1).integers(0, 1 << 16, (50, 11)).astype("<u2")
    data = to_file(values, ways=[4])
    body = b"".join(Reader(io.BytesIO(data)).chunks())
    last = {"id": lzma.FILTER_LZMA2, "dict_size": 4096}
    raw = lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=[last]).decompress(body[:-4])
    moved = np.diff(values, axis=0, prepend=values[:1] * 0)
    assert raw == moved.tobytes()


def test_a_still_screen_costs_one_frame():
    """Repetitions are seen over the whole sequence, in however many spans it is cut."""
    frame = np.random.default_rng(2).integers(0, 256, (64, 64), dtype=np.uint8)
    values = np.repeat(frame[None], 200, axis=0)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(packing, "SPAN", frame.nbytes * 10)
        data = to_file(values)
    assert len(data) < frame.nbytes + 1000


def test_the_first_of_several_spans_decides():
    """Of several spans the way that packs the first one best is taken."""
    values = np.arange(4000, dtype=np.uint32).cumsum().astype(np.uint32).reshape(-1, 4)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(packing, "SPAN", values.nbytes // 3)
        patch.setattr(packing, "SMALL", 0)
        assert len(to_file(values)) < len(to_file(values, ways=[0])) / 2


def test_damage_is_refused():
    """Every cut and every flipped bit of a stream is refused: nothing else comes back."""
    values = (np.arange(400, dtype=np.int16) ** 2 % 300).reshape(40, 10)
    for way in range(5):
        packer = FramePacker(outline(values), [way])
        body = packer.encode(values)
        header = packer.header()
        for at in range(len(body)):
            for broken in (body[:at], body[:at] + bytes([body[at] ^ 1 << at % 8]) + body[at + 1 :]):
                assert refused(header, broken) or decoded(header, broken) == values.tobytes()
        assert refused(header, body + b"\0")


def test_forged_headers_are_refused():
    """A way that is none, one whose distance is too long, and another number of chunks."""
    values = np.zeros((4, 300), np.uint8)
    fine = Header("packed", None, outline(values), {}, 1)
    for params, chunks in (({"w": 5}, 1), ({"w": -1}, 1), ({"w": 3}, 1), ({}, 2)):
        with pytest.raises(CorruptFile):
            FrameUnpacker(Header("packed", None, fine.outline, params, chunks))
    assert FrameUnpacker(fine)
    assert Bytewise((4, 256), 1).ways == (0, 1, 2, 3, 4)
    assert Bytewise((4, 257), 1).ways == (0, 1, 2, 4)


def test_no_more_is_unpacked_than_the_header_promises():
    """A stream that goes on behind the last frame is refused while it is unpacked."""
    many, few = np.zeros((1 << 22, 4), np.uint8), np.zeros((2, 4), np.uint8)
    packer = FramePacker(outline(many), [0])
    body = packer.encode(many)
    assert refused(Header("packed", None, outline(few), {}, 1), body)


def outline(values):
    return Outline(values.shape, values.dtype, Clock(rate=Fraction(1)))


def to_file(values, ways=None):
    packer, stream = FramePacker(outline(values), ways), io.BytesIO()
    writer = None
    for begin, end in packer.spans:
        body = packer.encode(values[begin:end])
        writer = writer or Writer(stream, packer.header())
        writer.chunk(body)
    writer.close()
    return stream.getvalue()


def from_file(data):
    reader = Reader(io.BytesIO(data))
    unpacker = FrameUnpacker(reader.header)
    made = [values for body in reader.chunks() for values in unpacker.decode(body)]
    return np.concatenate(made, dtype=reader.header.outline.dtype)


def decoded(header, body):
    return b"".join(values.tobytes() for values in FrameUnpacker(header).decode(body))


def refused(header, body):
    try:
        decoded(header, body)
    except CorruptFile:
        return True
    return False


def xz(values):
    stream = io.BytesIO()
    np.save(stream, values)
    return len(lzma.compress(stream.getvalue(), preset=9 | lzma.PRESET_EXTREME))
