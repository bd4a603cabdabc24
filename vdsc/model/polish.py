"""Move knots to where straight lines between them follow the path best."""

from __future__ import annotations

import numpy as np

from vdsc.core.types import Floats, Ints

SWEEPS = 4


def polish(path: Floats, knots: Ints, reach: int) -> Ints:
    """Knots (M,) moved, first and last kept, to lower the squared error of the path (T, D).

    The process says how many knots there are and roughly where; each in turn then goes to the best
    place between its neighbours, no more than `reach` frames from either, until none moves.
    """
    if len(knots) < 3:
        return knots
    cost = segment_costs(path, reach)
    moved = knots.copy()
    for _ in range(SWEEPS):
        before = moved.copy()
        for j in range(1, len(moved) - 1):
            low, high = moved[j - 1], moved[j + 1]
            between = np.arange(max(low + 1, high - reach), min(high - 1, low + reach) + 1)
            if len(between):
                total = cost[low, between - low] + cost[between, high - between]
                moved[j] = between[np.argmin(total)]
        if (moved == before).all():
            break
    return moved


def segment_costs(path: Floats, reach: int) -> Floats:
    """(T, reach + 1): squared error of a straight line from each frame to the one `gap` later."""
    count = len(path)
    cost = np.full((count, reach + 1), np.inf)
    cost[:, :2] = 0.0
    for gap in range(2, min(reach, count - 1) + 1):
        first, last = path[:-gap], path[gap:]
        share = np.arange(1, gap)[:, None, None] / gap
        line = first + share * (last - first)
        inner = np.stack([path[i : count - gap + i] for i in range(1, gap)])
        cost[: count - gap, gap] = np.square(inner - line).sum((0, 2))
    return cost
