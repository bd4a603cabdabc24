"""Knots under the learned law by compiled loops: see `law_loops.py`."""

from __future__ import annotations

import numpy as np

from vdsc.core import compiled, fixed_loops
from vdsc.core.types import Floats, Ints
from vdsc.entropy import BitStack, stack_loops
from vdsc.errors import CorruptFile
from vdsc.quant import ValueGrid
from vdsc.quant.normal import logistic_lines
from vdsc.twin import law_loops
from vdsc.twin.knot_law import KnotGuess
from vdsc.twin.law_loops import LONG, OUTSIDE, Aim, Fixed
from vdsc.twin.layers import Dense
from vdsc.twin.mixed_cells import Mixture
from vdsc.twin.powers import logs, powers

_CODE = compiled.Entry(law_loops.code_knot, (law_loops, stack_loops, compiled, fixed_loops))
_WRONG = {
    OUTSIDE: "a latent value lies outside its grid; the file is damaged",
    LONG: "an escaped value is impossibly long; the file is damaged",
}
_NO, _NONE = np.empty((0, 0)), np.empty(0)
POPPED = Aim(_NONE, _NONE, _NO, _NONE, 0.0)
"""What the loops aim at where values are popped."""


def kept() -> bool:
    """Whether the loops need not be compiled any more."""
    return _CODE.kept


def warm() -> None:
    """Load the loops or compile them, by coding no values at all."""
    grid, none = ValueGrid(np.empty(0, np.int64), 1, open=True), np.empty((0, 1), np.int64)
    layer = Dense(np.empty((0, 0)), np.empty(0), 20)
    nothing = np.empty(0, np.int64)
    guess = KnotGuess(none.T, none.T, none.T, none.T.astype(np.float64))
    fixed_now = fixed(grid, Mixture(none, none), (layer, layer))
    run(taken(BitStack()), fixed_now, guess, nothing, POPPED, nothing)


def fixed(grid: ValueGrid, mixture: Mixture, layers: tuple[Dense, Dense]) -> Fixed:
    """What does not change from knot to knot."""
    off, loud = (layer.weight.astype(np.int64) for layer in layers)
    places = np.array([layer.bits for layer in layers])
    lines = logistic_lines().astype(np.int32)
    shares, widths = (np.ascontiguousarray(part.T) for part in (mixture.shares, mixture.widths))
    tables = (powers(), logs(), lines)
    return Fixed(grid.steps, grid.limit, shares, widths, off, loud, places, *tables)


def aim(at: Floats, cost: Floats, beside: Floats, steps: Floats, exchange: float) -> Aim:
    """What values are chosen by."""
    return Aim(at, cost, np.ascontiguousarray(beside), steps, float(exchange))


def run(
    bits: stack_loops.Bits, known: Fixed, guess: KnotGuess, dims: Ints, aims: Aim, cells: Ints
) -> Ints:
    """The values Q16 of a knot, whose cells (D,) are popped or chosen; raises CorruptFile."""
    parts = (guess.mean[0], guess.size[0], guess.unit[0], guess.gate[0].astype(np.int64))
    values = np.zeros_like(cells)
    wrong = _CODE(bits, known, np.stack(parts), dims, aims, cells, values)
    if wrong:
        raise CorruptFile(_WRONG[wrong])
    return values


def taken(stack: BitStack) -> stack_loops.Bits:
    """The bits of a stack, for loops to change."""
    return stack_loops.unpacked(stack.words)


def give_back(bits: stack_loops.Bits, stack: BitStack) -> None:
    """Put what loops have left back on a stack."""
    stack.words = stack_loops.packed(bits)
