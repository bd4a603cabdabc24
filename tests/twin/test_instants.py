"""Paths between knots at any time: near the formulas, and the same bits however they are asked."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from vdsc.errors import CorruptFile
from vdsc.model.curve import spline_matrix
from vdsc.twin import path_instants as instants
from vdsc.twin import reals
from vdsc.twin.decay import FARTHEST, decay

RATES = np.array([1e-7, 0.3, 2.0, 700.0])
seeds = st.integers(0, 2**32 - 1)
kinds = pytest.mark.parametrize("rates", [None, RATES], ids=["spline", "bridge"])


def knots_of(seed, count=9):
    """Knots (M,) with very unequal gaps, values (M, 4) Q16, and times (40,) between them."""
    rng = np.random.default_rng(seed)
    knots = 1e5 + np.cumsum(10.0 ** rng.uniform(-3, 1, count))
    values = rng.integers(-(2**19), 2**19, (count, 4))
    return knots, values, rng.uniform(knots[0], knots[-1], 40)


@given(st.floats(0, 40))
def test_decay_is_the_exponential(x):
    """e^-x is right to 48 bits, and beyond FARTHEST it is that of FARTHEST."""
    expected = math.exp(-min(x, FARTHEST))
    assert abs(float(decay(np.array(x))) / expected - 1) < 2.0**-48


def test_decay_is_exact_at_both_ends_of_its_tables():
    """e^0 is 1, and at every entry the value is the float64 nearest to the exponential."""
    x = np.array([0.0, 1.0, 32.0, 2.0**-8, 255 * 2.0**-8, 2.0**-16, 255 * 2.0**-16])
    expected = [(2**192 // reals.exp(int(v * 2**96))) / 2**96 for v in x]
    assert decay(x).tolist() == pytest.approx(expected, rel=2e-16)
    assert float(decay(np.zeros(()))) == 1.0


@given(seeds)
def test_the_spline_solves_its_equations(seed):
    """Curvatures satisfy the tridiagonal system of the natural spline, and vanish at both ends."""
    knots, values, _ = knots_of(seed)
    z, h = values.astype(float), np.diff(knots)
    c = instants.curvatures(knots, z)
    slopes = np.diff(z, axis=0) / h[:, None]
    left = h[:-1, None] * c[:-2] + 2 * (h[:-1] + h[1:])[:, None] * c[1:-1] + h[1:, None] * c[2:]
    right = 6 * np.diff(slopes, axis=0)
    assert np.abs(left - right).max() <= 1e-12 * (np.abs(slopes).max() + 1)
    assert not c[[0, -1]].any()


@given(seeds)
def test_the_spline_is_the_models(seed):
    """Apart from rounding the path is that of the encoder's spline."""
    knots, values, times = knots_of(seed)
    expected = spline_matrix(knots, times) @ values
    found = instants.curve(knots, values, None)(times)
    assert np.abs(found - expected).max() < 1e-9 * (1 + np.abs(expected).max())


@given(seeds)
def test_the_bridge_is_sinh(seed):
    """The bridge's mean is equation (21), near straight lines and for steep rates alike."""
    knots, values, times = knots_of(seed)
    at = np.searchsorted(knots, times, side="right") - 1
    before, after = (times - knots[at])[:, None], (knots[at + 1] - times)[:, None]
    gap = before + after
    steep = np.exp(-RATES * before) * -np.expm1(-2 * RATES * after) / -np.expm1(-2 * RATES * gap)
    late = np.exp(-RATES * after) * -np.expm1(-2 * RATES * before) / -np.expm1(-2 * RATES * gap)
    expected = steep * values[at] + late * values[at + 1]
    found = instants.curve(knots, values, RATES)(times)
    assert np.abs(found - expected).max() < 0.01  # of a unit of Q16; the line is 2^-29 off


@kinds
@given(seeds)
def test_each_time_counts_for_itself(rates, seed):
    """One by one, shuffled and all together, a time has the same bits."""
    knots, values, times = knots_of(seed)
    path = instants.curve(knots, values, rates)
    whole, order = path(times), np.random.default_rng(seed).permutation(len(times))
    assert path(times[order]).tobytes() == whole[order].tobytes()
    assert np.concatenate([path(t[None]) for t in times]).tobytes() == whole.tobytes()


@kinds
@given(seeds)
def test_the_path_goes_through_its_knots(rates, seed):
    """At the knots the path has their values exactly; outside, that of the nearest end."""
    knots, values, _ = knots_of(seed)
    path = instants.curve(knots, values, rates)
    assert (path(knots) == values).all()
    assert (path(knots[[0, -1]] + [-1, 1]) == values[[0, -1]]).all()


@kinds
@given(arrays.arrays(np.float64, 6, elements=st.floats(-9, 9)), seeds)
def test_extreme_gaps_stay_finite(rates, powers, seed):
    """Gaps from a nanosecond to 30 years beside each other and values of 31 bits give numbers."""
    rng = np.random.default_rng(seed)
    knots = np.append(0.0, np.cumsum(10.0**powers))
    assume((np.diff(knots) > 0).all())
    path = instants.curve(knots, rng.integers(-(2**31), 2**31, (7, 4)), rates)
    assert np.isfinite(path(rng.uniform(0, knots[-1], 50))).all()


def test_one_knot_is_a_constant():
    """A single knot's value holds at all times, of which there may be none."""
    path = instants.curve(np.zeros(1), np.array([[3, -4]]), None)
    assert path(np.array([0.0, 5.0])).tolist() == [[3, -4], [3, -4]]
    assert path(np.zeros(0)).shape == (0, 2)


@pytest.mark.parametrize("gap", [np.nextafter(2.0**-64, 1), np.nextafter(2.0**64, 1)])
def test_the_widest_and_narrowest_gaps_are_allowed(gap):
    """Within 2^-64 to 2^64 seconds, ends not included, the middle of a gap is the mean."""
    path = instants.curve(np.array([0.0, gap]), np.array([[2], [4]]), None)
    assert path(np.array([gap / 2])).tolist() == [[3.0]]


@pytest.mark.parametrize(
    "knots", [[0.0, 0.0], [1.0, 0.0], [0.0, 2.0**64], [0.0, 2.0**-64], [0.0, np.nan]]
)
def test_knots_that_do_not_rise_are_refused(knots):
    """Equal, falling, endless and unordered times are damage."""
    with pytest.raises(CorruptFile):
        instants.curve(np.array(knots), np.zeros((2, 1), np.int64), None)
