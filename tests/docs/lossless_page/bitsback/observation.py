"""The frames of a window, given its path."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from tests.docs.lossless_page.bitsback.coder import Stack
from tests.docs.lossless_page.bitsback.layers import Ints
from tests.docs.lossless_page.bitsback.motion import Moves
from tests.docs.lossless_page.bitsback.synthesis import Synthesis
from tests.docs.lossless_page.bitsback.texture import Texture
from tests.docs.page_decoder import distribution, frequencies

NARROW, WIDE, WEIGHT = 1, 30000, 80


@cache
def mixture(level: int) -> list[int]:
    """Frequencies of a pixel around a drawn level."""
    rising = []
    for j in range(1, 256):
        off = (j - level << 16) - (1 << 15)
        near, far = (distribution(1, (off << 8) // s) for s in (NARROW, WIDE))
        rising.append((near * WEIGHT + far * (256 - WEIGHT)) >> 8)
    return frequencies(rising)


def frames_of(stack: Stack, z: Ints, synthesis: Synthesis, met: set[Any]) -> Ints:
    """Pop frames (T, H, W)."""
    if stack.uniform(2):
        met.add("scene")
        frames = scene(stack, z, synthesis, met)
        return mended(stack, frames, met)
    met.add("mixture")
    drawn = synthesis.levels(z)
    popped = [stack.table(mixture(level)) for level in drawn.ravel().tolist()]
    return np.array(popped).reshape(drawn.shape)


def scene(stack: Stack, z: Ints, synthesis: Synthesis, met: set[Any]) -> Ints:
    """Sprites, and where they are."""
    size, count = synthesis.size, len(z)
    anchor = stack.uniform(count)
    middles = synthesis.places(z)[anchor].tolist()
    shapes, corners = [], []
    for middle in middles:
        shape = (stack.uniform(size[0]) + 1, stack.uniform(size[1]) + 1)
        corner = []
        for axis in (0, 1):
            expected = middle[axis] + (size[axis] << 15) - (shape[axis] << 15)
            corner.append(placed(stack, expected, size[axis] - shape[axis] + 1))
        shapes.append(shape)
        corners.append(corner)
    room = stack.uniform(max(size))
    walls = []
    for shape, corner in zip(shapes, corners, strict=True):
        pair = []
        for axis in (0, 1):
            at, low = corner[axis], stack.uniform(corner[axis] + 1)
            high = low + room
            if not stack.bit(49152):
                met.add("other walls")
                high = at + stack.uniform(size[axis] - shape[axis] - at + 1)
            pair.append((low, high))
        walls.append(pair)
    texture = Texture()
    looks = [texture.pop(stack, shape, met) for shape in shapes]
    places = Moves(corners, walls, anchor, count).pop(stack, met)
    frames = np.zeros((count, *size), np.int64)
    for frame, at in zip(frames, places, strict=True):
        for look, (row, column) in zip(looks, at, strict=True):
            assert 0 <= row <= size[0] - look.shape[0]
            assert 0 <= column <= size[1] - look.shape[1]
            frame[row : row + look.shape[0], column : column + look.shape[1]] += look
    return np.minimum(frames, 255)


def placed(stack: Stack, expected: int, free: int) -> int:
    """One of `free` corners."""
    edges = [(j << 16) - (1 << 15) for j in range(1, free)]
    rising = [distribution(1, ((e - expected) << 16) // (3 << 16)) for e in edges]
    return stack.table(frequencies(rising))


def mended(stack: Stack, frames: Ints, met: set[Any]) -> Ints:
    """Frames with the pixels that differ."""
    if not stack.bit(512):
        return frames
    met.add("mended")
    for _ in range(stack.uniform(1 << 16)):
        frame = stack.uniform(len(frames))
        pixel = stack.uniform(frames[0].size)
        frames[frame].reshape(-1)[pixel] = stack.uniform(256)
    return frames
