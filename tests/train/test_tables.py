"""Tables fitted to paths of known law must cost what that law is worth."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import logistic

from vdsc.entropy import KnotCoder
from vdsc.quant import ValueGrid
from vdsc.train import fit_tables as tables

NU = np.array([0.25, 0.6, 1.0])
TICK = 0.2
CELL = 1 / 16


def ou_path(seed, frames):
    """A stationary OU path (T, D) at ticks of 0.2 s, one diffusion a dimension."""
    rng = np.random.default_rng(seed)
    decay = np.exp(-0.5 * NU**2 * TICK)
    path = rng.normal(size=(frames, 3))
    for i in range(1, frames):
        path[i] = decay * path[i - 1] + np.sqrt(1 - decay**2) * path[i]
    return path


def coded(path, ticks):
    """Knots of a path as the table fit takes them."""
    grid = ValueGrid(np.full(3, round(CELL * tables.ONE)), 1)
    z = path[ticks]
    return tables.KnotPath(ticks, z, grid.snap(tables.q16(z)), grid)


def grids(count, frames, seed=0):
    """Random knot times with gaps of 1 to 6 ticks."""
    rng = np.random.default_rng(seed)
    made = [np.cumsum([0, *rng.integers(1, 7, frames)]) for _ in range(count)]
    return [ticks[ticks < frames] for ticks in made]


def test_the_structure_function_of_an_ou_path_is_its_own():
    """Decays are exp(-nu^2 d / 2), scales those of a logistic law with the same spread."""
    dense = [ou_path(seed, 4000) for seed in range(20)]
    spread = np.ones(3)
    rho, sigma = tables.decay(dense, spread, 10)
    lags = np.arange(1, 11)[:, None] * TICK
    expected = np.exp(-0.5 * NU**2 * lags)
    assert rho == pytest.approx(expected, abs=0.02)
    assert sigma == pytest.approx(np.sqrt(3 * (1 - expected**2)) / np.pi, rel=0.1)


def test_lags_longer_than_any_path_repeat_the_last():
    """Where no path is long enough the row before stands in."""
    rho, sigma = tables.decay([ou_path(0, 5)], np.ones(3), 8)
    assert rho.shape == sigma.shape == (8, 3)
    assert (rho[3:] == rho[3]).all()
    assert np.isfinite(sigma).all()


def test_ridge_finds_a_linear_map():
    """The map comes back, shrunk by the penalty alike everywhere; too few rows give none."""
    rng = np.random.default_rng(1)
    features, map_ = rng.normal(size=(20_000, 5)), rng.choice([-3, -1, 2], (5, 2))
    found = tables.ridge(features, features @ map_)
    assert 0.8 < (found / map_).min() <= (found / map_).max() < 1
    scales = np.array([1, 1000, 0.01, 1, 1])
    again = tables.ridge(features * scales, features @ map_)
    assert again == pytest.approx(found / scales[:, None], rel=1e-3)
    assert not tables.ridge(features[:40], features[:40] @ map_).any()


@pytest.fixture(scope="module")
def fitted():
    """Tables fitted to OU paths that were seen at random knots."""
    dense = [ou_path(seed, 400) for seed in range(60)]
    paths = [coded(p, t) for p, t in zip(dense, grids(60, 400), strict=True)]
    return tables.fit(dense, paths, 10, np.zeros(3, bool))


def test_fresh_paths_cost_their_entropy(fitted):
    """Bits per knot of unseen OU paths are within a few percent of the process's own entropy."""
    bits = worth = 0.0
    for seed, ticks in enumerate(grids(20, 400, seed=9)):
        path = coded(ou_path(1000 + seed, 400), ticks)
        bits += KnotCoder(fitted, path.grid).bits(path.cells, path.ticks)
        decay = np.exp(-0.5 * NU**2 * TICK * np.diff(ticks)[:, None])
        spread = np.concatenate([np.ones((1, 3)), np.sqrt(1 - decay**2)])
        worth += np.log2(np.sqrt(2 * np.pi * np.e) * spread / CELL).sum()
    assert 0.995 < bits / worth < 1.06


def test_a_still_dimension_is_paid_once():
    """A global dimension costs nothing after the first knot, whatever the others do."""
    still = np.array([True, False, False])
    dense = [ou_path(seed, 300) for seed in range(20)]
    for path in dense:
        path[:, 0] = path[0, 0]
    ticks = grids(20, 300)
    made = tables.fit(dense, [coded(p, t) for p, t in zip(dense, ticks, strict=True)], 10, still)
    assert made.is_global.tolist() == [True, False, False]
    path = coded(dense[0], ticks[0])
    coder = KnotCoder(made, path.grid)
    billed = sum(cost.sum() for _, _, cost in coder.bill(path.cells, path.ticks))
    first = coder.bits(path.cells[:1], path.ticks[:1])
    assert coder.bits(path.cells, path.ticks) == pytest.approx(first + billed, rel=0.02)
    assert all(cost.shape[1] == 2 for _, _, cost in coder.bill(path.cells, path.ticks))


def test_restless_paths_pay_for_their_activity():
    """Where the scale of the steps changes over time, activity makes the tables cheaper."""
    rng = np.random.default_rng(3)
    loud = np.repeat(np.exp(rng.normal(0, 1.2, (30, 8, 1))), 40, axis=1)
    dense = [np.cumsum(0.05 * s * rng.normal(size=(320, 3)), axis=0) for s in loud]
    dense = [np.clip(p - p.mean(0), -5, 5) for p in dense]
    paths = [coded(p, t) for p, t in zip(dense, grids(30, 320), strict=True)]
    made = tables.fit(dense, paths, 10, np.zeros(3, bool))
    assert made.activity_gain is not None
    gains = made.activity_gain[1]
    assert gains[0] < gains[-1]


def test_steps_are_gathered_by_hand():
    """Lag, last value, slope over the last gap times this one, target and cell width of a step."""
    grid = ValueGrid(np.array([tables.ONE // 8]), 1)
    ticks = np.array([0, 2, 3, 9])
    z = np.array([[0.0], [1.0], [1.5], [-1.0]])
    path = tables.KnotPath(ticks, z, grid.snap(tables.q16(z)), grid)
    lonely = tables.KnotPath(ticks[:1], z[:1], path.cells[:1], grid)
    known = grid.value(path.cells)[:, 0] / tables.ONE
    steps = tables.KnotSteps.gather([path, lonely, path], 5)
    assert steps.lag.tolist() == [2, 1, 5] * 2  # 6 ticks count as the longest lag
    assert steps.last[:3, 0].tolist() == known[:3].tolist()
    assert steps.target[:3, 0].tolist() == known[1:].tolist()
    slopes = [0, (known[1] - known[0]) * 1 / 2, (known[2] - known[1]) * 6 / 1]
    assert steps.slope[3:, 0].tolist() == pytest.approx(slopes)
    assert (steps.width == 1 / 8).all()


def test_bits_of_cells_are_those_of_the_logistic_law():
    """The cost of a cell is -log2 of its mass, and of an impossible one 16 bits."""
    residual, width = np.array([[0.3, -2.0], [1.1, 0.0]]), np.array([[0.25, 0.5]])
    scale = np.array([[0.4, 1.5]])
    high = logistic.cdf(residual + width / 2, scale=scale)
    mass = high - logistic.cdf(residual - width / 2, scale=scale)
    found = tables.cell_bits(residual, width, scale)
    assert found == pytest.approx(-np.log2(mass).sum(0))
    far = tables.cell_bits(np.array([[1000.0]]), np.array([[0.1]]), np.array([[1.0]]))
    assert far.tolist() == [16.0]


@pytest.mark.parametrize("factor", [0.5, 1.0, 3.0])
def test_scales_become_those_of_the_residuals(factor):
    """A scale that is wrong by any factor is put right, class by class; few steps change none."""
    rng = np.random.default_rng(5)
    count, true = 6000, np.array([0.2, 1.3])
    lag = np.repeat([1, 2, 3], [count, count, 10])
    residual = rng.logistic(0, 1, (len(lag), 2)) * true * np.where(lag == 2, 2.0, 1.0)[:, None]
    zero = np.zeros_like(residual)
    data = tables.KnotSteps(lag, zero, zero, residual, np.full_like(residual, 0.05))
    sigma = np.stack([true, true, true]) * factor
    found = tables.rescale(data, np.ones((3, 2)) * 0.5, sigma, residual, np.array([0, 1, 2]))
    assert found[0] == pytest.approx(true, rel=0.08)
    assert found[1] == pytest.approx(2 * true, rel=0.08)
    assert (found[2] == sigma[2]).all()


def test_lags_are_classed_by_their_edges(fitted):
    """Lags 1, 2-3, 4-5, 6-7, 8-10, 11-15 and from 16 on share their weights."""
    assert fitted.lag_class.tolist() == [0, 1, 1, 2, 2, 3, 3, 4, 4, 4]
    assert tables.EDGES == (1, 2, 4, 6, 8, 11, 16)


def test_blocks_are_of_eight_dimensions():
    """Each block of eight is predicted with what the earlier blocks left, never its own."""
    rng = np.random.default_rng(6)
    count, dims = 4000, 10
    shared = rng.normal(size=(count, 1))
    zero = np.zeros((count, dims))
    target = shared + 0.1 * rng.normal(size=(count, dims))
    data = tables.KnotSteps(np.ones(count, int), zero, zero, target, zero + 0.1)
    blocks, still = np.arange(dims) // tables.BLOCK, np.zeros(dims, bool)
    weights, left = tables.correct(data, np.zeros((1, dims)), blocks, np.zeros(1, int), still)
    between = weights[0, :, 2 * dims :]
    assert not between[:8].any()
    assert not between[8:, 8:].any()
    assert (between[8:, :8] > 0).all()
    assert left[:, 8:].std() < 0.5 * left[:, :8].std()
