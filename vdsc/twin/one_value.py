"""One value of a knot at a time: `knot_law.py` and `mixed_cells.py` in scalars."""

from __future__ import annotations

from math import floor

import numpy as np

from vdsc.core import law_limits as limit
from vdsc.core.types import Ints
from vdsc.entropy.cell_code import HALF, WIDE, CellCode
from vdsc.entropy.frequencies import share
from vdsc.entropy.gamma import LONGEST_OPEN
from vdsc.quant import ValueGrid
from vdsc.quant.normal import logistic_cdf
from vdsc.twin.knot_law import KnotGuess, q20
from vdsc.twin.layers import PLACES, UNIT, Dense
from vdsc.twin.mixed_cells import SHARES, WIDTHS, Mixture
from vdsc.twin.powers import FINE, logs, powers

_MOST, _GATED, _LOUD = q20(limit.MOST), q20(limit.GATED), q20(limit.LOUD)
_NARROWEST, _WIDEST = limit.NARROWEST << PLACES, limit.WIDEST << PLACES
_FAINT, _MEAN_SIZE = q20(limit.FAINT), q20(limit.MEAN_SIZE)
_RUNGS = 2 * np.arange(1 - HALF, HALF + 1) - 1
"""Twice the lower edges of all symbols but the first, in steps from a centre."""


class OneCell:
    """How cells of one dimension are coded."""

    def __init__(self, grid: ValueGrid, mixture: Mixture) -> None:
        self.grid, self._mixture = grid, mixture
        self._step = int(grid.steps[0])
        self._shares, self._widths = mixture.shares.T, mixture.widths[0].tolist()
        self._rungs, self._whole = _RUNGS * self._step, np.zeros(1, np.int64)

    def code(self, mean: int, scale: int) -> CellCode:
        """The code of a cell given its mean and scale, Q16."""
        step = self._step
        if not self.grid.even or scale > WIDE["logistic"] * (step - 1) or abs(mean) > _FAR:
            return self._mixture.code(np.array([mean]), np.array([scale]), grid=self.grid)
        centre = (2 * mean + (mean >> 63) + step + 1) // (2 * step)
        twice = self._rungs + 2 * centre * step
        off = ((twice + (twice < 0)) >> 1) - mean << 16
        wide = [[max(scale * width >> WIDTHS, 1)] for width in self._widths]
        below = (self._shares * logistic_cdf(off // np.array(wide))).sum(0) >> SHARES
        return CellCode(
            np.array([centre]), self._whole, share(below)[None], self.grid.limit, LONGEST_OPEN
        )

    def value(self, cell: int) -> int:
        """The middle of a cell, Q16."""
        return int(self.grid.value(np.array([cell]))[0])


_FAR = 1 << 40


class OneKnot:
    """The law of one knot, asked for one dimension after another."""

    def __init__(self, guess: KnotGuess, off: Dense, loud: Dense, steps: Ints) -> None:
        parts = (guess.mean, guess.size, guess.unit, guess.gate, steps[None])
        self._parts = [part[0].tolist() for part in parts]
        self._layers = (off, loud)
        self._off, self._loud = off.bias.copy(), loud.bias.copy()

    def law(self, dim: int) -> tuple[int, int]:
        """Mean and scale of a dimension, Q16, as `KnotLaw.law` has them."""
        mean, size, _, gate, step = (part[dim] for part in self._parts)
        off, loud = self._layers
        more = floor(float(self._off[dim]) * 0.5**off.bits + 0.5)
        wide = floor(float(self._loud[dim]) * 0.5**loud.bits + 0.5)
        factor = min(max(gate, -_GATED), _GATED)
        moved = floor(min(max(more, -_MOST), _MOST) * factor / UNIT + 0.5)
        shift, log = PLACES - 16, min(max(size + wide, _NARROWEST), _WIDEST)
        scale = power_of(log) >> shift
        return mean + (moved + (1 << shift - 1) >> shift), max(scale + (step >> 6), 1)

    def add(self, dim: int, value: int) -> None:
        """Take in the value of a dimension, Q16, as `KnotLaw.surprise` does."""
        mean, unit = self._parts[0][dim], self._parts[2][dim]
        off = min(max(value - mean, -_LOUD), _LOUD) << PLACES - 16
        off = min(max(off, -_LOUD), _LOUD)
        ratio = (abs(off) << PLACES) // unit + _FAINT
        loud = log_of(ratio) - (PLACES << PLACES) + _MEAN_SIZE
        self._off += self._layers[0].weight[dim] * off
        self._loud += self._layers[1].weight[dim] * loud


def power_of(x: int) -> int:
    """`powers.exp2` of one number."""
    whole, part = x >> PLACES, (x & (UNIT - 1)) >> (PLACES - FINE)
    power = int(powers()[part])
    return power << whole if whole >= 0 else power >> -whole


def log_of(x: int) -> int:
    """`powers.log2` of one number."""
    whole = x.bit_length() - 1
    mantissa = x << FINE - whole if whole < FINE else x >> whole - FINE
    return (whole << PLACES) + int(logs()[mantissa - (1 << FINE)])
