"""Knots of a bridge by dynamic programming: the least error and bits of all grids there are.

cost = squared error of straight lines, in cells + exchange x nats of the knots
"""

from __future__ import annotations

import numpy as np

from vdsc.core.types import Floats, Ints
from vdsc.model.polish import segment_costs
from vdsc.model.step_costs import StepCosts


def placed(path: Floats, steps: StepCosts, exchange: float, longest: int) -> Ints:
    """Knots (M,) of a path (T, D) in cells, first and last frame among them.

    longest: frames between two knots. The cost of a line depends on its ends alone, so the best
    way to each frame is the best one to a frame before and a line from there.
    """
    count = len(path)
    reach = min(longest, count - 1)
    error = segment_costs(path, reach)
    total, came = np.full(count, np.inf), np.zeros(count, dtype=np.int64)
    total[0] = 0.0
    for frame in range(1, count):
        before = np.arange(max(frame - reach, 0), frame)
        nats = steps.nats(before, np.full_like(before, frame))
        ways = total[before] + error[before, frame - before] + exchange * nats
        best = int(ways.argmin())
        total[frame], came[frame] = ways[best], before[best]
    knots = [count - 1]
    while knots[-1]:
        knots.append(int(came[knots[-1]]))
    return np.array(knots[::-1], dtype=np.int64)
