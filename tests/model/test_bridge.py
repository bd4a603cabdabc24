"""The mean of the OU bridge against conditioning the joint Gaussian."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from vdsc.model import curve, ou

GAPS = st.lists(st.floats(0.05, 2.0), min_size=1, max_size=5)
SEEDS = st.integers(0, 2**31)


def double(values):
    return torch.tensor(values, dtype=torch.float64)


def drawn(times, knots, values, nu):
    """The path (Q, D) at `times` of one sequence of knots, in double precision."""
    rows = [torch.from_numpy(np.asarray(a, float))[None] for a in (times, knots, values)]
    return curve.bridge(*rows, double(nu))[0].numpy()


def random_knots(gaps, dims, seed):
    rng = np.random.default_rng(seed)
    knots = np.cumsum([0.0, *gaps])
    return knots, rng.normal(size=(len(knots), dims)), rng.uniform(0, knots[-1], 7)


@settings(deadline=None, max_examples=60)
@given(GAPS, st.lists(st.floats(0.1, 4.0), min_size=1, max_size=3), SEEDS)
def test_it_is_the_conditional_mean(gaps, nus, seed):
    """Equation (21) is K_tk K_kk^-1 z under the covariance exp(-nu^2 |s - t| / 2)."""
    knots, values, times = random_knots(gaps, len(nus), seed)
    path = drawn(times, knots, values, nus)
    for d, nu in enumerate(nus):
        between = np.exp(-0.5 * nu**2 * np.abs(times[:, None] - knots))
        among = np.exp(-0.5 * nu**2 * np.abs(knots[:, None] - knots))
        expected = between @ np.linalg.solve(among, values[:, d])
        assert path[:, d] == pytest.approx(expected, rel=1e-6, abs=1e-7)


@given(GAPS, SEEDS)
def test_a_still_prior_gives_straight_lines(gaps, seed):
    """As nu tends to 0 the bridge tends to linear interpolation."""
    knots, values, times = random_knots(gaps, 1, seed)
    line = np.interp(times, knots, values[:, 0])
    assert drawn(times, knots, values, [1e-5])[:, 0] == pytest.approx(line, abs=1e-8)


@given(GAPS, SEEDS, st.floats(1e-4, 30.0))
def test_it_passes_through_its_knots(gaps, seed, nu):
    """At a knot's own time the path is the knot, exactly."""
    knots, values, _ = random_knots(gaps, 2, seed)
    assert (drawn(knots, knots, values, [nu, 0.3]) == values).all()


def test_no_gap_is_too_long():
    """Where sinh would overflow, the middle is the prior's mean and gradients are finite."""
    nu = torch.tensor([1e-6, 1.0, 60.0], requires_grad=True)
    values = torch.tensor([[2.0, 3.0], [-1.0, 4.0]])[:, :1].expand(2, 3)[None]
    knots, times = torch.tensor([[0.0, 400.0]]), torch.tensor([[0.0, 200.0, 400.0]])
    path = curve.bridge(times, knots, values, nu)
    assert path[0, 1].detach().numpy() == pytest.approx([0.5, 0, 0], abs=1e-6)
    path.square().sum().backward()
    assert torch.isfinite(nu.grad).all()


def test_the_two_formulas_meet():
    """Where the straight line takes over from sinh, the weights do not jump."""
    nu, gap = double([1.0]), 2e-4
    sides = [
        ou.bridge_weights(nu, double([0.3 * g]), double([0.7 * g]))
        for g in (gap * (1 - 1e-6), gap * (1 + 1e-6))
    ]
    assert torch.allclose(torch.stack(sides[0]), torch.stack(sides[1]), rtol=1e-8)


def test_padding_a_batch_changes_nothing():
    """A row padded with its last knot decodes as it does alone, and one knot is a constant."""
    rng = np.random.default_rng(8)
    nu, knots = [0.6, 2.5], np.array([[0.0, 0.4, 1.0, 1.0, 1.0], [0.0, 0.1, 0.3, 0.6, 1.0]])
    values = rng.normal(size=(2, 5, 2))
    values[0, 3:] = values[0, 2]
    times = np.tile(np.linspace(0, 1, 21), (2, 1))
    both = curve.bridge(*(torch.from_numpy(a) for a in (times, knots, values)), double(nu))
    assert (both[0].numpy() == drawn(times[0], knots[0, :3], values[0, :3], nu)).all()
    assert (both[1].numpy() == drawn(times[1], knots[1], values[1], nu)).all()
    lone = drawn(times[0], np.zeros(1), values[0, :1], nu)
    assert (lone == values[0, 0]).all()


@pytest.mark.parametrize("interpolation", ["bridge", "spline"])
def test_a_network_draws_the_path_of_its_config(network, interpolation):
    """`bridge` of a batch of padded knots is, row by row, the curve that the config names."""
    net = network(interpolation=interpolation)
    knots = torch.tensor([[0.0, 0.5, 1.0, 1.0], [0.0, 0.1, 0.4, 1.0]])
    values = torch.randn(2, 4, 3)
    values[0, 3] = values[0, 2]
    times = torch.rand(2, 9)
    path = net.bridge(times, knots, values).detach().numpy()
    for row, count in enumerate((3, 4)):
        k, v = knots[row, :count].double().numpy(), values[row, :count].double().numpy()
        t = times[row].double().numpy()
        if interpolation == "spline":
            expected = curve.spline_matrix(k, t) @ v
        else:
            expected = drawn(t, k, v, net.nu.tolist())
        assert path[row] == pytest.approx(expected, abs=1e-5)
