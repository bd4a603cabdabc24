"""A picture at places of half pixels, continued beyond its borders; integers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vdsc.core.types import Ints

AROUND = 3
"""Pixels beyond the border that are held: farther away all are as the border's."""

_REACH = 2
"""Pixels on either side that a place between two pixels is made of, besides these two."""


@dataclass(frozen=True, eq=False)
class HalfPixels:
    """The values of a picture (H, W, C) at places that are multiples of half a pixel.

    Args:
        values: (2 H + 12, 2 W + 12, C) integers, three pixels beyond the border, too.
    """

    values: Ints

    @classmethod
    def of(cls, picture: Ints) -> HalfPixels:
        """Of a picture (H, W, C) of integers."""
        pad = AROUND + _REACH
        more = pad, pad + 1
        wide: Ints = np.pad(picture.astype(np.int16), (more, more, (0, 0)), mode="edge")
        across = _doubled(_doubled(wide).swapaxes(0, 1)).swapaxes(0, 1)
        return cls(np.ascontiguousarray(across))

    def patches(self, rows: Ints, columns: Ints) -> tuple[Ints, NDArray[np.bool_]]:
        """Values (..., h, w, C) at rows (..., h) and columns (..., w), counted in half pixels.

        And which of these places (..., h, w) lie in the picture, the border's half pixel too.
        """
        height, width, channels = self.values.shape
        inside = [
            (at >= -1) & (at <= n - 4 * AROUND - 1) for at, n in ((rows, height), (columns, width))
        ]
        y = np.clip(rows + 2 * AROUND, 0, height - 1)
        x = np.clip(columns + 2 * AROUND, 0, width - 1)
        flat = self.values.reshape(-1, channels)
        found = flat.take(y[..., :, None] * width + x[..., None, :], axis=0)
        return found, inside[0][..., :, None] & inside[1][..., None, :]


def _doubled(x: Ints) -> Ints:
    """Rows and, after each, what lies half way to the next one: (2 (n - 5), ...) of (n, ...)."""
    n = len(x) - 5
    made = np.empty((2 * n, *x.shape[1:]), dtype=x.dtype)
    made[0::2] = x[2 : 2 + n]
    middle = 20 * (x[2 : 2 + n] + x[3 : 3 + n]) - 5 * (x[1 : 1 + n] + x[4 : 4 + n])
    made[1::2] = (middle + x[:n] + x[5:] + 16) >> 5
    return made
