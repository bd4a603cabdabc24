"""An alphabet of the values that do occur, where they are few: readings of a coarse instrument."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from vdsc.codecs.lossless.arrays.alphabet import REACH, Alphabet
from vdsc.core.fixed import bit_length
from vdsc.core.types import Ints
from vdsc.quant.ordinal import Numbers

_AROUND = 4


@dataclass(frozen=True, eq=False)
class Listed:
    """Chosen ranks of another alphabet: rank r here is rank table[r] there.

    Levels are those of the other alphabet less the first one's, divided by what all have in
    common; or just those, if they span more than REACH.

    Args:
        whole: the other alphabet.
        table: (U,) its ranks, increasing.
    """

    whole: Alphabet
    table: Ints

    @property
    def dtype(self) -> np.dtype[Any]:
        """The dtype of the values."""
        return self.whole.dtype

    def holds(self, values: Numbers) -> bool:
        """Return whether all of values (...) are listed."""
        if not self.whole.holds(values):
            return False
        return bool((self.table[self.ranks(values)] == self.whole.ranks(values)).all())

    def ranks(self, values: Numbers) -> Ints:
        """Return the ranks (...) of values (...), which the alphabet must hold."""
        found: Ints = np.searchsorted(self.table, self.whole.ranks(values))
        return np.minimum(found, self.table.size - 1)

    def values(self, ranks: Ints) -> Numbers:
        """Return the values (...) at ranks (...)."""
        return self.whole.values(self.table[ranks])

    def levels(self, ranks: Ints) -> Ints:
        """Return the levels (...) of ranks (...)."""
        return self.every_level[ranks]

    def first(self, levels: Ints) -> Ints:
        """Return the least rank (...) whose level is at least levels (...)."""
        found: Ints = np.searchsorted(self.every_level, levels)
        return found

    def grain(self, levels: Ints) -> Ints:
        """Return the digits (...) of the usual distance, less 1, between ranks nearby."""
        return self.every_grain[np.minimum(self.first(levels), self.table.size - 1)]

    @cached_property
    def every_level(self) -> Ints:
        """The levels (U,) of all ranks."""
        levels = self.whole.levels(self.table)
        if levels[-1] - levels[0] > REACH:
            return levels
        common = max(int(np.gcd.reduce(levels - levels[0])), 1)
        close: Ints = (levels - levels[0]) // common
        return close

    @cached_property
    def every_grain(self) -> Ints:
        """The grain (U,) at the level of each rank."""
        at = np.arange(self.table.size)
        low, high = np.maximum(at - _AROUND, 0), np.minimum(at + _AROUND, self.table.size - 1)
        spacing = (self.every_level[high] - self.every_level[low]) // np.maximum(high - low, 1)
        return bit_length(np.maximum(spacing - 1, 0))


def listed(whole: Alphabet, values: Numbers) -> Alphabet:
    """Return the list of what occurs in values (...), or `whole` where that costs less."""
    table, counts = np.unique(whole.ranks(values), return_counts=True)
    if table.size < 2 or table.size > values.size >> 3:
        return whole
    high = np.minimum(np.arange(table.size) + _AROUND, table.size - 1)
    low = np.maximum(np.arange(table.size) - _AROUND, 0)
    spread = (table[high] - table[low]).astype(np.float64) / np.maximum(high - low, 1)
    bits = np.log2(np.maximum(spread, 1))
    return Listed(whole, table) if (counts * bits).sum() > 2 * (bits + 2).sum() + 256 else whole
