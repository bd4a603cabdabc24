"""One cell of a value grid as a table symbol, a few uniform low bits and, rarely, an escape.

With c the predicted cell and k low bits, `split_cells` makes of a cell (h << k) + low:

    h       ...  -32 | -31  ...   0   ...  31 |  32  ...
    symbol        0  |  1   ...  32   ...  63 |  64         0 and 64 are followed by |h| - 32
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vdsc.core.fixed import ONE, bit_length, clamp
from vdsc.core.types import Ints
from vdsc.entropy import frequencies as tables
from vdsc.entropy.gamma import LONGEST, LONGEST_OPEN, gamma_bits, pop_gamma, push_gamma
from vdsc.entropy.split_cells import join, split
from vdsc.entropy.stack import BitStack
from vdsc.errors import CorruptFile
from vdsc.quant.normal import LAWS
from vdsc.quant.value_grid import ValueGrid

_OUTSIDE = "a latent value lies outside its grid; the file is damaged"
HALF = 32  # the table holds |h| < 32 and an escape at either end
WIDE = {"normal": 8, "logistic": 4}  # a scale of more cells than this gets low bits
RUNGS = np.arange(1.0 - HALF, 1.0 + HALF)  # the lower edges of all symbols but the first
_FAR = 1 << 40  # Q16 from the mean: with scales below 2**30 every law is 0 or 1 there


@dataclass(frozen=True, eq=False)
class CellCode:
    """How cells are coded given their law: arrays (..., D), rows (..., D, 65)."""

    centre: Ints
    shift: Ints
    rows: Ints
    limit: Ints
    longest: int

    @classmethod
    def of(cls, mean: Ints, scale: Ints, *, grid: ValueGrid, law: str) -> CellCode:
        """Build the code of cells under `law` with mean and scale (..., D) Q16.

        c is the cell of the mean and w its width; k is the least integer with
        w 2**k wide >= scale, where wide is 8 (normal) or 4 (logistic).
        """
        centre = grid.even_cells(mean) if grid.even else grid.snap(mean)
        shift = bit_length((scale - 1) // (WIDE[law] * grid.width(centre)))
        if grid.even:
            rows = _even_rows(centre, shift, grid.steps, mean, scale, law)
            return cls(centre, shift, rows, grid.limit, LONGEST_OPEN)
        low = join(np.full_like(centre, -HALF), 0, centre, shift)
        edges = grid.ladder(low, 1 << shift, 2 * HALF + 2)
        if grid.open:  # rows shift the distance from the mean by 16 bits
            edges = clamp(edges, (mean - _FAR)[..., None], (mean + _FAR)[..., None])
        rows = tables.rows(edges, mean, scale, law)
        return cls(centre, shift, rows, grid.limit, LONGEST_OPEN if grid.open else LONGEST)

    def __iter__(self) -> Iterator[CellCode]:
        """Iterate over the leading axis."""
        parts = zip(self.centre, self.shift, self.rows, strict=True)
        return (CellCode(*part, self.limit, self.longest) for part in parts)

    def push(self, stack: BitStack, cells: Ints) -> None:
        """Push cells (D,), each within the grid's limit."""
        symbols, excess, low = self._split(cells)
        stack.push_uniform(low, 1 << self.shift)
        push_gamma(stack, excess)
        stack.push(symbols, self.rows)

    def push_singly(self, stack: BitStack, cells: Ints) -> None:
        """Push cells (..., D) such that each is popped alone, with its own escape and low bits."""
        high, low = split(cells, self.centre, self.shift)
        shift, symbols = self.shift.ravel(), clamp(high, -HALF, HALF).ravel() + HALF
        rows, excess = self.rows.reshape(symbols.size, -1), np.abs(high.ravel()) - HALF
        end = symbols.size
        for i in np.flatnonzero((excess >= 0) | (shift > 0))[::-1]:
            stack.push(symbols[i + 1 : end], rows[i + 1 : end])
            stack.push_uniform(low.ravel()[i : i + 1], 1 << shift[i : i + 1])
            push_gamma(stack, excess[i : i + 1][excess[i : i + 1] >= 0])
            end = i + 1
        stack.push(symbols[:end], rows[:end])

    def pop(self, stack: BitStack) -> Ints:
        """Pop cells (D,): the symbols, then the escapes, then the low bits.

        Raises:
            CorruptFile: a cell lies outside the grid.
        """
        return self.beyond(stack, stack.pop(self.rows) - HALF)

    def beyond(self, stack: BitStack, high: Ints) -> Ints:
        """Pop what the symbols, less 32, do not say of cells (D,); raises CorruptFile."""
        far = high[np.abs(high) == HALF]
        if far.size:
            excess = pop_gamma(stack, far.size, self.longest)
            high[np.abs(high) == HALF] = far + np.sign(far) * excess
            if (np.abs(high) > (2 * self.limit >> self.shift) + HALF).any():  # before the shift
                raise CorruptFile(_OUTSIDE)
        if np.count_nonzero(self.shift):
            low = stack.pop_uniform(1 << self.shift)
            cells = join(high, low, self.centre, self.shift)
        else:
            cells = self.centre + high
        if (np.abs(cells) > self.limit).any():
            raise CorruptFile(_OUTSIDE)
        return cells

    def bits(self, cells: Ints) -> float:
        """Return the ideal code length of cells (..., D)."""
        symbols, excess, _ = self._split(cells)
        return tables.cost(symbols, self.rows) + gamma_bits(excess) + int(self.shift.sum())

    def costs(self, cells: Ints) -> NDArray[np.float64]:
        """Return the ideal bits (..., D) of each cell, without those of its escape."""
        symbols, _, _ = self._split(cells)
        return tables.costs(symbols, self.rows) + self.shift

    def _split(self, cells: Ints) -> tuple[Ints, Ints, Ints]:
        """Symbols (..., D), the excess of the escaped ones (E,), and the low bits (..., D)."""
        high, low = split(cells, self.centre, self.shift)
        excess = np.abs(high) - HALF
        symbols = clamp(high, -HALF, HALF) + HALF
        return symbols, excess[excess >= 0], low


def _even_rows(centre: Ints, shift: Ints, steps: Ints, mean: Ints, scale: Ints, law: str) -> Ints:
    """The rows of equal cells without end: `frequencies.rows` of their edges, in fewer passes.

    Edges are halves of steps rounded to 0. They are integers in float64, as is their distance from
    the mean, below 2**37: a symbol is at most 2 scale / wide across, or a step. So the quotient of
    two numbers below 2**53 is rounded to a whole number only if it is one, and its floor is exact.
    """
    first = (centre - (1 << shift >> 1)) * steps - steps * 0.5
    edges = RUNGS * (steps << shift)[..., None]
    edges += first[..., None]
    np.trunc(edges, out=edges)
    edges -= mean[..., None].astype(np.float64)
    edges /= (scale * (1 / ONE))[..., None]
    np.floor(edges, out=edges)
    return tables.share(LAWS[law](edges.astype(np.int64)))
