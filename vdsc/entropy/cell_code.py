"""One cell of a value grid as a table symbol, a few uniform low bits and, rarely, an escape.

With c the predicted cell and k low bits, cell q is q - c + (2**k >> 1) = (h << k) + low:

    h       ...  -32 | -31  ...   0   ...  31 |  32  ...
    symbol        0  |  1   ...  32   ...  63 |  64         0 and 64 are followed by |h| - 32
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vdsc.core.types import Ints
from vdsc.entropy import frequencies as tables
from vdsc.entropy.gamma import gamma_bits, pop_gamma, push_gamma
from vdsc.entropy.stack import BitStack
from vdsc.errors import CorruptFile
from vdsc.quant.value_grid import ValueGrid

HALF = 32  # the table holds |h| < 32 and an escape at either end
_WIDE = {"normal": 8, "logistic": 4}  # a scale of more cells than this gets low bits
_POWERS = 1 << np.arange(40)


@dataclass(frozen=True, eq=False)
class CellCode:
    """How cells are coded given their law: arrays (..., D), rows (..., D, 65)."""

    centre: Ints
    shift: Ints
    rows: Ints
    limit: Ints

    @classmethod
    def of(cls, mean: Ints, scale: Ints, *, grid: ValueGrid, law: str) -> CellCode:
        """Build the code of cells under `law` with mean and scale (..., D) Q16.

        c is the cell of the mean and w its width; k is the least integer with
        w 2**k wide >= scale, where wide is 8 (normal) or 4 (logistic).
        """
        centre = grid.snap(mean)
        shift = _bit_length((scale - 1) // (_WIDE[law] * grid.width(centre)))
        low = centre - (HALF << shift) - (1 << shift >> 1)
        edges = grid.ladder(low, 1 << shift, 2 * HALF + 2)
        return cls(centre, shift, tables.rows(edges, mean, scale, law), grid.limit)

    def __iter__(self) -> Iterator[CellCode]:
        """Iterate over the leading axis."""
        parts = zip(self.centre, self.shift, self.rows, strict=True)
        return (CellCode(*part, self.limit) for part in parts)

    def push(self, stack: BitStack, cells: Ints) -> None:
        """Push cells (D,), each within the grid's limit."""
        symbols, excess, low = self._split(cells)
        stack.push_uniform(low, 1 << self.shift)
        push_gamma(stack, excess)
        stack.push(symbols, self.rows)

    def pop(self, stack: BitStack) -> Ints:
        """Pop cells (D,): the symbols, then the escapes, then the low bits.

        Raises:
            CorruptFile: a cell lies outside the grid.
        """
        symbols = stack.pop(self.rows)
        high = symbols - HALF
        escaped = np.abs(high) == HALF
        if escaped.any():
            high[escaped] += np.sign(high[escaped]) * pop_gamma(stack, int(escaped.sum()))
        if not self.shift.any():
            cells = self.centre + high
        else:
            low = stack.pop_uniform(1 << self.shift)
            cells = self.centre + (high << self.shift) + low - (1 << self.shift >> 1)
        if (np.abs(cells) > self.limit).any():
            raise CorruptFile("a latent value lies outside its grid; the file is damaged")
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
        offset = cells - self.centre + (1 << self.shift >> 1)
        high = offset >> self.shift
        excess = np.abs(high) - HALF
        symbols = np.clip(high, -HALF, HALF) + HALF
        return symbols, excess[excess >= 0], offset & ((1 << self.shift) - 1)


def _bit_length(values: Ints) -> Ints:
    """Binary digits of each non-negative integer; 0 has none."""
    return np.searchsorted(_POWERS, values, side="right")
