"""Gaps between knots as a chain: what is coded is where, between the two ends, the knots lie."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from vdsc.core.types import Floats, Ints
from vdsc.entropy.stack import TOTAL
from vdsc.rec.codes import BIT
from vdsc.rec.noise import BITS
from vdsc.rec.proposals import demand


@dataclass(frozen=True, eq=False)
class GapChain:
    """Gaps of 1..L ticks from tick 0 until `span`, drawn independently from one row.

    A gap that would pass the end stops there, as in `entropy.gap_codes`. The state is the tick.

    Args:
        row: (L,) frequencies of the gaps 1..L, each >= 1, sum 2**16.
        span: the last tick.
        rate: the expected KL of one gap, 1 to 255 sixteenths of a bit.

    Raises:
        InvalidInput: one of them is out of range.
    """

    row: Ints
    span: int
    rate: int

    def __post_init__(self) -> None:
        row = np.asarray(self.row)
        proper = row.ndim == 1 and row.size and row.min() >= 1 and row.sum() == TOTAL
        demand(proper, "frequencies of gaps must be positive and sum to 2**16")
        demand(self.span >= 0, "a span of ticks must not be negative")
        demand(1 <= self.rate <= 255, "the KL of a gap must be 1 to 255 sixteenths of a bit")

    @cached_property
    def _gaps(self) -> Ints:
        """(2**16,) the gap of each upper 16 bits of a coordinate."""
        return np.repeat(np.arange(1, self.row.size + 1), self.row)

    @cached_property
    def _pace(self) -> int:
        """The mean gap under the proposal, in 2**-16 ticks."""
        return int(self.row @ np.arange(1, self.row.size + 1))

    def step(self, state: Ints, u: Ints) -> tuple[Ints, Ints]:
        """Return gaps and the ticks that they lead to."""
        gap = np.minimum(self._gaps[u >> (BITS - 16)], self.span - state)
        return gap, state + gap

    def group(self, state: int, budget: int) -> tuple[int, int]:
        """Share the gaps that are still expected out evenly over the fewest blocks in budget.

        The last block may go on for twice as many, so that it nearly always reaches the end.
        """
        left = self.span - state
        if left <= 1:
            return left, 0
        ahead = min(left, 1 + (left << 16) // self._pace)
        blocks = -(-ahead // max(budget // self.rate, 1))
        count = -(-ahead // blocks)
        return (count if blocks > 1 else min(left, 2 * count)), count * self.rate


@dataclass(frozen=True, eq=False)
class GapRatios:
    """Target of a `GapChain` by tick and gap - 1: pmf q (span, L), log2(q / p) (span + 1, L)."""

    pmf: Floats
    table: Floats

    @classmethod
    def of(cls, row: Ints, span: int, pmf: Callable[[Ints], Floats]) -> GapRatios:
        """Tabulate a target.

        Args:
            row: (L,) frequencies of the gaps 1..L under the proposal, each >= 1, sum 2**16.
            span: the last tick.
            pmf: gives (N, L) probabilities of the gaps 1..L after knots at ticks (N,), as if the
                window had no end; the last gap gets what lies beyond it.

        Raises:
            InvalidInput: a row has the wrong length, a negative number, or sums to nothing.
        """
        given = np.asarray(pmf(np.arange(span)), dtype=np.float64)
        demand(given.shape == (span, row.size), "a target needs one pmf (L,) per tick")
        proper = np.isfinite(given).all() and (given >= 0).all() and (given.sum(1) > 0).all()
        demand(proper, "a target pmf must be finite, not negative, and not all zero")
        q = _cut(given / given.sum(1, keepdims=True))
        p = _cut(np.broadcast_to(row / TOTAL, q.shape))
        with np.errstate(divide="ignore", invalid="ignore"):
            bits = np.where(p > 0, np.log2(q) - np.log2(p), -np.inf)
        last = np.zeros((1, row.size))
        return cls(q, np.concatenate((bits, last)))

    def log_ratio(self, state: Ints, value: Ints) -> Floats:
        """Look up gaps `value` after knots at ticks `state`."""
        return self.table[state, value - 1]

    def bounds(self, count: int) -> Floats:
        """Return the largest sums of the table along any 0..count gaps."""
        states, longest = self.table.shape
        ahead = np.arange(1, longest + 1) + np.arange(states)[:, None]
        ahead = np.minimum(ahead, states - 1)
        rows = [np.zeros(states)]
        for _ in range(count):
            rows.append((self.table + rows[-1][ahead]).max(1))
        return np.stack(rows)

    @cached_property
    def kl(self) -> tuple[float, float]:
        """KL in bits of all gaps together, and the number of gaps expected under the target."""
        span, longest = self.pmf.shape
        visits = np.zeros(span + longest + 1)
        visits[0] = 1
        for tick in range(span):
            visits[tick + 1 : tick + 1 + longest] += visits[tick] * self.pmf[tick]
        with np.errstate(invalid="ignore"):
            each = np.where(self.pmf > 0, self.pmf * self.table[:-1], 0.0).sum(1)
        return float(visits[:span] @ each), float(visits[:span].sum())

    @cached_property
    def rate(self) -> int:
        """The mean KL of a gap, 1 to 255 sixteenths of a bit: what a `GapChain` should expect."""
        total, count = self.kl
        return min(max(round(BIT * total / max(count, 1.0)), 1), 255)


def _cut(rows: Floats) -> Floats:
    """Cut rows (span, L) at the end: with r ticks to go, gap min(L, r) gets all that is longer."""
    span, longest = rows.shape
    reach = np.minimum(span - np.arange(span), longest)[:, None]
    tail = np.cumsum(rows[:, ::-1], axis=1)[:, ::-1]
    gap = np.arange(1, longest + 1)
    return np.where(gap < reach, rows, np.where(gap == reach, tail, 0.0))
