"""Fixed point: what Python's long integers and decimals give."""

from __future__ import annotations

from decimal import Decimal, localcontext

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vdsc.core.fixed import CERTAIN, ONE, WORK, bit_length, clamp, exp_minus, shifted


def test_the_units():
    """Q16, Q30 and the bits of work are numbers of the format."""
    assert (ONE, CERTAIN, WORK) == (65536, 1073741824, 96)


@given(st.lists(st.integers(0, 2**63 - 1), max_size=9))
def test_binary_digits(values):
    """Digits are those of int.bit_length, up to the largest int64."""
    found = bit_length(np.array(values, dtype=np.int64))
    assert found.tolist() == [value.bit_length() for value in values]


@given(st.integers(-(2**30), 2**30), st.integers(-62, 32))
def test_shifts_round_down(value, by):
    """A negative shift divides and rounds down, also below zero."""
    exact = value << by if by >= 0 else value >> -by
    assert shifted(np.array([value]), np.array([by])).tolist() == [exact]


@given(*[st.integers(-(2**63), 2**63 - 1)] * 3)
def test_clamp(value, one, other):
    """The nearest number within the two ends, both included."""
    low, high = sorted((one, other))
    assert clamp(np.array([value]), low, high).tolist() == [min(max(value, low), high)]


@pytest.mark.parametrize("x", [(0, 1), (1, 2**19), (1, 256), (3, 2), (9, 1)])
def test_powers_of_e(x):
    """2**96 exp(-x) is right to a few hundred units, by decimals of 60 digits."""
    with localcontext() as context:
        context.prec = 60
        exact = (Decimal(-x[0]) / x[1]).exp() * 2**WORK
        assert abs(exp_minus(*x) - exact) < 400
