"""Motion: blocks find where they came from, layers part, and vectors come back."""

import numpy as np

from vdsc.codecs.lossless.video import blocks
from vdsc.codecs.lossless.video.film import Reader, Writer
from vdsc.codecs.lossless.video.layers import LayerPast
from vdsc.codecs.lossless.video.past import BlockPast
from vdsc.entropy.stack import BitStack
from vdsc.train import moving_mnist

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
    writer, stack, past, expected = Writer(), BitStack(), make(frames.shape[1:]), []
    if make is BlockPast:
        past.seek(frames)
    for frame in frames:
        expected.append(past.planes(writer, frame))
        past.keep(frame)
    writer.push(stack)
    bits, reader, past = stack.bits, Reader(stack), make(frames.shape[1:])
    for frame, planes in zip(frames, expected, strict=True):
        again = past.planes(reader, None)
        assert all((one == other).all() for one, other in zip(planes, again, strict=True))
        past.keep(frame)
    assert stack.empty
    return expected, bits


def test_block_vectors_come_back():
    ground = RNG.integers(0, 256, (30, 60, 3)).astype(np.int16)
    read_back(BlockPast, np.stack([ground[:, 2 * t : 2 * t + 37] for t in range(6)]))


def test_two_digits_part():
    shapes = RNG.integers(1, 256, (2, 28, 28)).astype(np.uint8)
    way = np.arange(12)[:, None]
    tracks = np.stack((np.array([[4, 3]]) + way * [2, 1], np.array([[30, 33]]) - way * [1, 2]))
    frames = moving_mnist.render(shapes, tracks)[..., None].astype(np.int16)
    planes, bits = read_back(LayerPast, frames)
    assert [bool((planes[t][0] == frames[t]).all()) for t in (1, 11)] == [False, True]
    assert bits < 200
