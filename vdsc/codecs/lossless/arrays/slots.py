"""One rank given where its level is expected: a cell of levels, then a rank within the cell.

With c the expected level, k low bits and level l, h = (l - c + (2**k >> 1)) >> k:

    h       ... -32 | -31 ... 0 ... 31 |  32 ...    the last rank again
    symbol        0 |   1 ... 32 .. 63 |  64              65
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vdsc.codecs.lossless.arrays.alphabet import REACH, Alphabet
from vdsc.codecs.lossless.arrays.mixture import POINT, Laws, digits
from vdsc.codecs.lossless.arrays.uniform import Unsigned, pop_any, pop_wide, push_any, push_wide
from vdsc.core.fixed import clamp
from vdsc.core.types import Ints
from vdsc.entropy import frequencies as tables
from vdsc.entropy.split_cells import join, split
from vdsc.entropy.stack import TOTAL, BitStack
from vdsc.errors import CorruptFile
from vdsc.quant.normal import logistic_cdf

HALF = 32
AGAIN = 2 * HALF + 1
RARE, SURE = 128, TOTAL - 1024
"""The least and the largest probability, of 2**16, that a rank occurs again."""

TOO_FAR = "a value lies outside its range; the file is damaged"
NO_RANK = "a value lies where there is none; the file is damaged"
NO_SUCH_RANK = "a value lies outside its cell; the file is damaged"
_EDGES = (2 * np.arange(1, 2 * HALF + 1, dtype=np.int64) - 2 * HALF - 1) << 15
_BATCH = 1 << 13  # rows that are in memory at once
_NOWHERE = np.uint64(2**64 - 1)
_NONE, _ONE = np.uint64(0), np.uint64(1)


@dataclass(frozen=True, eq=False)
class Slots:
    """How N ranks are coded: centre, shift and last rank (N,), and what `rows` are made of.

    middle, width and share (E, N) are those of the experts, again (N,) goes with the last rank.
    """

    alphabet: Alphabet
    centre: Ints
    shift: Ints
    last: Ints
    middle: Ints
    width: Ints
    share: Ints
    again: Ints

    @classmethod
    def of(cls, alphabet: Alphabet, laws: Laws, *, last: Ints, again: Ints) -> Slots:
        """Build the code under logistic laws.

        k is the least number with 4 2**k 2**6 >= the leading scale that the alphabet's grain
        allows. The frequencies f of the 65 cells become f - (f again >> 16), and what is left of
        2**16 goes to `last`; if it is alone in its cell and k = 0, so does the cell's frequency
        but for 1.

        Args:
            alphabet: what the ranks mean.
            laws: of N levels.
            last: (N,) ranks.
            again: (N,) in [RARE, SURE].
        """
        mean, scale = laws.lead
        centre = clamp((mean + 32) >> POINT, -REACH, REACH)
        shift = np.maximum(digits(scale), alphabet.grain(centre))
        middle, width = laws.cells(centre, shift)
        return cls(alphabet, centre, shift, last, middle, width, laws.share, again)

    def rows(self, some: slice) -> Ints:
        """Frequencies (n, 66) of some of the ranks."""
        below = np.zeros((self.last[some].size, _EDGES.size), dtype=np.int64)
        for laws in zip(self.middle, self.width, self.share, strict=True):
            middle, width, share = (part[some, None] for part in laws)
            below += logistic_cdf((_EDGES - middle << 16) // width) * share
        cells = tables.share(below >> 16)
        cells -= cells * self.again[some, None] >> 16
        _merge(self.alphabet, cells, self.centre[some], self.shift[some], self.last[some])
        rest = TOTAL - cells.sum(axis=1, keepdims=True)
        return np.concatenate((cells, rest), axis=1)

    def push(self, stack: BitStack, ranks: Ints) -> None:
        """Push ranks (N,), which the alphabet must hold."""
        symbols, excess, index, size = self._split(ranks)
        push_wide(stack, index, size)
        push_any(stack, excess)
        for some in reversed(self._parts()):
            stack.push(symbols[some], self.rows(some))

    def pop(self, stack: BitStack) -> Ints:
        """Pop ranks (N,): the symbols, then what lies beyond the cells, then the ranks in cells.

        Raises:
            CorruptFile: a cell without ranks, or a rank that its cell does not have.
        """
        symbols = np.concatenate([stack.pop(self.rows(some)) for some in self._parts()])
        again = symbols == AGAIN
        high = np.where(again, 0, symbols - HALF)
        outside = np.abs(high) == HALF
        if outside.any():
            high[outside] += np.sign(high[outside]) * pop_any(stack, int(outside.sum()))
        if (np.abs(high) > (2 * REACH >> self.shift) + HALF).any():
            raise CorruptFile(TOO_FAR)
        begin, size, skip = self._cell(high)
        size = np.where(again, _ONE, size)
        if (size == 0).any():
            raise CorruptFile(NO_RANK)
        index = pop_wide(stack, size)
        if (index >= size).any():
            raise CorruptFile(NO_SUCH_RANK)
        index += index >= skip
        ranks: Ints = np.where(again, self.last, begin + index.view(np.int64))
        return ranks

    def bits(self, ranks: Ints) -> NDArray[np.float64]:
        """Return the ideal code length (N,) of each of ranks (N,) without what lies beyond."""
        symbols, _, _, size = self._split(ranks)
        return tables.costs(symbols, self.rows(slice(None))) + np.log2(size.astype(np.float64))

    def _parts(self) -> list[slice]:
        """Parts of the ranks, small enough for their rows to be in memory at once."""
        count = max(self.centre.size, 1)
        return [slice(begin, begin + _BATCH) for begin in range(0, count, _BATCH)]

    def _split(self, ranks: Ints) -> tuple[Ints, Ints, Unsigned, Unsigned]:
        """Symbols (N,), excess (E,) of those outside, and index in and size of the cell (N,)."""
        again = ranks == self.last
        high, _ = split(self.alphabet.levels(ranks), self.centre, self.shift)
        high = np.where(again, 0, high)
        begin, size, skip = self._cell(high)
        index = (ranks - begin).view(np.uint64)
        index -= index > skip
        excess = np.abs(high) - HALF
        symbols = np.where(again, AGAIN, clamp(high, -HALF, HALF) + HALF)
        index, size = np.where(again, _NONE, index), np.where(again, _ONE, size)
        return symbols, excess[excess >= 0], index, size

    def _cell(self, high: Ints) -> tuple[Ints, Unsigned, Unsigned]:
        """The first rank (N,) of each cell, how many others than `last` it has, where last is."""
        low = join(high, 0, self.centre, self.shift)
        begin = self.alphabet.first(clamp(low, -REACH, REACH + 1))
        end = self.alphabet.first(clamp(low + (1 << self.shift), -REACH, REACH + 1))
        count, skip = (end - begin).view(np.uint64), (self.last - begin).view(np.uint64)
        within = skip < count
        return begin, count - within, np.where(within, skip, _NOWHERE)


def _merge(alphabet: Alphabet, cells: Ints, centre: Ints, shift: Ints, last: Ints) -> None:
    """Leave 1 of the frequency of a cell (k = 0) that holds nothing but the last rank."""
    level = alphabet.levels(last)
    high = level - centre
    near = np.flatnonzero((shift == 0) & (np.abs(high) < HALF))
    alone = alphabet.first(level[near] + 1) - alphabet.first(level[near]) == 1
    chosen = near[alone]
    cells[chosen, high[chosen] + HALF] = 1
