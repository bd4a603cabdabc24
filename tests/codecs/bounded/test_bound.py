"""No value is off by more than was promised: judged in fractions, and by other people's code."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from compression_safeguards import Safeguards
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

import vdsc
from tests.codecs.bounded.cases import TYPES, case, kept
from vdsc.codecs.bounded.patches import within

RNG = np.random.default_rng(0)


@pytest.mark.parametrize("dtype", TYPES)
def test_wild_numbers_keep_their_bound(dtype):
    """Denormals, huge offsets, spikes, the ends of the type: all within the bound, in fractions."""
    for seed in range(24):
        values, error, options = case(dtype, seed)
        assert kept(values, error, options) is None


@settings(deadline=None, max_examples=120)
@given(st.data())
def test_any_array_keeps_its_bound(data):
    """Whatever hypothesis thinks of, by both bases and by the choice."""
    dtype = data.draw(st.sampled_from(TYPES))
    shape = data.draw(arrays.array_shapes(min_dims=1, max_dims=4, max_side=5))
    elements = {"allow_nan": False, "allow_infinity": False} if dtype[-2] == "f" else None
    values = data.draw(arrays.arrays(dtype, shape, elements=elements))
    error = data.draw(st.floats(1e-320, 1e300))
    codec = data.draw(st.sampled_from(["", "bounded"]))
    assert kept(values, error, {"codec": codec}) is None


@pytest.mark.parametrize("dtype", ["i1", "u2", "i4", "i8", "u8", "f2", "f4", "f8"])
@pytest.mark.parametrize("error", [0.01, 0.75, 30.0])
def test_another_judge_agrees(dtype, error):
    """compression-safeguards, whose purpose is to check such promises, finds nothing to mend."""
    values = (RNG.normal(size=(50, 4)).cumsum(axis=0) * 9 + 40).astype(dtype)
    made = vdsc.decompress(vdsc.compress(values, codec="bounded", max_error=error)).values
    judge = Safeguards(safeguards=[{"kind": "eb", "type": "abs", "eb": error}])
    assert judge.check(values, made)


@settings(deadline=None)
@given(
    st.floats(allow_nan=False, allow_infinity=False),
    st.floats(allow_nan=False, allow_infinity=False),
    st.floats(0, 1e300),
)
def test_the_proof_is_exact(one, other, error):
    """What counts as within is what fractions say, also where the difference is rounded."""
    off = abs(Fraction(one) - Fraction(other))
    for bound in (error, abs(one - other)):  # of Python's floats: too far apart is infinite
        if math.isfinite(bound) and bound <= 2.0**1000:
            found = within(np.array([[one]]), np.array([[other]]), np.array([bound]))[0, 0]
            assert found == (off <= Fraction(bound))


@given(st.integers(0, 2**64 - 1), st.integers(0, 2**64 - 1), st.floats(0, 2.0**62))
def test_the_proof_of_integers_is_exact(one, other, error):
    """The same for unsigned numbers as far apart as can be."""
    found = within(np.array([[one]], "u8"), np.array([[other]], "u8"), np.array([error]))
    assert found[0, 0] == (abs(one - other) <= error)


def test_below_half_a_unit_integers_are_exact():
    """So they are below a whole one."""
    values = RNG.integers(-(2**40), 2**40, (40, 3))
    for error in (0.3, 0.49, 0.99):
        data = vdsc.compress(values, codec="bounded", max_error=error)
        assert (vdsc.decompress(data).values == values).all()
