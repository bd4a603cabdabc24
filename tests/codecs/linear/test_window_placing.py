"""Knots where they save most: the cheapest of all ways to place them, by the placing's own cost."""

from __future__ import annotations

from itertools import combinations, pairwise

import numpy as np
import pytest

import vdsc
from vdsc.codecs.linear import window_placing as placing
from vdsc.codecs.linear.knot_code import LENGTHS


def bursts(frames=97, seed=0):
    """A path that is still, bursts, and is still again."""
    rng = np.random.default_rng(seed)
    made = np.zeros((frames, 2))
    move = 30 * rng.normal(size=(20, 2)).cumsum(axis=0)
    made[40:60] = move[: len(made[40:60])]
    made[60:] = move[-1]
    return made


def cost(x, frames):
    return sum(placing._cost(x[None, a : b + 1], 6)[0] for a, b in pairwise(frames))


@pytest.mark.parametrize("frames", [97, 100, 113, 50, 17, 9])
@pytest.mark.parametrize("seed", [0, 1])
def test_no_other_placement_costs_less(frames, seed):
    """Against all subsets of the multiples of 16 whose windows may be."""
    x = bursts(frames, seed)
    found = placing.placed(x, 6)
    inner = range(16, frames - 1, 16)
    every = (c for n in range(len(inner) + 1) for c in combinations(inner, n))
    ways = [[0, *c, frames - 1] for c in every]
    allowed = [w for w in ways if all(b - a in placing.TRIED for a, b in pairwise(w[:-1]))]
    assert found in allowed
    assert cost(x, found) == pytest.approx(min(cost(x, w) for w in allowed))


def test_knots_go_where_something_happens():
    x = bursts(800)
    found = placing.placed(x, 6)
    assert max(np.diff([at for at in found if at >= 100])) >= 192
    assert len([at for at in found if 16 <= at <= 96]) >= 2


@pytest.mark.parametrize("steps", [1, 5, 31, 64, 65, 700])
def test_even_knots_and_their_lengths(steps):
    frames = placing.even(steps, 64)
    assert (frames[0], frames[-1]) == (0, steps)
    numbers = placing.numbers(frames)
    assert all(LENGTHS[n] == 64 for n in numbers[:-1])
    assert LENGTHS[numbers[-1]] >= frames[-1] - frames[-2]


def test_placed_knots_save_bytes():
    """The learned part beside the plain one: at the same steps, smaller and no worse."""
    x = np.concatenate([bursts(400, s) + s for s in range(4)])
    size, error = {}, {}
    for knots in ("placed", "even"):
        data, report = vdsc.compress(x, codec="linear", knots=knots, quality=50, report=True)
        size[knots], error[knots] = len(data), report.groups[0].mean
    assert size["placed"] < 0.95 * size["even"]
    assert error["placed"] < 1.1 * error["even"]
