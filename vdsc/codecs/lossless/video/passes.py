"""The passes of a frame: pixels that are coded at once, and the neighbours they can see.

A frame is filled in as a grid is refined: every fourth row and column, then the middles of the
squares, then the middles of the diamonds, and so on, half of the pixels last:

    0 4 2 4 0 4 2 4        each pass sees the nearest pixels of earlier passes:
    4 3 4 3 4 3 4 3
    2 4 1 4 2 4 1 4             3 sees      . 4 sees
    4 3 4 3 4 3 4 3            0   2        3
    0 4 2 4 0 4 2 4              3        0 4 2
                               2   1        3
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vdsc.core.types import Ints

MARGIN = 8
"""Pixels around a frame, so that every neighbour has an address."""

PASSES = 5

Levels = NDArray[np.int16]
"""Grey levels and their differences."""

Offsets = list[tuple[int, int]]

_CROSS: Offsets = [(-1, 0), (1, 0), (0, -1), (0, 1)]
_KNIGHT: Offsets = [(-1, -2), (-1, 2), (1, -2), (1, 2), (-2, -1), (-2, 1), (2, -1), (2, 1)]
_DIAGONAL: Offsets = [(-1, -1), (1, 1), (-1, 1), (1, -1)]
_FARTHER: Offsets = [(-1, -3), (-1, 3), (1, -3), (1, 3), (-3, -1), (-3, 1), (3, -1), (3, 1)]


def _twice(offsets: Offsets) -> Offsets:
    return [(2 * row, 2 * column) for row, column in offsets]


NEAR: tuple[Offsets, ...] = (
    [],
    _twice(_DIAGONAL + _FARTHER),
    _twice(_CROSS + _KNIGHT),
    _DIAGONAL + _FARTHER,
    _CROSS + _KNIGHT,
)
"""The neighbours in the same frame that each pass sees, the four nearest first."""

CENTRE: Offsets = [(0, 0), *_CROSS]
SQUARE = 9
"""So many of the neighbours in the past, the first, are a pixel and the eight around it."""

_RING: Offsets = [*CENTRE, (-1, -1), (-1, 1), (1, -1), (1, 1), *_twice(_CROSS)]

PAST: tuple[Offsets, ...] = tuple(
    _RING + [offset for offset in near if offset not in _RING] for near in NEAR
)
"""The neighbours in the motion-compensated frame before that each pass sees."""


@dataclass(frozen=True, eq=False)
class Grid:
    """Flat addresses in a padded frame of height x width pixels: (N,) for each pass."""

    stride: int
    passes: tuple[Ints, ...]

    @classmethod
    def of(cls, height: int, width: int) -> Grid:
        """Deal the pixels of a frame to the passes."""
        row, column = np.mgrid[:height, :width]
        which = np.full((height, width), 4)
        which[(row % 2 == 1) & (column % 2 == 1)] = 3
        which[(row % 2 == 0) & (column % 2 == 0)] = 2
        which[(row % 4 == 2) & (column % 4 == 2)] = 1
        which[(row % 4 == 0) & (column % 4 == 0)] = 0
        stride = width + 2 * MARGIN
        address = (row + MARGIN) * stride + column + MARGIN
        return cls(stride, tuple(address[which == p] for p in range(PASSES)))

    def steps(self, offsets: Offsets) -> Ints:
        """How far neighbours are away, in flat addresses."""
        return np.array([row * self.stride + column for row, column in offsets], dtype=np.int64)


def padded(frame: Levels) -> Levels:
    """A frame (H, W, C) with its edge repeated all around, flat: (., C)."""
    edge = ((MARGIN, MARGIN), (MARGIN, MARGIN), (0, 0))
    return np.pad(frame, edge, mode="edge").reshape(-1, frame.shape[2])
