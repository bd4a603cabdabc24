"""The integer distribution functions against the real ones."""

from __future__ import annotations

import math
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vdsc.core.fixed import CERTAIN
from vdsc.quant import LAWS, cdf, logistic_cdf, quantile
from vdsc.quant.normal import _normal, bell_areas

EVERYWHERE = np.arange(-26 << 16, 26 << 16, 331)


def test_the_normal_cdf_is_accurate_to_a_millionth():
    """The integer CDF differs from math.erf's by less than 1e-6 anywhere."""
    real = [0.5 + 0.5 * math.erf(x / 2**16 / math.sqrt(2)) for x in EVERYWHERE]
    assert np.abs(cdf(EVERYWHERE) / CERTAIN - real).max() < 1e-6


def test_the_logistic_cdf_is_accurate_to_a_millionth():
    """The integer logistic CDF differs from 1 / (1 + e^-x) by less than 1e-6 anywhere."""
    real = 1 / (1 + np.exp(-EVERYWHERE / 2**16))
    assert np.abs(logistic_cdf(EVERYWHERE) / CERTAIN - real).max() < 1e-6


@pytest.mark.parametrize("law", LAWS)
def test_a_cdf_is_monotone_and_mirrored(law):
    """F does not decrease, F(-x) = 1 - F(x) exactly, and F is 0 and 1 far out."""
    x = np.arange(-(9 << 16), 9 << 16)
    p = LAWS[law](x)
    assert (np.diff(p) >= 0).all()
    assert (LAWS[law](-x) == CERTAIN - p).all()
    assert LAWS[law](np.array([-(40 << 16), 0, 40 << 16])).tolist() == [0, CERTAIN // 2, CERTAIN]


def test_the_table_is_frozen():
    """A few entries are what every machine must compute."""
    x = np.array([-300000, -65536, -1, 1, 12345, 65536, 131072, 400000])
    assert cdf(x).tolist() == CDF
    assert logistic_cdf(x).tolist() == LOGISTIC


@settings(deadline=None)
@given(st.integers(0, CERTAIN))
def test_the_quantile_is_the_inverse(p):
    """Above one half, quantile(p) is the smallest x with cdf(x) >= p; below, it is mirrored."""
    x = int(quantile(np.array(p)))
    assert int(quantile(np.array(CERTAIN - p))) == (-x if 2 * p != CERTAIN else x)
    if 2 * p > CERTAIN:
        assert cdf(np.array(x)) >= p > cdf(np.array(x - 1))


def test_the_table_takes_milliseconds():
    """Making the normal table from nothing takes well under a tenth of a second."""
    bell_areas.cache_clear()
    _normal.cache_clear()
    start = time.perf_counter()
    _normal()
    assert time.perf_counter() - start < 0.1


CDF = [2525, 170354782, 536864376, 536877448, 617086402, 903387042, 1049314056, 1073741823]
LOGISTIC = [10924875, 288773652, 536866817, 536875007, 587287010, 784968172, 945748661, 1071347362]
