"""Numbers of any dtype as 64-bit integers in the same order, and back, bit for bit.

Integers are themselves (uint64 less 2**63). Floats are numbered along the line, NaN payloads
beyond the infinities:

    -NaN ... -inf ... -1 ... -subnormal  -0.0 | 0.0  subnormal ... 1 ... inf ... NaN
                                          -1     0     1
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from vdsc.core.types import Ints
from vdsc.errors import InvalidInput

Numbers = NDArray[Any]
"""An array of one of the dtypes that `check` accepts."""

_SIGN = np.int64(-(2**63))


def check(dtype: np.dtype[Any]) -> None:
    """Raise InvalidInput unless dtype is a real number of at most 8 bytes."""
    if dtype.kind not in "iuf" or dtype.itemsize > 8:
        raise InvalidInput(f"arrays of {dtype} have no order to code; use integers or floats")


def ordinals(values: Numbers) -> Ints:
    """Return the int64 ordinals (...) of values (...) of any supported dtype and byte order.

    Raises:
        InvalidInput: the dtype is not supported.
    """
    check(values.dtype)
    native = values.astype(values.dtype.newbyteorder("="), copy=False)
    if native.dtype.kind == "f":
        return _mirrored(_bits(native), native.dtype.itemsize)
    if native.dtype == np.uint64:
        return np.ascontiguousarray(native).view(np.int64) ^ _SIGN
    return native.astype(np.int64)


def numbers(keys: Ints, dtype: np.dtype[Any]) -> Numbers:
    """Return the values (...) of dtype whose ordinals are keys (...), the inverse of `ordinals`.

    Ordinals outside the dtype's range are taken modulo its size.

    Raises:
        InvalidInput: the dtype is not supported.
    """
    check(dtype)
    if dtype.kind == "f":
        words = _mirrored(keys, dtype.itemsize).astype(f"i{dtype.itemsize}")
        return words.view(dtype.newbyteorder("=")).astype(dtype, copy=False)
    if dtype.kind == "u" and dtype.itemsize == 8:
        return (np.ascontiguousarray(keys) ^ _SIGN).view(np.uint64).astype(dtype, copy=False)
    return keys.astype(dtype)


def reals(values: Numbers) -> NDArray[np.float64]:
    """Return values (...) as float64, without a word about NaNs that signal."""
    with np.errstate(invalid="ignore"):
        return values.astype(np.float64)


def span(dtype: np.dtype[Any]) -> tuple[int, int]:
    """Return the smallest and the largest ordinal of dtype."""
    half = 1 << (8 * dtype.itemsize - 1)
    if dtype.kind == "u" and dtype.itemsize < 8:
        return 0, 2 * half - 1
    return -half, half - 1


def _bits(native: Numbers) -> Ints:
    """The bits of native floats (...), sign-extended to int64."""
    flat = np.ascontiguousarray(native).reshape(native.shape)
    return flat.view(f"i{native.dtype.itemsize}").astype(np.int64)


def _mirrored(bits: Ints, itemsize: int) -> Ints:
    """Turn sign-and-magnitude bits (sign-extended) into ordinals, or ordinals into bits."""
    least = np.int64(-(1 << (8 * itemsize - 1)))
    turned: Ints = np.where(bits < 0, ~bits + least, bits)
    return turned
