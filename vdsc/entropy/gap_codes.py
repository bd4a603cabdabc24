"""Knot times: gaps between integer ticks, coded until the known end of the window."""

from __future__ import annotations

from itertools import accumulate
from typing import Protocol

import numpy as np

from vdsc.core.fixed import CERTAIN, WORK, exp_minus
from vdsc.core.types import Ints
from vdsc.entropy.frequencies import cost, share
from vdsc.entropy.stack import TOTAL, BitStack
from vdsc.errors import InvalidInput

LONGEST = 1 << 14
"""The longest gap that a table may hold, in ticks."""


class GridCode(Protocol):
    """Codes the ticks of knots: 0 = t_0 < ... < t_{M-1} = span, both ends implied."""

    @property
    def id(self) -> str:
        """The permanent name that a file carries."""
        ...

    def push(self, stack: BitStack, ticks: Ints, span: int) -> None:
        """Push ticks (M,)."""
        ...

    def pop(self, stack: BitStack, span: int) -> Ints:
        """Pop ticks (M,) that end at span."""
        ...

    def bits(self, ticks: Ints, span: int) -> float:
        """Return the ideal code length of ticks (M,)."""
        ...


class _TableGaps:
    """Gaps of 1..max_gap ticks under one row of frequencies, the last one cut at the end.

    With r ticks left, the alphabet is 1..min(max_gap, r) and its last gap carries the weight of
    all longer ones: a gap that would pass the end stops there. One possible gap costs nothing.
    """

    id: str

    def __init__(self, inner: list[int]) -> None:
        """Take the Q30 probabilities that a gap is at most 1, 2, ..., max_gap - 1."""
        self._row = share(np.array(inner, dtype=np.int64))

    @property
    def row(self) -> Ints:
        """Frequencies (max_gap,) of the gaps 1..max_gap, each at least 1, sum 2**16."""
        return self._row

    @property
    def max_gap(self) -> int:
        """The longest gap, in ticks."""
        return self._row.size

    def push(self, stack: BitStack, ticks: Ints, span: int) -> None:
        """Push ticks (M,); they start at 0, end at span and are 1..max_gap apart.

        Raises:
            InvalidInput: they do not.
        """
        for tick, gap in reversed(self._gaps(ticks, span)):
            stack.push(np.array([gap - 1]), self._rest(span - tick))

    def pop(self, stack: BitStack, span: int) -> Ints:
        """Pop ticks (M,) from 0 to span."""
        ticks = [0]
        while ticks[-1] < span:
            gap = 1 + int(stack.pop(self._rest(span - ticks[-1]))[0])
            ticks.append(ticks[-1] + gap)
        return np.array(ticks, dtype=np.int64)

    def bits(self, ticks: Ints, span: int) -> float:
        """Return the ideal code length of ticks (M,)."""
        pairs = self._gaps(ticks, span)
        return sum(cost(np.array([gap - 1]), self._rest(span - tick)) for tick, gap in pairs)

    def _rest(self, left: int) -> Ints:
        """Return the row (1, min(max_gap, left)) of gap frequencies with `left` ticks to go."""
        row = self._row[:left].copy()
        row[-1] = TOTAL - row[:-1].sum()
        return row[None]

    def _gaps(self, ticks: Ints, span: int) -> list[tuple[int, int]]:
        gaps = np.diff(ticks)
        if not len(ticks) or ticks[0] != 0 or ticks[-1] != span:
            raise InvalidInput(f"knot ticks must start at 0 and end at {span}")
        if gaps.size and not 1 <= gaps.min() <= gaps.max() <= self.max_gap:
            raise InvalidInput(f"knots must lie 1 to {self.max_gap} ticks apart")
        return list(zip(ticks[:-1].tolist(), gaps.tolist(), strict=True))


class PoissonGaps(_TableGaps):
    """Gaps of a homogeneous Poisson process, rounded up to ticks and truncated to max_gap.

    P(gap <= j) = (1 - e^(-rate j)) / (1 - e^(-rate max_gap)).

    Args:
        rate_q16: knots per tick, Q16, 1 to 2**20.
        max_gap: in ticks, 1 to 2**14.

    Chen et al. 2022, equation 18, truncated as in equations 19 and 20.
    """

    id = "prior"

    def __init__(self, rate_q16: int, max_gap: int) -> None:
        if not (1 <= rate_q16 <= 1 << 20 and 1 <= max_gap <= LONGEST):
            raise InvalidInput("a knot rate must be 1 to 2**20 (Q16), a longest gap 1 to 2**14")
        keep, one = exp_minus(rate_q16, 1 << 16), 1 << WORK
        survival = list(accumulate([keep] * max_gap, lambda left, once: left * once >> WORK))
        super().__init__([CERTAIN * (one - s) // (one - survival[-1]) for s in survival[:-1]])


class RenewalGaps(_TableGaps):
    """Gaps drawn independently from a frozen histogram.

    Args:
        freqs: (max_gap,) counts of the gaps 1..max_gap, not all zero, max_gap <= 2**14.
    """

    id = "renewal"

    def __init__(self, freqs: Ints) -> None:
        counts = [int(count) for count in freqs]
        total = sum(counts)
        if not 1 <= len(counts) <= LONGEST or min(counts) < 0 or not total:
            raise InvalidInput("a gap histogram needs 1 to 2**14 counts, not all of them zero")
        super().__init__([CERTAIN * part // total for part in accumulate(counts[:-1])])
