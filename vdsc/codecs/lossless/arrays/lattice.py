"""An alphabet of floats that were packed frame by frame: even steps, from a start of each frame's.

frame 0    280.03   280.53   281.03        rank = (value 2**scale) // step, step = 0.5 2**scale,
frame 1    280.41   280.91   281.41        and what is left over is the frame's phase
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from vdsc.codecs.lossless.arrays.alphabet import REACH
from vdsc.core.fixed import clamp
from vdsc.core.types import Ints
from vdsc.entropy.stack import BitStack
from vdsc.quant.ordinal import Numbers, ordinals, reals

_WORTH = 4  # a lattice at least this much coarser than what all frames share is worth its phases
_SMALLEST = 16  # values a frame has at least


@dataclass(frozen=True)
class Lattice:
    """Values K / 2**scale whose K, frame by frame, are equal modulo step; levels are ranks.

    Args:
        dtype: the dtype of the values.
        scale: bits after the point.
        step: at most 2**24.
    """

    dtype: np.dtype[Any]
    scale: int
    step: int

    @classmethod
    def of(cls, matrix: Numbers) -> Lattice | None:
        """Return the lattice of a matrix (S, L) of floats, a frame a row, if it has one."""
        exact = reals(matrix)
        if matrix.shape[1] < _SMALLEST or not np.isfinite(exact).all():
            return None
        largest = int(np.frexp(np.abs(exact).max())[1])
        scale = min(40 - largest, 60)
        fixed = np.ldexp(exact, scale)
        if scale < 0 or (fixed != np.floor(fixed)).any():
            return None
        keys = fixed.astype(np.int64)
        step = int(np.gcd.reduce((keys - keys[:, :1]).ravel()))
        common = int(np.gcd.reduce((keys - keys[0, 0]).ravel()))
        drop = min((common & -common).bit_length() - 1, scale) if common else 0
        made = cls(matrix.dtype, scale - drop, step >> drop)
        good = _WORTH * common <= step and made.step <= 1 << 24 and made.holds(matrix)
        return made if good else None

    def holds(self, values: Numbers) -> bool:
        """Return whether each frame of values (S, L) lies on the lattice, bit for bit."""
        with np.errstate(over="ignore", invalid="ignore"):
            fixed = np.ldexp(reals(values), self.scale)
        if not (np.abs(fixed) <= REACH).all():
            return False
        again = self.placed(self.ranks(values), self.phases(values))
        return bool((ordinals(again) == ordinals(values)).all())

    def ranks(self, values: Numbers) -> Ints:
        """Return the ranks (S, L) of values (S, L)."""
        return self._keys(values) // self.step

    def phases(self, values: Numbers) -> Ints:
        """Return the phase (S,) of each frame of values (S, L), below step."""
        return self._keys(values[:, 0]) % self.step

    def placed(self, ranks: Ints, phases: Ints) -> Numbers:
        """Return the values (S, L) at ranks (S, L)."""
        keys = clamp(ranks, -REACH, REACH) * self.step + phases[:, None]
        with np.errstate(over="ignore", under="ignore"):
            return np.ldexp(keys.astype(np.float64), -self.scale).astype(self.dtype)

    def values(self, ranks: Ints) -> Numbers:
        """Return the values (S, L) at ranks (S, L) of frames without a phase."""
        return self.placed(ranks, np.zeros(len(ranks), dtype=np.int64))

    def levels(self, ranks: Ints) -> Ints:
        """Return the ranks, clipped."""
        return clamp(ranks, -REACH, REACH)

    def first(self, levels: Ints) -> Ints:
        """Return the levels."""
        return levels

    def grain(self, levels: Ints) -> Ints:
        """Return 0: each level holds a rank."""
        return np.zeros_like(levels)

    def push(self, stack: BitStack, phases: Ints) -> None:
        """Push the phases (S,)."""
        stack.push_uniform(phases, np.full_like(phases, self.step))

    def pop(self, stack: BitStack, count: int) -> Ints:
        """Pop the phases (S,) of count frames."""
        return stack.pop_uniform(np.full(count, self.step))

    def _keys(self, values: Numbers) -> Ints:
        keys: Ints = np.floor(np.ldexp(reals(values), self.scale)).astype(np.int64)
        return keys
