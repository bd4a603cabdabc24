"""A picture at places of half pixels, continued beyond its borders; integers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from vdsc.core.types import Ints, Values

AROUND = 3
"""Pixels beyond the border that are made: farther away all are as the last of these."""

_REACH = 2
"""Pixels on either side that a place between two pixels is made of, besides these two."""


@dataclass(frozen=True, eq=False)
class HalfPixels:
    """The values of a picture (H, W, C) at places that are multiples of half a pixel.

    Args:
        values: (2, 2, h, w, C) integers: those of even and of odd rows, and likewise of columns.
        size: half pixels of the picture along each axis.
        margin: half pixels that are held beyond the border.
    """

    values: Ints
    size: tuple[int, int]
    margin: int

    @classmethod
    def of(cls, picture: Ints, farthest: int) -> HalfPixels:
        """Of a picture (H, W, C) of integers; farthest: half pixels beyond the border, even."""
        pad = AROUND + _REACH
        wide = continued(picture.astype(np.int16), pad, pad + 1, pad + 1)
        across = _doubled(_doubled(wide).swapaxes(0, 1)).swapaxes(0, 1)
        held = continued(across, farthest, farthest, farthest)
        rows, columns, channels = held.shape
        apart = held.reshape(rows // 2, 2, columns // 2, 2, channels).transpose(1, 3, 0, 2, 4)
        size = 2 * picture.shape[0], 2 * picture.shape[1]
        return cls(np.ascontiguousarray(apart), size, farthest + 2 * AROUND)

    def patches(self, rows: Ints, columns: Ints, side: int) -> tuple[Ints, NDArray[np.bool_]]:
        """Values (..., side, side, C) of pixels from rows and columns (...) on, in half pixels.

        And which of these places (..., side, side) lie in the picture, the border's half pixel too.
        """
        within = 2 * np.arange(side)
        inside = [
            ((at := begin[..., None] + within) >= -1) & (at < n)
            for begin, n in zip((rows, columns), self.size, strict=True)
        ]
        windows = sliding_window_view(self.values, (side, side), axis=(2, 3))
        y, x = rows + self.margin, columns + self.margin
        found = windows.transpose(0, 1, 2, 3, 5, 6, 4)[y & 1, x & 1, y >> 1, x >> 1]
        return np.ascontiguousarray(found), inside[0][..., :, None] & inside[1][..., None, :]


def continued(picture: Values, before: int, *after: int) -> Values:
    """A picture (H, W, C) with more rows and columns, as its border's: so many before and after."""
    sizes = zip(picture.shape, after, strict=False)
    rows, columns = (np.arange(-before, n + more).clip(0, n - 1) for n, more in sizes)
    return picture.take(rows, axis=0).take(columns, axis=1)


def _doubled(x: Ints) -> Ints:
    """Rows and, after each, what lies half way to the next one: (2 (n - 5), ...) of (n, ...)."""
    n = len(x) - 5
    made = np.empty((2 * n, *x.shape[1:]), dtype=x.dtype)
    made[0::2] = x[2 : 2 + n]
    middle = 20 * (x[2 : 2 + n] + x[3 : 3 + n]) - 5 * (x[1 : 1 + n] + x[4 : 4 + n])
    made[1::2] = (middle + x[:n] + x[5:] + 16) >> 5
    return made
