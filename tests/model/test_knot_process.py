"""The knot process against its own law: what it draws, and the density it reports."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chisquare, logistic

from vdsc.model import tpp

RATES = (2.0, 12.0)


def process(*, shift=0.0, wide=0.0, limit=1.0):
    """A process whose law is the same everywhere: only the last layer's bias speaks."""
    torch.manual_seed(0)
    made = tpp.KnotProcess(2, rates=RATES, limit=limit)
    with torch.no_grad():
        made.net[-1].bias.copy_(torch.tensor([shift, wide]))
    return made


def law(made, density):
    """Location and scale of the gap, and its cdf, cut at the limit, by scipy."""
    with torch.no_grad():
        mu, scale = (float(part) for part in made.law(torch.zeros(2), torch.tensor(density)))

    def cdf(x):
        y, top = (np.log(np.expm1(np.minimum(v, made.limit))) for v in (x, made.limit))
        return logistic.cdf(y, mu, scale) / logistic.cdf(top, mu, scale)

    return mu, scale, cdf


def walk(made, batch, frames, tick, density, *, share=None, seed=0):
    if share is None:
        share = torch.rand(batch, frames, generator=torch.Generator().manual_seed(seed))
    with torch.no_grad():
        return made(torch.zeros(batch, frames, 2), tick, torch.full((batch,), density), share)


def chances(cdf, frames, tick):
    """P(first gap rounds to k = 1, 2, ... ticks) for k before the last frame, and P(none)."""
    edges = cdf((np.arange(2, frames) - 0.5) * tick)
    return np.diff(edges, prepend=0, append=1)


def test_the_first_gap_follows_the_cut_law():
    """How often the first inner knot is at frame k is the law's mass around k ticks."""
    made, frames, tick = process(shift=0.3, limit=0.8), 25, 1 / 20
    mask = walk(made, 30_000, frames, tick, 0.2).mask[:, 1:].numpy()
    seen = np.bincount(mask.argmax(1), minlength=frames - 1)
    expected = chances(law(made, 0.2)[2], frames, tick)[: frames - 1]
    some = expected > 1e-4
    assert seen[~some].sum() <= 20
    assert (
        chisquare(seen[some], seen[some].sum() * expected[some] / expected[some].sum()).pvalue
        > 1e-6
    )


def test_the_number_of_knots_follows_the_renewal_law():
    """How often there are n inner knots is the convolution of the gaps' masses."""
    made, frames, tick, density = process(wide=0.5), 21, 1 / 20, 0.5
    counts = walk(made, 30_000, frames, tick, density, seed=1).count.numpy()
    cdf = law(made, density)[2]
    alive = np.zeros((frames, frames))  # [knots so far, ticks gone]
    alive[0, 0], ended = 1, np.zeros(frames)
    for n in range(frames - 1):
        for at in range(frames - 1):
            mass = chances(cdf, frames - at, tick) if at < frames - 2 else np.ones(1)
            ended[n] += alive[n, at] * mass[-1]
            alive[n + 1, at + 1 : at + len(mass)] += alive[n, at] * mass[:-1]
    assert ended.sum() == pytest.approx(1)
    seen = np.bincount(counts.astype(int), minlength=frames)
    some = ended > 2e-4
    assert chisquare(seen[some], seen[some].sum() * ended[some] / ended[some].sum()).pvalue > 1e-6


def ratios(frames, tick, batch=20_000):
    """Mean likelihood ratio of another process under draws of one, and its standard error."""
    ours, other = process(shift=0.05, wide=1.5), process(shift=-0.05, wide=1.2)
    share = torch.rand(batch, frames, generator=torch.Generator().manual_seed(3))
    (mu, scale, _), (_, _, cdf) = law(ours, 0.0), law(other, 0.0)
    gaps = tpp.gap_at(share, torch.full_like(share, mu), torch.tensor(scale).float(), 1.0)
    there = torch.from_numpy(cdf(gaps.double().numpy())).float()
    a = walk(ours, batch, frames, tick, 0.0, share=share)
    b = walk(other, batch, frames, tick, 0.0, share=there)
    assert (a.mask == b.mask).float().mean() > 0.9999
    weights = (b.log_q - a.log_q).exp()
    return weights.mean().item(), weights.std().item() / math.sqrt(batch)


def test_the_density_is_a_density():
    """Under draws of one process, the likelihood ratio to any other has mean one."""
    mean, error = ratios(frames=301, tick=1 / 300)
    assert error < 0.004
    assert mean == pytest.approx(1, abs=0.01 + 5.5 * error)


def test_the_density_is_a_density_on_a_coarse_grid():
    """The same where a tick is a fifth of the mean gap, so that rounding weighs."""
    mean, error = ratios(frames=11, tick=1 / 10)
    assert mean == pytest.approx(1, abs=5.5 * error)


@settings(deadline=None, max_examples=25)
@given(st.integers(2, 40), st.floats(0, 1), st.integers(0, 2**31), st.sampled_from([0.5, 1.0]))
def test_both_ends_are_knots(frames, density, seed, limit):
    """First and last frame are knots, the count is of those between, no gap passes the limit."""
    sample = walk(process(limit=limit), 3, frames, 1 / 10, density, seed=seed)
    assert sample.mask[:, [0, -1]].all()
    assert (sample.count == sample.mask.sum(1) - 2).all()
    assert torch.isfinite(sample.log_q).all()
    for row in sample.mask.numpy():
        assert np.diff(np.flatnonzero(row)).max() <= round(limit * 10)


def test_the_median_grid_is_even():
    """With all shares one half every gap is the law's median, here the prior's mean gap."""
    made = process()
    sample = walk(made, 1, 31, 1 / 30, 0.0, share=torch.full((1, 31), 0.5))
    _, _, cdf = law(made, 0.0)
    step = next(k for k in range(1, 31) if cdf((k + 0.5) / 30) > 0.5)
    assert np.flatnonzero(sample.mask[0]).tolist() == sorted({*range(0, 31, step), 30})


@pytest.mark.parametrize("density", [0.0, 0.5, 1.0])
def test_a_single_window_is_walked_as_a_batch_is(density):
    """With every share one half both ways to walk give the same knots, whatever they read."""
    torch.manual_seed(3)
    made = tpp.KnotProcess(4, rates=RATES)
    with torch.no_grad():
        made.net[-1].weight.normal_(std=0.5)
        hidden, half = torch.randn(1, 200, 4), torch.full((1, 200), 0.5)
        mask = made(hidden, 1 / 30, torch.tensor([density]), half).mask[0]
        knots = made.walk(hidden[0], 1 / 30, density, half[0])
    assert np.flatnonzero(mask).tolist() == knots
    assert len(set(np.diff(knots[:-1]))) > 2


def test_an_untrained_process_has_the_priors_mean_gap():
    """Before training the gap's median, where no limit cuts it, is one over the rate."""
    made = process(limit=20.0)
    for density, gap in ((0.0, 1 / RATES[0]), (1.0, 1 / RATES[1])):
        mu, scale, cdf = law(made, density)
        assert np.logaddexp(0, mu) == pytest.approx(gap, rel=1e-5)
        assert cdf(gap) == pytest.approx(0.5, abs=1e-5)
        assert 0.01 < scale < 1


def test_the_law_stays_in_bounds():
    """However far the head's outputs run off, location and scale stay near the prior's."""
    for shift in (-1e3, 1e3):
        mu, scale, _ = law(process(shift=shift, wide=shift), 0.5)
        centre, _, _ = law(process(), 0.5)
        assert abs(mu - centre) < 2
        assert 0.01 < scale < 1


def test_the_rate_is_logarithmic_in_the_density():
    """Densities 0 and 1 are the lowest and the highest rate, one half their geometric mean."""
    rates = process().rate(torch.tensor([0.0, 0.5, 1.0])).tolist()
    assert rates == pytest.approx([RATES[0], math.sqrt(RATES[0] * RATES[1]), RATES[1]])


@pytest.mark.parametrize("density", [0.0, 0.5, 1.0])
def test_the_divergence_from_the_prior_is_not_negative(density):
    """The mean of log q - log p over many draws is a KL divergence, and not a small one."""
    made = process()
    sample = walk(made, 4_000, 61, 1 / 60, density)
    rate = made.rate(torch.tensor(density))
    cost = sample.log_q - tpp.poisson_log_density(sample.count, rate, 1.0)
    assert cost.mean() > 5.5 * cost.std() / math.sqrt(len(cost))
