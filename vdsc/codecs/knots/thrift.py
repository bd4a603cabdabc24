"""Cells of knot values that are worth their bits: rounding that weighs error against code length.

Values are settled one after another, in the order in which they are coded, and each one's error is
made good, as far as it can be, by those that are still open.
"""

from __future__ import annotations

import numpy as np

from vdsc.core.fixed import ONE
from vdsc.core.types import Floats, Ints
from vdsc.entropy import BitStack, Context
from vdsc.entropy.cell_code import HALF, CellCode
from vdsc.model.price import Curvature
from vdsc.twin.knot_law import KnotGuess
from vdsc.twin.law_coder import LawCoder
from vdsc.twin.layers import PLACES
from vdsc.twin.one_value import log_of

FAIR = float(np.log(2)) / 6
"""Squared cells of error, times a value's weight, that a bit is worth where cells are small."""


def thrifty(
    coder: LawCoder,
    z: Floats,
    ticks: Ints,
    curvature: Curvature,
    exchange: float,
    context: Context | None,
) -> Ints:
    """Cells (M, D) near values z (M, D) of knots at ticks (M,), the first one's the context's.

    exchange: error that a bit is worth, in terms of what is fair where cells are small.
    """
    chooser = _Thrifty(coder, z, curvature, exchange)
    if context is not None:
        chooser.pin(context.cells)
    return coder.walk(chooser, ticks, context=context)[0]


class _Thrifty:
    """A `Chooser` that takes, for each value, the cell of least error + exchange bits."""

    def __init__(self, coder: LawCoder, z: Floats, curvature: Curvature, exchange: float) -> None:
        self._coder, self._z, self._steps = coder, z, coder.grid.steps / ONE
        self._later, self._weights = _triangular(curvature.time)
        self._beside, self._heavy = _triangular(curvature.space)
        usual = np.median(self._heavy * self._steps**2) * np.median(self._weights)
        self._exchange = exchange * FAIR * float(usual)
        self._made = z.copy()
        self._loops = coder.loops(len(z))
        self._bits = None if self._loops is None else self._loops.taken(BitStack())

    def pin(self, cells: Ints) -> None:
        """Take a first knot as it is."""
        self._made[0] = cells * self._steps

    def knot(self, number: int, guess: KnotGuess, *, first: bool, cells: Ints) -> None:
        """Aim at what makes good the errors of earlier knots, value after value."""
        off = self._made[:number] - self._z[:number]
        self._aim = self._z[number] - self._later[number, :number] @ off
        self._cost = self._weights[number] * self._heavy
        if self._loops is None:
            self._pull = np.zeros_like(self._aim)
            self._coder.one_by_one(guess, self._cell, first=first, cells=cells)
        else:
            aims = self._loops.aim(self._aim, self._cost, self._beside, self._steps, self._exchange)
            self._coder.compiled(self._loops, self._bits, guess, aims, first=first, cells=cells)
        self._made[number] = cells * self._steps

    def _cell(self, dim: int, code: CellCode) -> int:
        """The cell of a dimension that is worth its bits."""
        step, aim = float(self._steps[dim]), float(self._aim[dim] - self._pull[dim])
        near, centre = round(aim / step), int(code.centre[0])
        best, least = near, float("inf")
        for cell in (near - 1, near, near + 1, centre):
            miss = cell * step - aim
            total = float(self._cost[dim]) * (miss * miss) + self._exchange * _bits(code, cell)
            if total < least:
                best, least = cell, total
        later = slice(dim + 1, None)
        self._pull[later] += self._beside[later, dim] * (best * step - self._aim[dim])
        return best


def _bits(code: CellCode, cell: int) -> float:
    """About what a cell costs, to 2**-20 bit."""
    shift = int(code.shift[0])
    high = (cell - int(code.centre[0]) + (1 << shift >> 1)) >> shift
    beyond = 0 if abs(high) < HALF else 2 * (abs(high) - HALF + 1).bit_length() - 1
    share = int(code.rows[0, min(max(high, -HALF), HALF) + HALF])
    return 16 + shift + beyond - log_of(share) / (1 << PLACES)


def _triangular(form: Floats) -> tuple[Floats, Floats]:
    """(B, w) such that x form x is the sum over i of w[i] (x[i] + sum of B[i, j] x[j], j < i)^2.

    The last unknown stands alone: each square says what can no more be made good by later ones.
    """
    root = np.linalg.cholesky(form[::-1, ::-1])[::-1, ::-1].T
    size = np.diagonal(root)
    return root / size[:, None], size**2
