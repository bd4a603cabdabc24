"""SoftplusLogistic gaps against numerical integration, and the Poisson prior against counting."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.stats import chisquare, kstest

from vdsc.model import tpp

mus = st.floats(-3.0, 2.0)
scales = st.floats(0.1, 0.9)
gaps = st.floats(0.01, 4.0)
EVERYWHERE = 60.0  # seconds: a limit that cuts nothing off


def double(values):
    return torch.tensor(values, dtype=torch.float64)


def area(start, end, mu, scale, limit):
    """Integral of the density, in pieces around its bulk."""
    marks = np.logaddexp(0, mu + scale * np.array([-12, -4, -1, 1, 4, 12]))
    edges = [start, *(m for m in marks if start < m < end), end]
    law = double(mu), double(scale), limit

    def density(x):
        return tpp.log_density(double(x), *law).exp().item()

    return sum(quad(density, a, b)[0] for a, b in pairwise(edges))


@settings(deadline=None, max_examples=15)
@given(gaps, mus, scales)
def test_the_cdf_is_the_integral_of_the_density(x, mu, scale):
    """F(x) equals the pdf integrated from 0, where no limit cuts it."""
    found = tpp.log_cdf(double(x), double(mu), double(scale)).exp().item()
    assert found == pytest.approx(area(0, x, mu, scale, EVERYWHERE), abs=1e-6)


@settings(deadline=None, max_examples=15)
@given(mus, scales, st.floats(0.1, 4.0))
def test_the_cut_density_integrates_to_one(mu, scale, limit):
    """After truncation to (0, limit] all of the mass lies there."""
    if tpp.log_cdf(double(limit), double(mu), double(scale)) > -20:
        assert area(0, limit, mu, scale, limit) == pytest.approx(1, abs=1e-5)


@given(st.floats(1e-3, 1 - 1e-3), mus, scales, st.floats(0.5, 4.0))
def test_the_quantile_inverts_the_cut_cdf(share, mu, scale, limit):
    """P(gap <= gap_at(u)) = u, and the survival is what is left."""
    law = double(mu), double(scale)
    gap = tpp.gap_at(double(share), *law, limit)
    assert 0 < gap < limit
    top = tpp.log_cdf(double(limit), *law)
    if share * top.exp() > 2e-6 and gap > 2e-5:
        below = (tpp.log_cdf(gap, *law) - top).exp().item()
        assert below == pytest.approx(share, rel=1e-4)
        survival = tpp.log_survival(gap, *law, limit).exp().item()
        assert below + survival == pytest.approx(1, abs=1e-9)


@given(st.floats(1e-4, 80.0))
def test_inverse_softplus_inverts_softplus(x):
    """log(1 + e^g(x)) = x from tiny gaps to huge ones."""
    y = tpp.inverse_softplus(double(x)).item()
    assert np.logaddexp(0, y) == pytest.approx(x, rel=1e-9)


@pytest.mark.parametrize("limit", [0.4, 1.0, 8.0])
def test_drawn_gaps_are_logistic_behind_a_softplus(limit):
    """g(gap) follows scipy's logistic distribution, cut at g(limit)."""
    share = torch.from_numpy(np.random.default_rng(1).uniform(size=20_000))
    drawn = tpp.gap_at(share, double(-0.5).expand(20_000), double(0.4), limit)

    def cdf(x):
        y, top = (np.log(np.expm1(v)) for v in (x, limit))
        return (1 + np.exp(-(top + 0.5) / 0.4)) / (1 + np.exp(-(y + 0.5) / 0.4))

    assert kstest(drawn.numpy(), cdf).pvalue > 1e-6


def test_the_poisson_prior_is_that_of_counted_arrivals():
    """Its density times the volume T^n / n! of ordered times is how often n arrivals are seen."""
    rate, duration, runs = 3.0, 1.5, 20_000
    waits = np.random.default_rng(2).exponential(1 / rate, (runs, 40))
    seen = np.bincount((waits.cumsum(1) < duration).sum(1), minlength=40)[:40]
    counts = torch.arange(40, dtype=torch.float64)
    log_volume = counts * math.log(duration) - torch.lgamma(counts + 1)
    density = tpp.poisson_log_density(counts, double(rate), duration)
    expected = (density + log_volume).exp().numpy()
    assert expected.sum() == pytest.approx(1, abs=1e-12)
    often = 14
    seen = np.append(seen[:often], seen[often:].sum())
    expected = np.append(expected[:often], expected[often:].sum())
    assert chisquare(seen, runs * expected / expected.sum()).pvalue > 1e-6
