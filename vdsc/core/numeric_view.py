"""Complex numbers, dates, durations and bfloat16 as integers or floats, and back, bit for bit."""

from __future__ import annotations

from typing import Any

import numpy as np

from vdsc.core.types import Values
from vdsc.errors import InvalidInput

BFLOAT16 = np.dtype("V2")
"""bfloat16, which NumPy knows as two bytes only: `.view(ml_dtypes.bfloat16)` gives it a meaning."""


DATE_UNITS = ("D", "s", "ms", "us", "ns")
"""Units of the dates and durations that a file holds."""


def is_held(dtype: np.dtype[Any]) -> bool:
    """Whether a lossless file holds values of this type."""
    if dtype.kind in "mM":
        unit, count = np.datetime_data(dtype)
        return count == 1 and unit in DATE_UNITS
    size = {"b": 1, "i": 8, "u": 8, "f": 8, "c": 16}.get(dtype.kind, 0)
    # A type that another package registers (isbuiltin 2) is none that a reader could restore.
    return dtype == BFLOAT16 or (0 < dtype.itemsize <= size and dtype.isbuiltin != 2)


def numeric(shape: tuple[int, ...], dtype: np.dtype[Any]) -> tuple[tuple[int, ...], np.dtype[Any]]:
    """Return shape and type of what `as_numbers` makes of values of this shape and type.

    A complex number becomes two floats (real, imaginary) on one more axis, the last; a date or a
    duration the int64 that counts its units; a bfloat16 an int16 in the order of the numbers.

    Raises:
        InvalidInput: the type is none that a lossless file holds.
    """
    order, kind = dtype.byteorder, dtype.kind
    if not is_held(dtype):
        raise InvalidInput(f"values of type {dtype} have no order to code; use integers or floats")
    if kind == "c":
        return (*shape, 2), np.dtype(f"f{dtype.itemsize // 2}").newbyteorder(order)
    if kind in "mM":
        return shape, np.dtype("i8").newbyteorder(order)
    return shape, np.dtype("i2") if dtype == BFLOAT16 else dtype


def as_numbers(values: Values) -> Values:
    """Return values (T, ...) as integers, floats or booleans (T, ...) or (T, ..., 2)."""
    shape, dtype = numeric(values.shape, values.dtype)
    if dtype == values.dtype:
        return values
    numbers = np.ascontiguousarray(values).view(dtype).reshape(shape)
    return _mirrored(numbers) if values.dtype == BFLOAT16 else numbers


def from_numbers(numbers: Values, dtype: np.dtype[Any]) -> Values:
    """Return the values of `dtype` that `as_numbers` made `numbers` of."""
    if dtype.kind in "iufb":
        return numbers.astype(dtype, copy=False)
    _, held = numeric((), dtype)
    plain = np.ascontiguousarray(numbers, dtype=held)
    plain = _mirrored(plain) if dtype == BFLOAT16 else plain
    shape = plain.shape[:-1] if dtype.kind == "c" else plain.shape
    return plain.view(dtype).reshape(shape)


def _mirrored(words: Values) -> Values:
    """Sign and magnitude (int16) as two's complement in the numbers' order, or back."""
    turned: Values = np.where(words < 0, ~words ^ np.int16(-(2**15)), words)
    return turned
