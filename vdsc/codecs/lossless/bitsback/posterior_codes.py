"""The posterior's own codes: cells under q(z | x) and gaps under q(T | x), equations (17), (20).

Each row is turned so that its most probable symbol comes first: an empty stack pops symbols 0, so
it gives the posterior's mode, and takes it back for nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vdsc.core.fixed import bit_length, clamp
from vdsc.core.types import Ints
from vdsc.entropy import BitStack
from vdsc.entropy import frequencies as tables
from vdsc.entropy.split_cells import join, split
from vdsc.quant import ValueGrid
from vdsc.twin.inference import Seen, Twin

CELLS = 64
"""Symbols of a row."""

_HALF = CELLS >> 1
_WIDE = 5  # a scale of more cells than this gets low bits: the row then reaches 6.4 of them


@dataclass(frozen=True, eq=False)
class Cells:
    """Cells of D values around their means: rows (D, 64) and low bits, without escapes.

    `split_cells` makes of a cell h and low, with |h| at most 32; the outermost two h take
    what the normal law leaves beyond them, so that whatever is popped can be pushed.
    """

    centre: Ints
    shift: Ints
    mode: Ints
    rows: Ints

    @classmethod
    def of(cls, mean: Ints, scale: Ints, grid: ValueGrid) -> Cells:
        """Take means and standard deviations (D,) Q16 on a grid of at least 33 cells each side."""
        shift = bit_length((scale - 1) // (_WIDE * grid.steps))
        widest = bit_length(grid.limit // (_HALF + 1)) - 1
        shift = np.minimum(shift, widest)
        room = grid.limit - (_HALF + 1 << shift)
        centre = clamp(grid.snap(mean), -room, room)
        low = join(np.full_like(centre, -_HALF), 0, centre, shift)
        edges = grid.ladder(low, 1 << shift, CELLS + 1)
        rows = tables.rows(edges, mean, scale, "normal")
        mode: Ints = rows.argmax(axis=1)
        turned = (np.arange(CELLS) + mode[:, None]) % CELLS
        return cls(centre, shift, mode, np.take_along_axis(rows, turned, axis=1))

    def pop(self, stack: BitStack) -> Ints:
        """Pop cells (D,): all symbols, then all low bits."""
        high = (stack.pop(self.rows) + self.mode) % CELLS - _HALF
        low = stack.pop_uniform(1 << self.shift)
        return join(high, low, self.centre, self.shift)

    def push(self, stack: BitStack, cells: Ints) -> None:
        """Push cells (D,) that `pop` gave."""
        high, low = split(cells, self.centre, self.shift)
        stack.push_uniform(low, 1 << self.shift)
        stack.push(self._symbols(high), self.rows)

    def bits(self, cells: Ints) -> float:
        """Return -log2 q of cells (D,)."""
        symbols = self._symbols(split(cells, self.centre, self.shift)[0])
        return tables.cost(symbols, self.rows) + int(self.shift.sum())

    def _symbols(self, high: Ints) -> Ints:
        return (high + _HALF - self.mode) % CELLS


class PosteriorGaps:
    """Knot times 0 = t_0 < ... < t_{M-1} = span, gap after gap, each given the last knot's state.

    The last gap of a row stands for all that would reach the end.
    """

    def __init__(self, twin: Twin, seen: Seen, density: int) -> None:
        self._law, self._hidden, self._density = twin.gaps, seen.hidden, density
        self.span = len(seen.hidden) - 1

    def pop(self, stack: BitStack) -> Ints:
        """Pop knots (M,) from frame 0 to the last."""
        knots = [0]
        while knots[-1] < self.span:
            row, mode = self._row(knots[-1])
            gap = (int(stack.pop(row)[0]) + mode) % row.size + 1
            knots.append(knots[-1] + gap)
        return np.array(knots, dtype=np.int64)

    def push(self, stack: BitStack, knots: Ints) -> None:
        """Push knots that `pop` gave."""
        for tick, symbol, row in reversed(self._symbols(knots)):
            del tick
            stack.push(np.array([symbol]), row)

    def bits(self, knots: Ints) -> float:
        """Return -log2 q of the knots."""
        return sum(tables.cost(np.array([s]), row) for _, s, row in self._symbols(knots))

    def _symbols(self, knots: Ints) -> list[tuple[int, int, Ints]]:
        found = []
        for tick, gap in zip(knots[:-1].tolist(), np.diff(knots).tolist(), strict=True):
            row, mode = self._row(tick)
            found.append((tick, (gap - 1 - mode) % row.size, row))
        return found

    def _row(self, tick: int) -> tuple[Ints, int]:
        """Frequencies (1, K) of the next gap, turned, and the gap - 1 that now comes first."""
        below = self._law.below(self._hidden[tick], self._density)
        row = tables.share(below[: self.span - tick - 1])
        mode = int(row.argmax())
        return np.roll(row, -mode)[None], mode
