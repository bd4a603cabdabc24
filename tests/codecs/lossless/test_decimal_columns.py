"""Columns of decimals as whole numbers."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import vdsc
from tests.docs.lossless_page import decoder
from vdsc.codecs.lossless.decimal_columns import DecimalColumns
from vdsc.errors import CorruptFile

NOISE = np.random.default_rng(0)


def columns(frames=60):
    """Six significant digits of different size in each column, zeros of both signs, a stray."""
    walk = NOISE.standard_normal((frames, 5)).cumsum(axis=0) * [1, 100, 1e-6, 1e-9, 1]
    values = np.array([[float(f"{x:.6g}") for x in row] for row in walk])
    values[::7, 0], values[3, 4] = -0.0, 1.2345e-31
    return values


def test_all_bits_return_and_the_file_is_smaller():
    """Each column has its places; what has none of them is kept; the page decodes the same."""
    values = columns()
    found = DecimalColumns.find(values)
    assert found is not None
    assert len(set(found.places)) >= 3
    assert len(found.strays.where) == 1
    data = vdsc.compress(values, fps=30, lossless=True)
    again = vdsc.decompress(data).values
    assert again.tobytes() == values.tobytes()
    assert decoder.decode(data).tobytes() == values.tobytes()
    assert len(data) < values.nbytes / 2


@settings(max_examples=50, deadline=None)
@given(
    st.lists(
        st.floats(allow_infinity=False) | st.integers(-9, 9).map(float), min_size=8, max_size=8
    )
)
def test_any_numbers_return(numbers):
    """What is found gives every bit back, by its bytes alone."""
    values = np.array(numbers).reshape(4, 2)
    found = DecimalColumns.find(values)
    narrow = None if found is None else found.narrow(values)
    if found is not None and narrow is not None:
        read, rest = DecimalColumns.read(found.to_bytes() + b"x", values.dtype, values.shape)
        assert (read, read.strays, rest) == (found, found.strays, b"x")
        assert read.widen(narrow, values.dtype).tobytes() == values.tobytes()


def test_every_cut_and_other_shapes_are_refused():
    """Bytes that are cut, or of other columns, are corrupt."""
    values = columns()
    data = DecimalColumns.find(values).to_bytes()
    for size in range(2, len(data)):
        with pytest.raises(CorruptFile):
            DecimalColumns.read(data[:size], values.dtype, values.shape)
    for shape, dtype in (((60, 4), "<f8"), ((60, 5), "<f4"), ((60,), "<f8"), ((0, 5), "<f8")):
        with pytest.raises(CorruptFile):
            DecimalColumns.read(data, np.dtype(dtype), shape)


def test_the_next_chunk_goes_on():
    """Other values of the same columns are narrowed alike, with strays of their own."""
    values = columns()
    found = DecimalColumns.find(values[:30])
    again = found.again(values[30:])
    assert again == found
    assert again.strays.where == ()
