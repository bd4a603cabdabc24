"""Motion in blocks: which part of the frame before each 8 x 8 block looks like."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from vdsc.core.types import Floats, Ints

SIDE = 8
REACH = 10
"""A vector moves by at most this many pixels in a direction."""

Frame = NDArray[np.int16]

_SPAN = 2 * REACH + 1
_ALL: Ints = np.stack(list(np.mgrid[:_SPAN, :_SPAN]), axis=-1).reshape(-1, 2) - REACH


def blocks(height: int, width: int) -> tuple[int, int]:
    """How many rows and columns of blocks cover a frame."""
    return -(-height // SIDE), -(-width // SIDE)


def moved(frame: Frame, vectors: Ints) -> Frame:
    """The frame (H, W, C) as vectors (rows, columns, 2) move its blocks."""
    height, width = frame.shape[:2]
    row, column = np.mgrid[:height, :width]
    each = vectors.repeat(SIDE, axis=0)[:height].repeat(SIDE, axis=1)[:, :width]
    above = np.clip(row + each[..., 0], 0, height - 1)
    beside = np.clip(column + each[..., 1], 0, width - 1)
    there: Frame = frame[above, beside]
    return there


def grey(frame: Frame) -> Frame:
    """The one plane (H, W) in which motion is sought."""
    if frame.shape[2] == 1:
        return frame[..., 0]
    return (frame[..., 0] + 2 * frame[..., 1] + frame[..., 2]) >> 2


def search(now: Frame, before: Frame, start: Ints) -> Ints:
    """Vectors (rows, columns, 2) that make planes (H, W) alike; `start` is the last frame's."""
    rows, columns = start.shape[:2]
    costs = _costs(now, before, rows, columns)
    found = np.zeros_like(start)
    for row in range(rows):
        for column in range(columns):
            likely = [start[row, column]]
            likely += [found[row - 1, column]] if row else []
            likely += [found[row, column - 1]] if column else []
            toll = np.min([_toll()[tuple((_ALL - v).T)] for v in likely], axis=0)
            found[row, column] = _ALL[np.argmin(costs[:, row, column] + toll)]
    return found


def _costs(now: Frame, before: Frame, rows: int, columns: int) -> NDArray[np.int32]:
    """(V, rows, columns): 16 times the bits that a block's differences take under each vector."""
    height, width = now.shape
    short = ((0, rows * SIDE - height), (0, columns * SIDE - width))
    near = np.pad(now, short, mode="edge").astype(np.uint8)
    far = np.pad(np.pad(before, short, mode="edge"), REACH, mode="edge").astype(np.uint8)
    costs = np.empty((len(_ALL), rows, columns), dtype=np.int32)
    for row in range(rows):  # a row of blocks at a time, for the memory
        top = row * SIDE
        strip = far[top : top + SIDE + 2 * REACH]
        costs[:, row] = _of_strip(near[top : top + SIDE], strip)
    return costs


def _of_strip(near: NDArray[np.uint8], far: NDArray[np.uint8]) -> NDArray[np.int32]:
    """(V, columns): costs of one row of blocks (8, W) in what is around it before."""
    seen = np.lib.stride_tricks.sliding_window_view(far, near.shape)
    apart = np.maximum(seen, near) - np.minimum(seen, near)
    across = _bits().take(apart.reshape(len(_ALL), SIDE, -1)).sum(axis=1, dtype=np.uint16)
    whole: NDArray[np.int32] = across.reshape(len(_ALL), -1, SIDE).sum(axis=2, dtype=np.int32)
    return whole


@cache
def _bits() -> NDArray[np.uint8]:
    bits: Floats = np.rint(16 * np.log2(1 + np.arange(256) / 2))
    return bits.astype(np.uint8)


@cache
def _toll() -> NDArray[np.int32]:
    """24 log2 of the length of a vector's change in each direction; indexed by the change, mod."""
    size = np.abs(np.arange(4 * REACH + 1))
    size = np.minimum(size, 4 * REACH + 1 - size)
    one: NDArray[np.int32] = np.rint(24 * np.log2(1 + size)).astype(np.int32)
    return one[:, None] + one[None]


class VectorLaw:
    """Adaptive frequencies of vectors, given those around them in time and space.

    The blocks go in two halves, as on a chessboard: the first is expected to move as in the last
    frame, the second as the median of its four neighbours and the last frame.
    """

    def __init__(self, rows: int, columns: int) -> None:
        self.last = np.zeros((rows, columns, 2), dtype=np.int64)
        self._counts = np.full((2, 2, _SPAN), 4.0)
        self._counts[:, :, 0] = 64
        row, column = np.mgrid[:rows, :columns]
        self.halves = [(row + column) % 2 == half for half in (0, 1)]

    def expected(self, half: int, known: Ints) -> Ints:
        """What vectors (n, 2) of one half are expected to be; `known` (rows, columns, 2)."""
        if half == 0:
            still: Ints = self.last[self.halves[0]]
            return still
        wide = np.pad(
            known, ((1, 1), (1, 1), (0, 0)), mode="reflect" if min(known.shape[:2]) > 1 else "edge"
        )
        four = np.stack(
            (wide[:-2, 1:-1], wide[2:, 1:-1], wide[1:-1, :-2], wide[1:-1, 2:], self.last)
        )
        middle: Ints = np.sort(four, axis=0)[2][self.halves[1]]
        return middle

    def rows(self, half: int, axis: int, count: int) -> Ints:
        """Frequencies (count, 21) of a component's difference from what is expected, modulo 21."""
        counts = self._counts[half, axis]
        room = (1 << 16) - _SPAN
        row = np.floor(counts * room / counts.sum()).astype(np.int64) + 1
        row[0] += (1 << 16) - row.sum()
        return np.broadcast_to(row, (count, _SPAN))

    def learn(self, half: int, axis: int, symbols: Ints) -> None:
        """Count symbols (n,), and forget slowly."""
        counts: Floats = self._counts[half, axis]
        counts += 16 * np.bincount(symbols, minlength=_SPAN)
        if counts.sum() > 1 << 14:
            counts[:] = np.floor(counts / 2) + 1


def to_symbols(vectors: Ints, expected: Ints) -> Ints:
    """Components as differences modulo 21."""
    return (vectors - expected) % _SPAN


def to_vectors(symbols: Ints, expected: Ints) -> Ints:
    """Undo `to_symbols`."""
    return (symbols + expected + REACH) % _SPAN - REACH
