"""Searching for knots: the algebra by brute force, and grids that follow the motion."""

from __future__ import annotations

import itertools
from unittest.mock import patch

import numpy as np
import pytest
import torch
from hypothesis import example, given, settings
from hypothesis import strategies as st

from vdsc.model import bridge_placing, curve, spline_fit
from vdsc.model.knot_wish import KnotWish
from vdsc.model.network_frames import PixelFrames
from vdsc.model.path_model import Inference, PathModel
from vdsc.model.price import Price
from vdsc.model.seen_channels import SeenChannels
from vdsc.model.spline_moving import moved
from vdsc.model.spline_thinning import SplineProblem, thinned
from vdsc.model.step_costs import StepCosts

QUICK = settings(deadline=None, max_examples=12)
SEEDS = st.integers(0, 2**31)


def laws(dims, cell=0.1, lags=12):
    """A path whose steps spread as those of a random walk do."""
    spread = np.sqrt(np.arange(1, lags + 1))[:, None] * np.full(dims, 0.2)
    return Price(np.full(dims, cell), np.ones(dims), np.full((lags, dims), 0.98), spread)


def costs_of(path, cell=0.1):
    return StepCosts(
        path, np.arange(len(path)), laws(path.shape[1], cell), np.ones(path.shape[1]) > 0
    )


def problem(rng, frames, channels=3, exchange=0.02, longest=40):
    """Random channels, as they come out of a noisy decoder."""
    path = rng.normal(size=(frames, channels)).cumsum(0) / 3
    seen = SeenChannels(path, rng.normal(size=path.shape) / 50, rng.uniform(1e-4, 1e-3, channels))
    return SplineProblem(seen, costs_of(path), np.arange(frames) / 30, exchange, longest)


def grid(rng, frames, inner):
    inside = rng.permutation(np.arange(1, frames - 1))[:inner]
    return np.unique([0, *inside, frames - 1])


@QUICK
@given(SEEDS, st.integers(12, 40), st.integers(1, 9))
def test_a_knot_less_is_a_new_fit(seed, frames, inner):
    """What is said of a fit without a knot is what fitting without it gives."""
    rng = np.random.default_rng(seed)
    made, knots = problem(rng, frames), grid(rng, frames, inner)
    fit = made.fit(knots)
    with patch.object(spline_fit, "REACH", frames):
        for which in range(1, len(knots) - 1):
            other = made.fit(np.delete(knots, which))
            assert fit.without(which) == pytest.approx(other.cost - fit.cost, abs=1e-7)


@QUICK
@given(SEEDS)
def test_rounding_reaches_frames_as_said(seed):
    """The variance of frames whose knots are rounded is `spread` times that of the knots."""
    rng = np.random.default_rng(seed)
    made, knots = problem(rng, 20), grid(rng, 20, 5)
    fit = made.fit(knots)
    drawn = rng.normal(size=(20000, len(knots))) @ fit.spline.T
    assert drawn.var(axis=0) == pytest.approx(fit.spread, rel=0.1)


@QUICK
@example(9, 0.0)  # knots that went together felt each other
@given(SEEDS, st.floats(0.0, 1.0))
def test_neither_step_raises_the_cost(seed, exchange):
    """Taking knots away, and moving them, ends no dearer; ends stay, gaps stay within reach."""
    rng = np.random.default_rng(seed)
    made = problem(rng, 60, exchange=exchange, longest=15)
    start = np.unique(np.append(np.arange(0, 60, 3), 59))
    thin = thinned(made, start, 0.2)
    assert made.cost(thin) <= made.cost(start) + 1e-9
    for knots in (thin, moved(made, thin, 2)):
        assert (knots[[0, -1]] == [0, 59]).all()
        assert 1 <= np.diff(knots).min() <= np.diff(knots).max() <= 15
    if exchange == 0:
        assert len(thin) > 2


def test_moving_finds_the_knee():
    """A knot beside the place where a spline was bent moves there."""
    knots = np.array([0, 10, 20, 33, 45, 59])
    values = np.array([0.0, 1, -2, 4, 0, 1])[:, None]
    path = curve.spline_matrix(knots / 30, np.arange(60) / 30) @ values
    seen = SeenChannels(path, 0 * path, np.array([1e-6]))
    made = SplineProblem(seen, costs_of(path), np.arange(60) / 30, 0.0, 60)
    for off in (-4, -2, 1, 4):
        start = knots + np.array([0, 0, 0, off, 0, 0])
        found = moved(made, start, 3)
        assert abs(found[3] - 33) <= 1
        assert made.cost(found) < 0.3 * made.cost(start)


@QUICK
@given(SEEDS, st.integers(3, 9), st.integers(2, 9))
def test_a_bridge_gets_the_best_grid_there_is(seed, frames, longest):
    """Dynamic programming finds what looking at every grid finds."""
    rng = np.random.default_rng(seed)
    path = rng.normal(size=(frames, 2)).cumsum(0)
    steps, exchange = costs_of(path), 0.05

    def cost(knots):
        line = np.stack([np.interp(np.arange(frames), knots, c) for c in path[knots].T], axis=1)
        nats = steps.nats(knots[:-1], knots[1:]).sum()
        return np.square(path - line).sum() + exchange * nats

    grids = [
        np.array([0, *inner, frames - 1])
        for count in range(frames - 1)
        for inner in itertools.combinations(range(1, frames - 1), count)
    ]
    allowed = [knots for knots in grids if np.diff(knots).max() <= longest]
    found = bridge_placing.placed(path, steps, exchange, longest)
    assert np.diff(found).max() <= longest
    assert cost(found) == pytest.approx(min(map(cost, allowed)))


def test_a_step_says_what_it_costs():
    """Longer steps in time and larger ones cost more; dimensions that stand still cost nothing."""
    path = np.array([[0.0, 0], [0, 0], [3, 0], [3, 0]])
    steps = costs_of(path)
    still, jump = steps.nats(np.array([0, 1]), np.array([1, 2]))
    assert still < jump
    assert steps.nats(np.array([0]), np.array([3])) > still
    none = StepCosts(path, np.arange(4), laws(2), np.zeros(2, dtype=bool))
    assert (none.nats(np.array([0]), np.array([2])) == 0).all()


@pytest.mark.parametrize("effort", [1, 5, 9])
def test_stillness_gets_few_knots(network, effort):
    """Of a clip that stands still and then moves, nearly all knots are where it moves."""
    net = network(frame=(5,), latent=3, fps=30.0).requires_grad_(requires_grad=False)
    time = np.arange(120) / 30
    path = np.sin(np.outer(np.maximum(time - 2, 0), [9.0, 12, 7]))
    with torch.no_grad():
        frames = net.decoder(torch.as_tensor(path).float())
    seen = Inference(frames, time, path, torch.zeros(120, 1))
    wish = KnotWish(effort, np.arange(120), laws(3, 0.05), 0.3, 1000)
    knots = PathModel(net, PixelFrames()).search(seen, wish)
    assert (knots[[0, -1]] == [0, 119]).all()
    assert (knots >= 60).sum() >= 4 * (knots < 50).sum()


@pytest.mark.parametrize("count", [3, 4, 9])
@pytest.mark.parametrize("usual", [0.01, 0.3, 1.0])
def test_short_windows_are_searched(network, count, usual):
    """However few frames there are, and however few knots are usual, both ends are knots."""
    net = network().requires_grad_(requires_grad=False)
    rng = np.random.default_rng(count)
    path, frames = rng.normal(size=(count, 3)), torch.as_tensor(rng.normal(size=(count, 5))).float()
    seen = Inference(frames, np.arange(count) / 10, path, torch.zeros(count, 1))
    knots = PathModel(net, PixelFrames()).search(
        seen, KnotWish(5, np.arange(count), laws(3), usual, 100)
    )
    assert (knots[[0, -1]] == [0, count - 1]).all()
    assert (np.diff(knots) > 0).all()


def test_a_window_that_stands_still_has_two_knots(network):
    """Where frames do not move, what the networks make of them does not matter."""
    net = network().requires_grad_(requires_grad=False)
    path = np.random.default_rng(2).normal(size=(50, 3))
    seen = Inference(torch.ones(50, 5), np.arange(50) / 10, path, torch.zeros(50, 1))
    wish = KnotWish(5, np.arange(50), laws(3), 0.3, 100)
    assert PathModel(net, PixelFrames()).search(seen, wish).tolist() == [0, 49]


def test_short_windows_need_no_search(network):
    """Of one or two frames each is a knot."""
    model = PathModel(network(), PixelFrames())
    wish = KnotWish(5, np.arange(2), laws(3), 0.3, 10)
    for count in (1, 2):
        seen = Inference(
            torch.zeros(count, 5),
            np.arange(count) / 10,
            np.zeros((count, 3)),
            torch.zeros(count, 1),
        )
        assert model.search(seen, wish).tolist() == list(range(count))
