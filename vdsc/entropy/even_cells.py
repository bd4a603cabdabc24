"""Cells of an even, open grid popped in few array operations: what `CellCode` does there."""

from __future__ import annotations

import numpy as np

from vdsc.core.fixed import CERTAIN, ONE
from vdsc.core.types import Ints
from vdsc.entropy.cell_code import HALF, RUNGS, WIDE, CellCode
from vdsc.entropy.gamma import LONGEST_OPEN
from vdsc.entropy.stack import TOTAL, BitStack
from vdsc.quant.normal import LAWS
from vdsc.quant.value_grid import ValueGrid

_CELLS = 2 * HALF + 1
_LEAST = np.arange(1, _CELLS)  # every symbol has a frequency of 1 at least


class EvenCells:
    """Pops cells (D,) of some dimensions of a grid whose cells are equally wide and have no end.

    Where no cell has low bits and none escapes, the rows are those of `frequencies.rows`, in fewer
    passes; else `CellCode` pops them. Edges are integers in float64, as it says.
    """

    def __init__(self, grid: ValueGrid, law: str) -> None:
        self._grid, self._law, steps = grid, law, grid.steps
        self._steps, self._twice, self._next = steps, 2 * steps, steps + 1
        self._first = RUNGS * steps[:, None] - (steps * 0.5)[:, None]
        self._narrow = WIDE[law] * (steps - 1)

    def pop(self, stack: BitStack, mean: Ints, scale: Ints) -> Ints:
        """Pop cells given means and scales (D,) Q16; raises CorruptFile."""
        if (scale > self._narrow).any():
            return CellCode.of(mean, scale, grid=self._grid, law=self._law).pop(stack)
        centre = mean << 1
        centre += mean >> 63
        centre += self._next
        centre //= self._twice
        rows = self._rows(centre, mean, scale)
        high = stack.pop(rows)
        high -= HALF
        if high.size and int(np.abs(high).max()) == HALF:
            shift = np.zeros_like(centre)
            code = CellCode(centre, shift, rows, self._grid.limit, LONGEST_OPEN)
            return code.beyond(stack, high)
        high += centre
        return high

    def _rows(self, centre: Ints, mean: Ints, scale: Ints) -> Ints:
        """Frequencies (D, 65) around the centres."""
        edges = self._first + (centre * self._steps)[:, None]
        np.trunc(edges, out=edges)
        edges -= mean[:, None]
        edges /= (scale * (1 / ONE))[:, None]
        np.floor(edges, out=edges)
        inner = LAWS[self._law](edges.astype(np.int64))
        inner *= TOTAL - _CELLS
        inner >>= CERTAIN.bit_length() - 1
        inner += _LEAST
        rows = np.empty((len(centre), _CELLS), dtype=np.int64)
        rows[:, 0] = inner[:, 0]
        np.subtract(inner[:, 1:], inner[:, :-1], out=rows[:, 1:-1])
        np.subtract(TOTAL, inner[:, -1], out=rows[:, -1])
        return rows
