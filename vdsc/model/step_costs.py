"""What a knot costs in bits, wherever it may lie: steps of the path under the frozen prior."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from vdsc.core.types import Floats, Ints
from vdsc.model.price import Price

SHARE, EACH = 0.6, 0.6
"""Of what the prior says of a step, and nats a dimension that every knot takes beside it. Fitted to
what knots of `cmu` cost on random grids: the code learns from steps before, which `Price` does not
tell, and so charges less for a long step and more for a short one."""


@dataclass(frozen=True, slots=True)
class StepCosts:
    """Nats of steps between any two frames of a path.

    path (T, D) latent values, ticks (T,) of the prior's clock. laws: the price of a path whose
    steps last 1, 2, ... ticks. moving (D,): dimensions that are not global.
    """

    path: Floats
    ticks: Ints
    laws: Price
    moving: NDArray[np.bool_]

    def part(self, frames: slice) -> StepCosts:
        """The same of some frames alone."""
        return replace(self, path=self.path[frames], ticks=self.ticks[frames])

    def nats(self, before: Ints, after: Ints) -> Floats:
        """Nats (N,) of the knots at frames after (N,) where frames before (N,) are the last."""
        lag = np.minimum(self.ticks[after] - self.ticks[before], len(self.laws.decay)) - 1
        decay, spread = self.laws.decay[lag], self.laws.spread[lag]
        blurred = np.hypot(spread, np.abs(decay) * self.laws.cell / np.sqrt(12))
        off = np.abs(self.path[after] - decay * self.path[before]) / blurred
        each = np.log(blurred / self.laws.cell) + off + 2 * np.log1p(np.exp(-off))
        kept = SHARE * np.maximum(each, 0.0) + EACH
        return np.asarray((kept * self.moving).sum(axis=-1))

    def saved(self, knots: Ints, which: Ints) -> Floats:
        """Nats that go with each of the inner knots number `which` of knots (M,)."""
        left, here, right = knots[which - 1], knots[which], knots[which + 1]
        return self.nats(left, here) + self.nats(here, right) - self.nats(left, right)
