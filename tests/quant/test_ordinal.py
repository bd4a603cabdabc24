"""Ordinals: numbers of any dtype in order, and back bit for bit."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from vdsc.errors import InvalidInput
from vdsc.quant.ordinal import numbers, ordinals, span

INTS = [f"{order}{kind}{size}" for kind in "iu" for size in (1, 2, 4, 8) for order in "<>"]
FLOATS = [f"{order}f{size}" for size in (2, 4, 8) for order in "<>"]


def bits(values):
    """Return the bytes of the values, whatever they mean."""
    return np.ascontiguousarray(values).tobytes()


@pytest.mark.parametrize("name", INTS + FLOATS)
def test_every_bit_pattern_returns(name):
    """Any bytes at all, read as numbers of a dtype, come back as they were, in the same dtype."""
    dtype = np.dtype(name)

    @given(st.binary(min_size=dtype.itemsize * 4, max_size=dtype.itemsize * 4))
    def check(raw):
        values = np.frombuffer(raw, dtype=dtype)
        again = numbers(ordinals(values), dtype)
        assert again.dtype == dtype
        assert bits(again) == raw

    check()


@pytest.mark.parametrize("name", INTS + FLOATS)
def test_the_ends_of_the_span_are_reached(name):
    """The smallest and the largest ordinal of a dtype are the ordinals of two of its values."""
    dtype = np.dtype(name)
    ends = np.array(span(dtype), dtype=object).astype(np.int64)
    assert (ordinals(numbers(ends, dtype)) == ends).all()


@pytest.mark.parametrize("name", FLOATS)
def test_floats_are_numbered_along_the_line(name):
    """Ordinals order floats as comparison does; -0.0 comes right before 0.0."""
    dtype = np.dtype(name)
    tiny = np.finfo(dtype).smallest_subnormal
    line = [-np.inf, -1.5, -1, -tiny, -0.0, 0.0, tiny, 2, 1024, np.inf, np.nan]
    found = ordinals(np.array(line, dtype=dtype))
    assert (np.diff(found) > 0).all()
    assert found[3:7].tolist() == [-2, -1, 0, 1]


@given(hnp.arrays(np.float64, 20, elements=st.floats(allow_nan=False, allow_infinity=True)))
def test_order_is_kept(values):
    """Sorting by ordinals sorts the values."""
    ranked = values[np.argsort(ordinals(values))]
    assert (ranked == np.sort(values)).all()


def test_a_nan_keeps_its_payload():
    """Two NaNs with other payloads have other ordinals, both beyond infinity."""
    words = np.array([0x7F800001, 0x7FC00123, 0x7F800000], dtype=np.uint32)
    found = ordinals(words.view(np.float32))
    assert found[2] < found[0] < found[1]
    assert (numbers(found, np.dtype("f4")).view(np.uint32) == words).all()


def test_transposed_arrays_keep_their_shape():
    """Memory order does not matter."""
    values = np.arange(6, dtype=np.float32).reshape(2, 3).T
    assert (numbers(ordinals(values), values.dtype) == values).all()


@pytest.mark.parametrize("name", ["c8", "U3", "O", "?", "M8[s]"])
def test_other_dtypes_are_refused(name):
    """What has no order on 8 bytes is refused with advice."""
    with pytest.raises(InvalidInput):
        ordinals(np.zeros(2, dtype=name))
