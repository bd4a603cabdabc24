"""Moving knots: the costs by brute force, and what polishing never does."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vdsc.model.polish import polish, segment_costs

SEEDS = st.integers(0, 2**31)


def walk(seed, frames, dims=2):
    return np.random.default_rng(seed).normal(size=(frames, dims)).cumsum(0)


def chord_error(path, start, end):
    """Squared error of the straight line from one frame to another, frame by frame."""
    total = 0.0
    for i in range(start + 1, end):
        share = (i - start) / (end - start)
        total += ((path[i] - (1 - share) * path[start] - share * path[end]) ** 2).sum()
    return total


def whole_error(path, knots):
    return sum(chord_error(path, a, b) for a, b in pairwise(knots))


@settings(deadline=None, max_examples=30)
@given(SEEDS, st.integers(2, 14), st.integers(1, 16))
def test_segment_costs_are_those_of_brute_force(seed, frames, reach):
    """cost[a, g] is the squared error of the chord from a to a + g, infinite past the end."""
    path = walk(seed, frames)
    cost = segment_costs(path, reach)
    assert cost.shape == (frames, reach + 1)
    for start in range(frames):
        for gap in range(2, reach + 1):
            expected = chord_error(path, start, start + gap) if start + gap < frames else np.inf
            assert cost[start, gap] == pytest.approx(expected, abs=1e-9)


@settings(deadline=None, max_examples=60)
@given(SEEDS, st.integers(3, 40), st.integers(0, 8), st.integers(3, 40))
def test_polishing_never_raises_the_cost(seed, frames, inner, reach):
    """Ends and number stay, knots stay in order, the error does not grow, gaps stay in reach."""
    rng, path = np.random.default_rng(seed), walk(seed, frames)
    inside = rng.permutation(np.arange(1, frames - 1))[:inner]
    knots = np.unique([0, *inside, frames - 1])
    moved = polish(path, knots, reach)
    assert len(moved) == len(knots)
    assert (moved[[0, -1]] == [0, frames - 1]).all()
    assert (np.diff(moved) >= 1).all()
    if np.diff(knots).max() <= reach:
        assert whole_error(path, moved) <= whole_error(path, knots) + 1e-9
        assert np.diff(moved).max() <= reach


@given(SEEDS, st.integers(3, 20))
def test_a_single_knot_goes_to_the_best_place(seed, frames):
    """With one inner knot the result is the best of all places."""
    path = walk(seed, frames)
    start = np.array([0, frames // 2, frames - 1])
    best = min(whole_error(path, [0, i, frames - 1]) for i in range(1, frames - 1))
    assert whole_error(path, polish(path, start, frames)) == pytest.approx(best, abs=1e-9)


@pytest.mark.parametrize("off", [-6, 0, 4])
def test_it_finds_the_corner(off):
    """A knot beside the corner of a polyline moves onto it; knots on corners stay."""
    corners, heights = np.array([0, 13, 20, 47, 60]), [0.0, 3.0, -2.0, 5.0, 4.0]
    path = np.interp(np.arange(61), corners, heights)[:, None]
    start = corners + np.array([0, off, 0, 0, 0])
    assert (polish(path, start, 60) == corners).all()
