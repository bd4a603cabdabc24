"""The OU prior's density against the joint Gaussian, and against simulation."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import multivariate_normal, norm

from vdsc.model import ou

diffusions = st.floats(0.05, 4.0)
gap_lists = st.lists(st.floats(0.01, 3.0), min_size=1, max_size=6)
seeds = st.integers(0, 2**31)


def covariance(times, nu):
    """Of a stationary OU process with unit marginal variance."""
    return np.exp(-0.5 * nu**2 * np.abs(times[:, None] - times))


def double(values):
    return torch.tensor(values, dtype=torch.float64)


def path_of(seed, *shape):
    return torch.from_numpy(np.random.default_rng(seed).normal(size=shape))


@settings(deadline=None, max_examples=60)
@given(gap_lists, st.lists(diffusions, min_size=1, max_size=3), seeds)
def test_the_density_is_that_of_the_joint_gaussian(gaps, nus, seed):
    """The product of transitions is N(0, exp(-nu^2 |s - t| / 2)) over all knots, per dimension."""
    times = np.cumsum([0.0, *gaps])
    z = path_of(seed, 1, len(times), len(nus))
    found = ou.log_density(z, torch.from_numpy(times)[None], double(nus))
    joint = [
        multivariate_normal(np.zeros(len(times)), covariance(times, nu), allow_singular=True)
        for nu in nus
    ]
    expected = sum(law.logpdf(z[0, :, d].numpy()) for d, law in enumerate(joint))
    assert found.item() == pytest.approx(expected, rel=1e-6, abs=1e-6)


def test_a_simulation_has_the_moments_and_the_density():
    """Euler-Maruyama paths of dz = -nu^2 z / 2 dt + nu dW: covariance, and mean log density."""
    rng, nu, count, fine = np.random.default_rng(3), 1.3, 30_000, 150
    times = np.array([0.0, 0.3, 0.4, 1.1])
    z = [rng.normal(size=count)]
    for gap in np.diff(times):
        now, dt = z[-1].copy(), gap / fine
        for _ in range(fine):
            now += -0.5 * nu**2 * now * dt + nu * np.sqrt(dt) * rng.normal(size=count)
        z.append(now)
    paths = np.stack(z, axis=1)
    expected = covariance(times, nu)
    error = 5.5 * np.sqrt((1 + expected**2) / count) + 0.003
    assert (np.abs(np.cov(paths.T) - expected) < error).all()
    density = ou.log_density(
        torch.from_numpy(paths)[..., None],
        torch.from_numpy(times).expand(count, -1),
        double([nu]),
    )
    entropy = 0.5 * np.linalg.slogdet(2 * np.pi * np.e * expected)[1]
    assert density.mean().item() == pytest.approx(-entropy, abs=5.5 * np.sqrt(2 / count) + 0.01)


@settings(deadline=None)
@given(diffusions, st.floats(0.0, 5.0), st.floats(0.0, 5.0))
def test_two_steps_are_one(nu, first, second):
    """Chapman-Kolmogorov: the transition over d + e composes those over d and e."""
    gaps = double([[first], [second], [first + second]])
    (a, b, ab), (u, v, uv) = ou.transition(double([nu]), gaps)
    assert ab.item() == pytest.approx((a * b).item(), rel=1e-12)
    assert uv.item() == pytest.approx((v + b**2 * u).item(), rel=1e-9, abs=1e-12)
    assert (a**2 + u).item() == pytest.approx(1, rel=1e-12)


def test_padding_changes_nothing():
    """Knots that only pad a batch leave its densities and their gradients as they were."""
    nu = double([0.4, 2.0]).requires_grad_()
    times = double([[0.0, 0.2, 0.9, 0.9, 0.9], [0.0, 0.1, 0.2, 0.5, 1.5]])
    real = torch.tensor([[True, True, True, False, False], [True] * 5])
    z = path_of(5, 2, 5, 2)
    found = ou.log_density(z, times, nu, real=real)
    short = ou.log_density(z[:1, :3], times[:1, :3], nu)
    whole = ou.log_density(z[1:], times[1:], nu)
    assert torch.allclose(found, torch.cat([short, whole]), rtol=1e-12)
    slopes = [torch.autograd.grad(d.sum(), nu, retain_graph=True)[0] for d in (found, short, whole)]
    assert torch.allclose(slopes[0], slopes[1] + slopes[2], rtol=1e-10)


def test_cells_blur_each_transition():
    """A width c adds c^2 / 12 to every conditional variance, so a constant path stays bounded."""
    nu, cell, gap = np.array([0.7, 0.0005]), np.array([0.3, 0.2]), 0.25
    z = np.array([[0.5, 1.0], [-0.2, 1.0], [0.1, 1.0]])
    decay, blur = np.exp(-0.5 * nu**2 * gap), cell**2 / 12
    expected = norm.logpdf(z[0], 0, np.sqrt(1 + blur)).sum()
    wide = np.sqrt(1 - decay**2 + blur)
    expected += norm.logpdf(z[1:], decay * z[:-1], wide).sum()
    times = torch.arange(3).double()[None] * gap
    found = ou.log_density(
        torch.from_numpy(z)[None], times, torch.from_numpy(nu), cell=torch.from_numpy(cell)
    )
    assert found.item() == pytest.approx(expected, rel=1e-7)
