"""Targets in steps: against numerical integration, and what cannot be a target."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import integrate

from tests.rec.pairs import PAIRS
from vdsc.errors import InvalidInput
from vdsc.rec import Exponential, Gaussian, Logistic, Target, Triangular, Uniform
from vdsc.rec.proposals import WHOLE
from vdsc.rec.steps import continuous, cuts, discrete


def density(law, x):
    """The slope of the distribution function, by central differences."""
    return (law.cdf(x + 1e-5) - law.cdf(x - 1e-5)) / 2e-5


@pytest.mark.parametrize("name", PAIRS)
def test_kl_by_integration(name):
    """KL and Dinf of the steps are those of the densities, integrated over the line."""
    q, p = PAIRS[name]
    ends = q.quantile(np.array([WHOLE >> 30, WHOLE - (WHOLE >> 30)]))
    x = np.linspace(*ends, 200_001)[1:-1]
    dq, dp = density(q, x), density(p, x)
    with np.errstate(divide="ignore", invalid="ignore"):
        bits = np.where(dq > 0, dq * np.log2(dq / dp), 0.0)
    target = continuous(q, p)
    assert target.kl == pytest.approx(integrate.simpson(bits, x=x), abs=2e-3)
    assert target.dinf == pytest.approx(np.log2((dq / dp).max()), abs=0.02)


def test_a_gaussian_kl_in_closed_form():
    """KL of N(m, s^2) to N(0, 1) is log2(1 / s) + (s^2 + m^2 - 1) / (2 ln 2), up to 16 bits."""
    for mean, scale in ((0.2, 0.9), (1.0, 0.1), (-0.5, 2e-5)):
        bits = -np.log2(scale) + (scale**2 + mean**2 - 1) / (2 * np.log(2))
        assert continuous(Gaussian(mean, scale), Gaussian()).kl == pytest.approx(bits, abs=5e-3)


def test_deadlines_solve_their_equation():
    """ds/dh = 1 / D(h): a Runge-Kutta solver reaches the same deadlines."""
    target = discrete([0.1, 0.5, 0.3, 0.1, 0.0], np.array([3, 2, 2, 4, 5]))
    ratio, width = target.ratio, target.width

    def slope(height, _):
        return 1 / (width * np.maximum(ratio - height, 0)).sum()

    below = np.sort(ratio)[:-1]
    solved = integrate.solve_ivp(
        slope, (0, below[-1]), [0.0], t_eval=below, max_step=1e-3, rtol=1e-8
    )
    order = np.argsort(ratio)
    assert target.deadlines[order[:-1]] == pytest.approx(solved.y[0], rel=1e-4)
    assert np.isinf(target.deadlines[order[-1]])


@pytest.mark.parametrize(
    ("q", "p", "words"),
    [
        (Gaussian(0, 1.02), Gaussian(), "unbounded"),
        (Gaussian(0.5, 1), Gaussian(), "unbounded"),
        (Exponential(0.9), Exponential(1), "unbounded"),
        (Logistic(), Gaussian(), "dominated"),
        (Uniform(-0.1, 0.5), Uniform(), "dominated"),
        (Triangular(0.5, 1, 1.2), Uniform(), "dominated"),
        (Gaussian(12, 0.1), Gaussian(), "dominated"),
    ],
    ids=str,
)
def test_what_is_no_target(q, p, words):
    """An unbounded ratio, and a target that the proposal does not reach, are refused."""
    with pytest.raises(InvalidInput, match=words):
        continuous(q, p)


def test_bounded_at_the_very_edge():
    """A ratio that is largest in the tail but bounded is a target; so is Q = P."""
    assert continuous(Exponential(2), Exponential(1)).dinf == pytest.approx(1, abs=1e-3)
    assert continuous(Gaussian(), Gaussian()).kl == pytest.approx(0, abs=1e-9)
    assert continuous(Gaussian(0.6, 0.95), Gaussian()).kl < 0.3  # the mode is at 6.2
    assert continuous(Gaussian(), Logistic()).kl > 0.2


def test_discrete_targets():
    """A symbol without frequency can have no mass; lengths, signs and numbers are checked."""
    freqs = np.array([5, 0, 11])
    assert discrete([0.5, 0, 0.5], freqs).ratio == pytest.approx([1.6, 0.5 * 16 / 11])
    assert cuts(np.array([1, 2, 5])).tolist() == [WHOLE // 8, WHOLE * 3 // 8, WHOLE]
    for bad in ([0.5, 0.1, 0.4], [1, 0], [-1, 0, 2], [0, 0, 0], [np.nan, 0, 1]):
        with pytest.raises(InvalidInput):
            discrete(bad, freqs)


def test_one_mode_or_several():
    """Dents of rounding are filled; a second mode is refused, and so is a ratio above 2**48."""
    edges = np.array([0, WHOLE // 4, WHOLE // 2, WHOLE])
    smooth = Target(edges, np.array([0.25 + 1e-9, 0.25, 0.5 + 1e-8]))
    assert (np.diff(smooth.peaked.ratio) >= 0).all()
    with pytest.raises(InvalidInput, match="several modes"):
        _ = continuous(Uniform(-1, 1), Gaussian()).peaked
    with pytest.raises(InvalidInput, match=r"above 2\*\*48"):
        Target(np.array([0, 1 << 10, WHOLE]), np.array([1.0, 0.0]))
