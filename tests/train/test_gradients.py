"""Equation (23): whose gradient comes from where, and that REINFORCE's is the right one."""

from __future__ import annotations

import copy

import numpy as np
import pytest
import torch
from scipy.stats import logistic

from vdsc.model.tpp import KnotProcess, Sample
from vdsc.train import objectives
from vdsc.train.objectives import StepPlan


def seeded(seed):
    return torch.Generator().manual_seed(seed)


def gradients(model, plan, seed=3):
    """Gradient of the loss by parameter, for one batch."""
    x = torch.randn(6, 12, 4, generator=seeded(1))
    model.zero_grad(set_to_none=True)
    terms = objectives.elbo(model, x, plan, seeded(seed))
    terms.loss.backward()
    return {name: p.grad for name, p in model.named_parameters()}, terms


SETTLED = StepPlan(learned=True, settled=True, density=0.4)
SAMPLED = StepPlan(learned=True, density=0.4)


@pytest.mark.parametrize("plan", [SETTLED, SAMPLED])
@pytest.mark.parametrize("interpolation", ["bridge", "spline"])
def test_reinforce_reaches_the_head_only(network, monkeypatch, plan, interpolation):
    """Without log q's gradient the head gets none, and nobody else's gradient changes."""
    model = network(interpolation=interpolation)
    whole, _ = gradients(model, plan)
    draw = KnotProcess.forward

    def cut(self, *args):
        sample = draw(self, *args)
        return Sample(sample.mask, sample.log_q.detach(), sample.count)

    monkeypatch.setattr(KnotProcess, "forward", cut)
    rest, _ = gradients(model, plan)
    reached = {name for name, slope in whole.items() if slope is not None}
    assert reached >= {name for name in whole if name != "log_cell"}
    assert ("log_cell" in reached) == plan.settled  # only what a file holds has cells
    for name in reached:
        if name.startswith("knots."):
            assert whole[name].abs().max() > 0
            assert rest[name] is None
        else:
            assert torch.equal(whole[name], rest[name]), name
    assert whole["encoder.gru.weight_hh_l0"].abs().max() > 0


def test_the_surrogate_is_the_centred_cost_times_the_score(network):
    """The head's gradient is that of the mean of (cost - mean) / std times log q, over 100."""
    model = network()
    found, terms = gradients(model, SETTLED)
    cost = terms.distortion + terms.rate + terms.grid
    x = torch.randn(6, 12, 4, generator=seeded(1))
    share = torch.rand(6, 12, generator=seeded(3))
    hidden = model.encoder(x).detach()
    drawn = model.knots(hidden, 0.1, torch.full((6,), 0.4), share)
    assert torch.equal(drawn.count, terms.knots)
    surrogate = ((cost - cost.mean()) / cost.std() * drawn.log_q).mean() / 100
    model.zero_grad()
    surrogate.backward()
    for name, parameter in model.knots.named_parameters():
        assert torch.allclose(parameter.grad, found[f"knots.{name}"], rtol=1e-3, atol=1e-7), name


def test_stage_one_leaves_the_head_alone(network):
    """With a knot at every frame the knot process has no gradient at all."""
    found, _ = gradients(network(), StepPlan(learned=False))
    assert all(slope is None for name, slope in found.items() if name.startswith("knots."))


def test_one_sequence_has_no_baseline(network):
    """A batch of one gives a finite loss: its advantage is zero."""
    model = network()
    x = torch.randn(1, 12, 4, generator=seeded(1))
    loss = objectives.elbo(model, x, SAMPLED, seeded(2)).loss
    loss.backward()
    assert torch.isfinite(loss)
    assert all(p.grad.abs().max() == 0 for p in model.knots.parameters())


FRAMES, TICK = 76, 1 / 75


def expected_cost(process, bias):
    """Mean of sum (gap / second)^2 + 0.03 knots over all grids, from scipy's law of the gaps."""
    exact = copy.deepcopy(process).double()
    exact.net[-1].bias.data.copy_(torch.from_numpy(bias))
    zero = torch.zeros(1, dtype=torch.float64)
    mu, scale = (part.item() for part in exact.law(zero, zero[0]))

    def cdf(gap):
        y, top = (np.log(np.expm1(np.minimum(g, 1.0))) for g in (gap, 1.0))
        return logistic.cdf(y, mu, scale) / logistic.cdf(top, mu, scale)

    cost = np.zeros(FRAMES)  # of the rest, by ticks left
    for left in range(1, FRAMES):
        gaps = np.arange(1, left)
        mass = np.diff(cdf((np.append(gaps, left) - 0.5) * TICK), prepend=0)[1:]
        mass[:1] += cdf(0.5 * TICK)
        inner = (gaps * TICK) ** 2 + 0.03 + cost[left - gaps]
        cost[left] = mass @ inner + (1 - mass.sum()) * (left * TICK) ** 2
    return cost[-1]


def cost_of(mask):
    """The same cost of drawn grids (B, T)."""
    rows = [np.diff(np.flatnonzero(row)) for row in mask.numpy()]
    return torch.tensor([((g * TICK) ** 2).sum() + 0.03 * (len(g) - 1) for g in rows]).float()


def test_reinforce_agrees_with_finite_differences():
    """The centred-cost surrogate's mean gradient is the slope of the exact expected cost."""
    torch.manual_seed(0)
    process = KnotProcess(1, rates=(4.0, 16.0), limit=1.0)
    bias = process.net[-1].bias
    start = np.array([0.2, 0.8])
    bias.data.copy_(torch.from_numpy(start))
    estimates, costs = [], []
    for seed in range(40):
        share = torch.rand(1000, FRAMES, generator=seeded(seed))
        drawn = process(torch.zeros(1000, FRAMES, 1), TICK, torch.zeros(1000), share)
        cost = cost_of(drawn.mask)
        surrogate = ((cost - cost.mean()) * drawn.log_q).mean()
        estimates.append(torch.autograd.grad(surrogate, bias)[0])
        costs.append(cost.mean())
    step = 1e-4
    slopes = [
        (expected_cost(process, start + s) - expected_cost(process, start - s)) / (2 * step)
        for s in step * np.eye(2)
    ]
    mean, error = torch.stack(estimates).mean(0), torch.stack(estimates).std(0) / 40**0.5
    assert torch.stack(costs).mean().item() == pytest.approx(
        expected_cost(process, start), rel=0.01
    )
    for i, slope in enumerate(slopes):
        assert error[i] < 0.05 * abs(slope)
        assert mean[i].item() == pytest.approx(slope, abs=5.5 * error[i].item() + 0.02 * abs(slope))
