"""The rates of equation (22), each against a computation by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from scipy.stats import norm

from vdsc.model import ou
from vdsc.model.tpp import Sample, inverse_softplus
from vdsc.train import objectives
from vdsc.train.objectives import StepPlan

TICK = 0.1


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def clip(batch=3, frames=9, seed=1):
    return torch.randn(batch, frames, 4, generator=seeded(seed))


def two_knots(model):
    """Values, frame numbers, and what the prior and the first cell say of them by hand."""
    z, gap = np.array([[0.3, -1.0, 0.5], [0.1, -0.4, 1.1]]), 0.4
    nu = model.nu.detach().double().numpy()
    decay = np.exp(-0.5 * nu**2 * gap)
    return z, gap, nu, decay


def test_the_lossy_rate_is_the_priors_cross_entropy(network):
    """Two knots by hand: minus the OU log density, minus the log volume of their cells."""
    model = network()
    z, gap, _, decay = two_knots(model)
    cell = np.array([0.1, 0.2, 0.05])
    blur = cell**2 / 12
    density = norm.logpdf(z[0], 0, np.sqrt(1 + blur)).sum()
    density += norm.logpdf(z[1], decay * z[0], np.sqrt(1 - decay**2 + blur)).sum()
    rate = objectives.cross_entropy(
        model,
        torch.tensor(z).float()[None],
        torch.tensor([[0.0, gap]]),
        torch.ones(1, 2, dtype=torch.bool),
        torch.tensor(cell).float(),
    )
    assert rate.item() == pytest.approx(-density - 2 * np.log(cell).sum(), rel=1e-5)


def test_the_lossless_rate_is_the_pseudo_likelihood_ratio(network):
    """Two knots by hand: log q of equation (17) minus the OU log density; padding is free."""
    model = network()
    z, gap, nu, decay = two_knots(model)
    hidden = torch.randn(1, 5, model.encoder.width)
    with torch.no_grad():
        goal = model.posterior.goal(hidden)[0, 0].double().numpy()
        speed = model.posterior.speed(hidden)[0, 0].double().numpy()
        spread = model.posterior.first_variance().sqrt().double().numpy()
    kl = norm.logpdf(z[0], goal, spread).sum()
    kl += norm.logpdf(z[1], z[0] + gap * speed * (goal - z[0]), nu * math.sqrt(gap)).sum()
    kl -= norm.logpdf(z[0]).sum() + norm.logpdf(z[1], decay * z[0], np.sqrt(1 - decay**2)).sum()
    values = torch.tensor(np.concatenate([z, z[1:]])).float()[None]
    real = torch.tensor([[True, True, False]])
    found = objectives.path_kl(model, hidden, values, torch.tensor([[0, 4, 4]]), real, TICK)
    assert found.item() == pytest.approx(kl, rel=1e-4)


def divergence(model, batch=4000, frames=12):
    hidden = torch.randn(1, frames, model.encoder.width, generator=seeded(2))
    hidden = hidden.expand(batch, -1, -1)
    at, real = torch.arange(frames).expand(batch, -1), torch.ones(batch, frames, dtype=torch.bool)
    with torch.no_grad():
        path = model.infer(hidden, TICK, seeded(4))
        return objectives.path_kl(model, hidden, path, at, real, TICK)


def test_the_path_divergence_is_not_negative(network):
    """Over samples of the posterior log q - log p is positive in the mean."""
    cost = divergence(network())
    assert cost.mean() > 5.5 * cost.std() / math.sqrt(len(cost))


def test_a_posterior_that_is_the_prior_costs_nothing(network):
    """With drift -nu^2 z / 2 and z_0 ~ N(0, 1) the divergence is zero, up to the Euler step."""
    model = network()
    with torch.no_grad():
        nu = torch.tensor([0.3, 0.5, 0.6])
        model.posterior.raw_nu.copy_(inverse_softplus(nu))
        model.posterior.pull.weight.zero_()
        model.posterior.pull.bias.copy_(torch.logit(nu.square() / 2 * TICK))
        model.posterior.spread.fill_(float(inverse_softplus(torch.tensor(1.0))))
        model.posterior.goal = lambda hidden: torch.zeros(*hidden.shape[:-1], 3)
    cost = divergence(model)
    assert cost.mean().abs() < 5.5 * cost.std() / math.sqrt(len(cost)) + 0.02
    assert cost.abs().max() < 2


@pytest.mark.parametrize("objective", ["lossy", "lossless"])
@pytest.mark.parametrize("settled", [False, True])
def test_the_plan_chooses_the_rate(network, objective, settled):
    """Lossy files pay the cross entropy, of cells once settled; lossless ones the KL."""
    model, x = network(), clip()
    model.log_cell.data.fill_(-12.0)  # too small to move the path
    plan = StepPlan(learned=False, objective=objective, settled=settled)
    terms = objectives.elbo(model, x, plan, seeded(3))
    with torch.no_grad():
        hidden = model.encoder(x)
        path = model.infer(hidden, TICK, None if settled else seeded(3))
        at, real = torch.arange(9).expand(3, -1), torch.ones(3, 9, dtype=torch.bool)
        if objective == "lossy":
            cell = model.log_cell.exp() if settled else None
            expected = objectives.cross_entropy(model, path, at * TICK, real, cell)
        else:
            expected = objectives.path_kl(model, hidden, path, at, real, TICK)
    assert torch.allclose(terms.rate, expected, rtol=1e-3)


def test_without_cells_the_rate_is_the_papers(network):
    """Equation (14) as it stands: minus the OU log density of the values."""
    model = network()
    values, times = torch.randn(2, 4, 3), torch.tensor([[0.0, 0.1, 0.4, 0.4]]).expand(2, -1)
    real = torch.tensor([[True, True, True, False]]).expand(2, -1)
    rate = objectives.cross_entropy(model, values, times, real, None)
    assert torch.equal(rate, -ou.log_density(values, times, model.nu, real=real))


def test_the_grid_costs_its_divergence(network):
    """It is log q minus the Poisson log density at the rate that the density asks for."""
    model, density = network(), torch.tensor([0.0, 1.0])
    drawn = Sample(
        torch.ones(2, 5, dtype=torch.bool), torch.tensor([1.5, 2.5]), torch.tensor([3.0, 4.0])
    )
    found = objectives.grid_kl(model, drawn, density, 2.0)
    expected = [1.5 - (0 - 1.0 * 2), 2.5 - (4 * math.log(8.0) - 8.0 * 2)]
    assert found.tolist() == pytest.approx(expected, rel=1e-5)
