"""Motion: blocks find where they came from, layers part, and vectors come back."""

from zlib import crc32

import numpy as np

from tests.docs.lossless_page.bits import Bits
from tests.docs.lossless_page.video.past import Blocks
from vdsc.codecs.lossless.video import blocks
from vdsc.codecs.lossless.video.grey_layers import LayerPast
from vdsc.codecs.lossless.video.past import BlockPast
from vdsc.entropy.stack import BitStack
from vdsc.entropy.tape import ReadingTape, WritingTape
from vdsc.train import moving_mnist

FROZEN = (1207, 260235820)
"""Bytes that the vectors of one clip take, and their CRC-32."""

RNG = np.random.default_rng(0)


def test_blocks_follow_a_shift():
    ground = RNG.integers(0, 256, (40, 40, 3)).astype(np.int16)
    before, now = ground[4:36, 4:36], ground[2:34, 5:37]
    start = np.zeros((4, 4, 2), dtype=np.int64)
    vectors = blocks.search(blocks.grey(now), blocks.grey(before), start)
    assert (vectors[1:, :-1] == [-2, 1]).all()
    moved = blocks.moved(before, vectors)
    assert (moved[8:, :-8] == now[8:, :-8]).all()


def read_back(make, frames):
    """The planes that an encoder and a decoder see, and the bits that vectors took."""
    writer, stack, past, expected = WritingTape(), BitStack(), make(frames.shape[1:]), []
    if make is BlockPast:
        past.seek(frames)
    for frame in frames:
        expected.append(past.planes(writer, frame))
        past.keep(frame)
    writer.push(stack)
    bits, reader, past = stack.bits, ReadingTape(stack), make(frames.shape[1:])
    for frame, planes in zip(frames, expected, strict=True):
        again = past.planes(reader, None)
        assert all((one == other).all() for one, other in zip(planes, again, strict=True))
        past.keep(frame)
    assert stack.empty
    return expected, bits


def test_block_vectors_come_back():
    ground = RNG.integers(0, 256, (30, 60, 3)).astype(np.int16)
    read_back(BlockPast, np.stack([ground[:, 2 * t : 2 * t + 37] for t in range(6)]))


def test_vectors_are_read_by_the_page_and_their_bytes_are_frozen():
    """A second reader of docs/format.md finds every plane, beyond where counts are halved."""
    ground = np.random.default_rng(1).integers(0, 256, (64, 360, 3)).astype(np.int16)
    ways = (*range(0, 16, 2), 11, 15, 9, 12)  # all but the first are coded, and counts are halved
    frames = np.stack([ground[:, way : way + 320] for way in ways])  # ... after the eighth frame
    frames[:, 8:24, 40:200] = 7
    writer, stack, past, planes = WritingTape(), BitStack(), BlockPast(frames.shape[1:]), []
    past.seek(frames)
    for frame in frames:
        planes.append(past.planes(writer, frame))
        past.keep(frame)
    writer.push(stack)
    data, met, page = stack.to_bytes(), set(), Blocks(frames.shape[1:])
    assert (len(data), crc32(data)) == FROZEN
    bits = Bits(data)
    for frame, expected in zip(frames, planes, strict=True):
        again = page.planes(bits, met)
        assert all((one == other).all() for one, other in zip(again, expected, strict=True))
        page.keep(frame)
    assert met == {"halved", "moved"}


def test_two_digits_part():
    shapes = RNG.integers(1, 256, (2, 28, 28)).astype(np.uint8)
    way = np.arange(12)[:, None]
    tracks = np.stack((np.array([[4, 3]]) + way * [2, 1], np.array([[30, 33]]) - way * [1, 2]))
    frames = moving_mnist.render(shapes, tracks)[..., None].astype(np.int16)
    planes, bits = read_back(LayerPast, frames)
    assert [bool((planes[t][0] == frames[t]).all()) for t in (1, 11)] == [False, True]
    assert bits < 200
