"""The terms of equation (22), each against a computation by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm

from vdsc.model.tpp import Sample, inverse_softplus
from vdsc.train import objectives
from vdsc.train.objectives import Plan

TICK = 0.1


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def clip(batch=3, frames=9, seed=1):
    return torch.randn(batch, frames, 4, generator=seeded(seed))


def sharp(model):
    """The same network with cells too small to matter."""
    model.log_cell.data.fill_(-30.0)
    return model


@given(st.lists(st.lists(st.booleans(), min_size=6, max_size=6), min_size=1, max_size=4))
def test_masks_become_padded_frame_numbers(inner):
    """Real entries are the mask's frames in order; padding repeats the last frame."""
    mask = torch.tensor([[True, *row, True] for row in inner])
    at, real = objectives.padded(mask)
    for row, numbers, live in zip(mask, at, real, strict=True):
        assert numbers[live].tolist() == row.nonzero()[:, 0].tolist()
        assert (numbers[~live] == 7).all()
    assert at.shape[1] == int(mask.sum(1).max())


@pytest.mark.parametrize(("noise", "each"), [("normal", "0.5 e^2"), ("laplace", "|e|")])
def test_stage_one_uses_every_frame(network, noise, each):
    """With a knot at every frame the path itself is decoded, all of it, and no grid is paid."""
    model, x = sharp(network(noise=noise, obs_scale=0.2)), clip()
    terms = objectives.elbo(model, x, Plan(learned=False, coarse=1.5), seeded(3))
    with torch.no_grad():
        path = model.infer(model.encoder(x), TICK, seeded(3))
        error = (model.decoder(path) - x) / (0.2 * 1.5)
    expected = error.abs() if each == "|e|" else 0.5 * error.square()
    assert torch.allclose(terms.distortion, expected.sum((1, 2)), rtol=1e-4)
    assert terms.knots.tolist() == [7, 7, 7]
    assert not terms.grid.any()
    assert terms.loss.item() == pytest.approx(
        (terms.distortion + terms.rate).mean().item() / x[0].numel(), rel=1e-5
    )


def test_a_part_of_the_frames_stands_for_all(network):
    """The mean over which frame is drawn is the distortion of all frames."""
    model, x = sharp(network()), clip(frames=4)
    values = torch.randn(3, 4, 3)
    at = torch.arange(4).expand(3, -1)
    whole = objectives.reconstruction(model, x, at, values, Plan(learned=False), seeded())
    parts = {
        round(part[0].item(), 3): part
        for part in (
            objectives.reconstruction(
                model, x, at, values, Plan(learned=False, frames=1), seeded(seed)
            )
            for seed in range(40)
        )
    }
    assert len(parts) == 4
    assert torch.allclose(torch.stack(list(parts.values())).mean(0), whole, rtol=1e-4)


def test_between_learned_knots_the_curve_is_decoded(network):
    """In stage two frames come from the curve through the knots' values alone."""
    model, x = sharp(network(interpolation="bridge")), clip(batch=1)
    at, values = torch.tensor([[0, 3, 8]]), torch.randn(1, 3, 3)
    found = objectives.reconstruction(model, x, at, values, Plan(learned=True), seeded())
    with torch.no_grad():
        path = model.bridge(torch.arange(9)[None] * TICK, at * TICK, values)
        expected = 0.5 * ((model.decoder(path) - x) / 0.1).square().sum()
    assert found.item() == pytest.approx(expected.item(), rel=1e-4)


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
def test_the_objective_chooses_the_rate(network, objective):
    """The rate is the cross entropy for lossy files and the KL for lossless ones."""
    model, x = sharp(network()), clip()
    terms = objectives.elbo(model, x, Plan(learned=False, objective=objective), seeded(3))
    with torch.no_grad():
        hidden = model.encoder(x)
        path = model.infer(hidden, TICK, seeded(3))
        at, real = torch.arange(9).expand(3, -1), torch.ones(3, 9, dtype=torch.bool)
        if objective == "lossy":
            cell = model.log_cell.exp()
            expected = objectives.cross_entropy(model, path, at * TICK, real, cell)
        else:
            expected = objectives.path_kl(model, hidden, path, at, real, TICK)
    assert torch.allclose(terms.rate, expected, rtol=1e-4)


def test_the_grid_costs_its_divergence(network):
    """It is log q minus the Poisson log density at the rate that the density asks for."""
    model, density = network(), torch.tensor([0.0, 1.0])
    drawn = Sample(
        torch.ones(2, 5, dtype=torch.bool), torch.tensor([1.5, 2.5]), torch.tensor([3.0, 4.0])
    )
    found = objectives.grid_kl(model, drawn, density, 2.0)
    expected = [1.5 - (0 - 1.0 * 2), 2.5 - (4 * math.log(8.0) - 8.0 * 2)]
    assert found.tolist() == pytest.approx(expected, rel=1e-5)
