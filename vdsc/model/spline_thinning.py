"""Knots of a spline where frames and bits need them: from dense ones, those that pay stay.

    cost = absolute error of the frames, rounding counted + exchange x nats of the knots

The knots whose going saves most go first, several at once where they do not feel each other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from vdsc.core.types import Floats, Ints
from vdsc.model.seen_channels import SeenChannels
from vdsc.model.spline_fit import SplineFit
from vdsc.model.step_costs import StepCosts

APART = 3
"""Knots that go in one round are at least so many numbers apart."""


@dataclass(frozen=True, slots=True)
class SplineProblem:
    """What knots are weighed by.

    times (T,) seconds. exchange: error that a nat may cost. longest: frames between two knots.
    """

    seen: SeenChannels
    steps: StepCosts
    times: Floats
    exchange: float
    longest: int

    def part(self, begin: int, end: int) -> SplineProblem:
        """The same of the frames begin..end - 1 alone."""
        some = slice(begin, end)
        return replace(
            self, seen=self.seen.part(some), steps=self.steps.part(some), times=self.times[some]
        )

    def fit(self, knots: Ints) -> SplineFit:
        """The spline through knots (M,)."""
        return SplineFit(self.seen, self.times, knots)

    def cost(self, knots: Ints) -> float:
        """Error and bits of knots (M,); infinite where they are too far apart."""
        if np.diff(knots).max(initial=0) > self.longest:
            return float("inf")
        return self.fitted_cost(self.fit(knots), knots)

    def fitted_cost(self, fit: SplineFit, knots: Ints) -> float:
        """Error of the spline through knots (M,), and bits of these."""
        nats = float(self.steps.nats(knots[:-1], knots[1:]).sum())
        return fit.cost + self.exchange * nats


def thinned(problem: SplineProblem, knots: Ints, share: float) -> Ints:
    """Knots (M,) less those that cost more than they save, ends kept.

    share: how many of those that should go, go in one round: fewer is slower and a little better.
    Knots that go together may feel each other after all, so of all rounds the cheapest counts.
    """
    gain, best, least = np.full(len(knots), np.nan), knots, float("inf")
    while True:
        fit = problem.fit(knots)
        cost = problem.fitted_cost(fit, knots)
        if cost <= least:
            best, least = knots, cost
        gain[[0, -1]] = 0.0
        _weigh(problem, fit, knots, gain)
        gone = _leaving(gain, share)
        if not gone:
            return best
        for which in gone:
            gain[max(which - APART, 0) : which + APART + 1] = np.nan
        knots, gain = np.delete(knots, gone), np.delete(gain, gone)


def _weigh(problem: SplineProblem, fit: SplineFit, knots: Ints, gain: Floats) -> None:
    """Fill in what the cost falls by without each knot, where that is not known."""
    unknown = np.flatnonzero(np.isnan(gain))
    saved = problem.steps.saved(knots, unknown)
    far = knots[unknown + 1] - knots[unknown - 1] > problem.longest
    for which, nats, needed in zip(unknown.tolist(), saved, far, strict=True):
        gain[which] = 0.0 if needed else problem.exchange * nats - fit.without(which)


def _leaving(gain: Floats, share: float) -> list[int]:
    """The best knots to take away in one round, ascending, none near another."""
    paying = np.flatnonzero(gain > 0)
    order: Sequence[int] = paying[np.argsort(-gain[paying], kind="stable")].tolist()
    most, gone = int(np.ceil(share * len(paying))), list[int]()
    for which in order:
        if len(gone) < most and all(abs(which - other) >= APART for other in gone):
            gone.append(which)
    return sorted(gone)
