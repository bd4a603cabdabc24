"""Knots of a spline moved by a few frames, one after the other, while that pays."""

from __future__ import annotations

import numpy as np

from vdsc.core.types import Ints
from vdsc.model.spline_thinning import SplineProblem

REACH = 5
"""Knots on either side that are looked at with the one that moves."""

STEPS = (-4, -2, -1, 1, 2, 4)
"""Frames that a knot is moved by."""


def moved(problem: SplineProblem, knots: Ints, sweeps: int) -> Ints:
    """Knots (M,), each moved to where it costs least, over and over until none moves.

    A move is judged by the frames around it and the spline through the knots near, as if there
    were no others.
    """
    best = knots.copy()
    for _ in range(sweeps):
        before = best.copy()
        for at in range(1, len(best) - 1):
            best[at] = _place(problem, best, at)
        if (best == before).all():
            break
    return best


def _place(problem: SplineProblem, knots: Ints, at: int) -> int:
    """The best frame near for the inner knot number `at` of knots (M,)."""
    first, last = max(at - REACH, 0), min(at + REACH + 1, len(knots))
    near, begin = knots[first:last], int(knots[first])
    part = problem.part(begin, int(near[-1]) + 1)
    here, low, high = int(knots[at]), int(knots[at - 1]), int(knots[at + 1])
    places = [here, *(here + step for step in STEPS if low < here + step < high)]
    tried = np.tile(near - begin, (len(places), 1))
    tried[:, at - first] = np.array(places) - begin
    return places[int(np.argmin([part.cost(some) for some in tried]))]
