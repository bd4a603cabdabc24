"""Where cells of grey levels begin and end, and masses between them as frequencies."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vdsc.core.types import Floats, Ints
from vdsc.entropy.stack import TOTAL

LEVEL = 1 << 8
"""One grey level: means and bounds are Q8."""


@dataclass(frozen=True, eq=False)
class Edges:
    """Where J cells of N pixels begin and end; N may be 1, the same for all.

    Args:
        levels: (N, J + 1) grey levels; 0 and 256 stand for minus and plus infinity.
        bounds: (N, J + 1) the same for the bumps, Q8: half a level lower, and outside far away.
    """

    levels: Floats
    bounds: Floats

    @classmethod
    def of(cls, levels: NDArray[np.int16]) -> Edges:
        """Edges at whole levels, of any shape."""
        bounds = np.asarray(levels * float(LEVEL) - LEVEL / 2, np.float64)
        bounds[levels <= 0], bounds[levels >= 256] = -(2.0**40), 2.0**40
        return cls(levels.astype(np.float64), bounds)

    def take(self, flat: Ints) -> Edges:
        """The edges at flat indices, in their shape."""
        return Edges(self.levels.take(flat), self.bounds.take(flat))


def rows(mass: Floats) -> Ints:
    """Frequencies (N, J) >= 1 that sum to 2**16, from masses (N, J + 1) below each edge."""
    cells = mass.shape[1] - 1
    inner = mass - mass[:, :1]
    inner *= (TOTAL - cells) / np.maximum(inner[:, -1:], 1)
    np.floor(inner, out=inner)
    made: Ints = (inner[:, 1:] - inner[:, :-1]).astype(np.int64)
    made += 1
    made[:, 0] += TOTAL - cells - inner[:, -1].astype(np.int64)
    return made
