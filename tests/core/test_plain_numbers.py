"""Numbers of every type, as the exact numbers that are meant."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vdsc.core.plain_numbers import as_rate, as_whole
from vdsc.errors import InvalidInput


@pytest.mark.parametrize("frames", [24000, 30000, 60000, 120000])
def test_rates_of_television_survive_printing(frames):
    """A float of k/1001, as number or as text, is k/1001 and not a decimal near it."""
    rate = Fraction(frames, 1001)
    assert as_rate(float(rate)) == as_rate(repr(float(rate))) == as_rate(str(rate)) == rate


@given(st.integers(1, 10**6), st.integers(1, 1001))
def test_floats_of_simple_ratios_are_those_ratios(top, bottom):
    """float(p / q) means p / q, up to q = 1001."""
    rate = Fraction(top, bottom)
    assert (
        as_rate(float(rate)) == as_rate(np.float64(rate)) == as_rate(np.array(float(rate))) == rate
    )


@given(st.floats(1e-9, 1e9))
def test_a_float_becomes_a_ratio_that_prints_as_it(fps):
    """Any other float becomes a ratio of integers that a header can hold, to within rounding."""
    rate = as_rate(fps)
    assert abs(rate - Fraction(fps)) <= Fraction(fps) * Fraction(1, 10**9) + Fraction(1, 10**18)
    assert rate.numerator < 2**64
    assert rate.denominator < 2**64


@pytest.mark.parametrize(
    "fps",
    [60, 60.0, "60", "60.", np.int64(60), np.uint8(60), np.float32(60), np.float16(60),
     np.array(60), np.array(60, "f4"), Fraction(60), Decimal(60), " 120/2 "],
)  # fmt: skip
def test_every_kind_of_number_is_a_rate(fps):
    """Sixty is sixty, whatever type it has."""
    assert as_rate(fps) == 60


def test_short_floats_mean_what_they_print():
    """np.float32(29.97) is 29.97, and 1/3600 a frame an hour."""
    assert as_rate(np.float32(29.97)) == as_rate("29.97") == as_rate(29.97) == Fraction(2997, 100)
    assert as_rate(1 / 3600) == as_rate("1/3600") == Fraction(1, 3600)


@pytest.mark.parametrize(
    "fps",
    [0, -1, True, np.True_, None, "", "x", "1/0", "1e9", "1e99999999", float("nan"), float("inf"),
     [1], np.array([1]), 1j, np.float32("nan"), b"60", object()],
)  # fmt: skip
def test_what_is_no_rate_is_refused(fps):
    """Only numbers above zero are rates, and the message shows one."""
    with pytest.raises(InvalidInput, match=r"number above zero, such as 29\.97"):
        as_rate(fps)


@pytest.mark.parametrize("number", [75, np.int64(75), np.uint8(75), np.array(75)])
def test_every_kind_of_integer_is_whole(number):
    """Integers of NumPy, alone or in an array of no axes, are integers."""
    assert as_whole(number, "quality") == 75
    assert type(as_whole(number, "quality")) is int


@pytest.mark.parametrize("number", [7.0, np.float64(7), True, np.True_, "7", None, np.array([7])])
def test_what_is_not_whole_is_refused_by_name(number):
    """Floats, booleans and lists are no integers."""
    with pytest.raises(InvalidInput, match="quality must be a whole number"):
        as_whole(number, "quality")
