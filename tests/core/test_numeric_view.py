"""Complex numbers, dates and bfloat16 as numbers, and back."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vdsc.container.header import DTYPES
from vdsc.core.numeric_view import BFLOAT16, as_numbers, from_numbers, is_held, numeric
from vdsc.errors import InvalidInput


@given(st.binary(min_size=96, max_size=96), st.sampled_from(DTYPES))
def test_any_bits_come_back(raw, dtype):
    """Whatever the bytes of an array of any type, its numbers give them back."""
    if dtype.kind == "b":
        raw = bytes(byte & 1 for byte in raw)
    values = np.frombuffer(raw, dtype).reshape(2, -1)
    numbers = as_numbers(values)
    assert (numbers.shape, numbers.dtype) == numeric(values.shape, dtype)
    assert numbers.dtype.kind in "iufb"
    swapped = numbers.astype(numbers.dtype.newbyteorder("<"))
    for some in (numbers, swapped):
        again = from_numbers(some, dtype)
        assert (again.shape, again.dtype) == (values.shape, dtype)
        assert again.tobytes() == raw


def test_bfloat16_keeps_its_order():
    """The int16 of all bfloat16 that are numbers rise where the numbers do."""
    bits = np.arange(2**16, dtype=np.uint16)
    reals = (bits.astype(np.uint32) << 16).view(np.float32)
    keys = as_numbers(bits.view(BFLOAT16))
    assert sorted(keys.tolist()) == list(range(-(2**15), 2**15))
    order = np.argsort(keys[~np.isnan(reals)])
    assert (np.diff(reals[~np.isnan(reals)][order][1:-1]) >= 0).all()


def test_the_types_of_files_are_those_that_are_held():
    """A file has a number for each type that is held, and for no other."""
    assert all(is_held(dtype) for dtype in DTYPES)
    others = ("g", "G", "U1", "S1", "O", "V1", "V3", "V4", "m8", "m8[h]", "M8[2s]", "i4,f4", "S0")
    for name in others:
        assert not is_held(np.dtype(name))
        with pytest.raises(InvalidInput, match="no order"):
            numeric((1,), np.dtype(name))
