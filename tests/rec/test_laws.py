"""Laws: quantile and distribution function agree, and parameters are checked."""

from __future__ import annotations

import numpy as np
import pytest

from tests.rec.pairs import PAIRS
from vdsc.errors import InvalidInput
from vdsc.rec import (
    Exponential,
    Gaussian,
    Logistic,
    SoftplusLogistic,
    Triangular,
    Truncated,
    Uniform,
)
from vdsc.rec.noise import Noise, coordinates
from vdsc.rec.proposals import WHOLE

LAWS = [law for pair in PAIRS.values() for law in pair]


@pytest.mark.parametrize("law", [*LAWS, Triangular(0, 0, 1), Triangular(-1, 2, 2)], ids=str)
def test_quantile_inverts_cdf(law):
    """The distribution function at the quantile of u is u; quantiles do not decrease."""
    u = np.sort(np.append(coordinates(Noise(2).words(0, 0, 500)), [0, WHOLE - 1]))
    x = law.quantile(u)
    assert np.isfinite(x).all()
    assert (np.diff(x) >= 0).all()
    assert np.abs(law.cdf(x) - u / WHOLE).max() < 1e-11


def test_a_truncated_law_stays_inside():
    """No sample of a law cut to [-1, 2] leaves it, and only its share of the law is used."""
    law = Truncated.between(Gaussian(), -1, 2)
    x = law.quantile(np.array([0, WHOLE >> 1, WHOLE - 1]))
    assert x == pytest.approx([-1, 0.1716, 2], abs=1e-3)
    assert law.cdf(np.array([-2.0, -1.0, 2.0, 3.0])) == pytest.approx([0, 0, 1, 1], abs=1e-15)


@pytest.mark.parametrize(
    "make",
    [
        lambda: Gaussian(0, 0),
        lambda: Gaussian(0, -1),
        lambda: Gaussian(float("nan"), 1),
        lambda: Logistic(0, 0),
        lambda: SoftplusLogistic(0, -0.1),
        lambda: Exponential(0),
        lambda: Uniform(1, 1),
        lambda: Triangular(0, 2, 1),
        lambda: Truncated(Gaussian(), 5, 5),
    ],
)
def test_bad_parameters(make):
    """A zero or negative scale, or an empty support, is refused."""
    with pytest.raises(InvalidInput):
        make()
