"""Grids of a sketch: each tier has half as many places as the finer one along each axis.

finest tier    a place for each block of pixels
next           a place for each 2 x 2 x 2 of those, the last ones of which may reach beyond
...
"""

from __future__ import annotations

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from vdsc.codecs.field.pyramid import Shape

F = TypeVar("F", np.float64, np.float32)

AXES = 3
"""Frames, rows and columns."""

EIGHTHS = 8
"""Parts that the numbers of a place are cut into: one comes from each place beside it."""


def shapes(finest: Shape, count: int) -> list[Shape]:
    """The shapes of so many tiers, the finest first."""
    found = [finest]
    while len(found) < count:
        found.append(tuple(-(-n // 2) for n in found[-1]))
    return found


def shifted(values: NDArray[F]) -> NDArray[F]:
    """Numbers (*shape, W) of each place, of which the last six eighths come from beside it.

    In turn from the place before it and from that behind it along each axis; 0 beyond the ends.
    """
    part = values.shape[-1] // EIGHTHS
    made = np.zeros_like(values)
    made[..., : 2 * part] = values[..., : 2 * part]
    for axis in range(AXES):
        for way in (0, 1):
            some = slice((2 + 2 * axis + way) * part, (3 + 2 * axis + way) * part)
            there = np.moveaxis(made[..., some], axis, 0)
            whole = np.moveaxis(values[..., some], axis, 0)
            if way:
                there[:-1] = whole[1:]
            else:
                there[1:] = whole[:-1]
    return made


def merged(values: NDArray[F]) -> NDArray[F]:
    """Numbers (*half, 8 W) of each 2 x 2 x 2 of (*shape, W), which goes on as it ends."""
    whole = values
    for axis in range(AXES):
        if whole.shape[axis] % 2:
            whole = np.concatenate((whole, whole.take([-1], axis)), axis)
    half = [n // 2 for n in whole.shape[:-1]]
    apart = whole.reshape(half[0], 2, half[1], 2, half[2], 2, -1)
    return apart.transpose(0, 2, 4, 1, 3, 5, 6).reshape(*half, -1)


def split(values: NDArray[F], shape: Shape) -> NDArray[F]:
    """Numbers (*shape, W) of (*half, 8 W): what `merged` undoes."""
    half = values.shape[:-1]
    apart = values.reshape(*half, 2, 2, 2, -1).transpose(0, 3, 1, 4, 2, 5, 6)
    whole = apart.reshape(*(2 * n for n in half), -1)
    return whole[tuple(slice(n) for n in shape)]
