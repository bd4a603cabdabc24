"""The stack, with what bits-back does on it beyond popping."""

# ruff: noqa: D102 -- the page says what its words mean

from __future__ import annotations

from itertools import accumulate

from tests.docs.lossless_page.bits import Bits
from tests.docs.page_decoder import rounded

ALL = 1 << 24


class Stack(Bits):
    """The stack that is pushed on, too."""

    def put(self, left: int, right: int) -> None:
        """Push the symbol with these bounds."""
        w = right - left
        if self.state >> 40 >= w:
            self.words.append(self.state & 0xFFFFFFFF)
            self.state >>= 32
        self.state = (self.state // w << 24) + self.state % w + left

    def push_table(self, symbol: int, row: list[int]) -> None:
        if len(row) == 1:
            return
        free, sums = ALL - len(row), accumulate(row, initial=0)
        left = [(rounded(free * total) >> 16) + k for k, total in enumerate(sums)]
        left[-1] = ALL
        self.put(left[symbol], left[symbol + 1])

    def push_uniform(self, value: int, n: int) -> None:
        if n > 1:
            each = ALL // n
            self.put(value * each, ALL if value == n - 1 else (value + 1) * each)

    def bit(self, share: int) -> int:
        """A bit that is 1 with probability share / 2^16."""
        return self.table([65536 - share, share])
