"""Columns of numbers that came from text, as the whole numbers that their digits are.

    1.25  -7.5   5.1072e-06                         125  -75  51072
    0.5   12.0   5.1072e-06    places 2, 1, 10       50  120  51072

A few numbers that are not of their column's places are kept as they are.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field, replace
from typing import Self

import numpy as np

from vdsc.codecs.lossless.arrays.decimal import Decimal
from vdsc.codecs.lossless.strays import Strays
from vdsc.container import varint
from vdsc.core.types import Values
from vdsc.errors import CorruptFile

DECIMAL = 3
"""The way of a recast; its others are in `recast.py`."""

FLOAT = 2
"""The number of float64 in the table of types."""

PLACES = 22
"""The largest power of ten that a double says exactly."""

LIMIT = float(1 << 40)


@dataclass(frozen=True, slots=True)
class DecimalColumns:
    """The digits after the point of each column (C,), as bytes; and numbers that have others.

    Two are equal if their columns are.
    """

    places: bytes
    strays: Strays = field(default=Strays(), compare=False)
    dtype: np.dtype[np.generic] = field(default=np.dtype("<f8"), compare=False)

    @classmethod
    def find(cls, values: Values) -> Self | None:
        """Those of values (n, C), if they are worth it: not where one number of places will do."""
        if values.dtype != np.dtype("<f8") or values.ndim != 2 or not np.isfinite(values).all():
            return None
        if Decimal.of(values) is not None:
            return None
        right = np.stack([_right(values, places).sum(axis=0) for places in range(PLACES + 1)])
        made = cls(right.argmax(axis=0).astype(np.uint8).tobytes()).again(values)
        return made if made is not None and any(made.places) else None

    def again(self, values: Values) -> Self | None:
        """The same columns of other values (n, C), None where too many are not of their places."""
        if not np.isfinite(values).all():
            return None
        places = np.frombuffer(self.places, np.uint8)
        where = np.flatnonzero(~_right(values, places).ravel())
        strays = Strays.at(where, values)
        return None if strays is None else replace(self, strays=strays)

    def narrow(self, values: Values) -> Values | None:
        """Whole numbers (n, C) as doubles, or None if they would not give every bit back."""
        whole = _whole(values, np.frombuffer(self.places, np.uint8))
        whole.ravel()[list(self.strays.where)] = 0
        again = self.widen(whole, values.dtype)
        return whole if again.tobytes() == values.tobytes() else None

    def widen(self, narrow: Values, dtype: np.dtype[np.generic]) -> Values:
        """The values (n, C) of whole numbers; raises CorruptFile for places beyond them."""
        with np.errstate(all="ignore"):
            made = narrow.astype(np.float64) / _tens(np.frombuffer(self.places, np.uint8))
        self.strays.put(made)
        return made.astype(dtype)

    def frame(self, frame: tuple[int, ...]) -> tuple[int, ...]:
        """The shape of a frame of whole numbers."""
        return frame

    def to_bytes(self) -> bytes:
        """The bytes that `read` reads."""
        packer = zlib.compressobj(9, zlib.DEFLATED, -15)
        packed = packer.compress(self.places) + packer.flush()
        head = bytes([DECIMAL, FLOAT]) + varint.put(len(packed)) + packed
        return head + self.strays.to_bytes()

    @classmethod
    def read(
        cls, payload: bytes, dtype: np.dtype[np.generic], shape: tuple[int, ...]
    ) -> tuple[Self, bytes]:
        """What `to_bytes` says at the start of a payload of values, and what is behind it.

        Raises CorruptFile for what no values of this type and shape (n, C) can have.
        """
        if len(shape) != 2 or dtype != np.dtype("<f8") or payload[1:2] != bytes([FLOAT]):
            raise _damaged()
        size, at = varint.get(payload, 2)
        places = _inflated(payload[at : at + size], shape[1])
        strays, end = Strays.read(payload, at + size, shape, dtype)
        return cls(places, strays), payload[end:]


def _inflated(packed: bytes, columns: int) -> bytes:
    """The places of so many columns."""
    try:
        inflater = zlib.decompressobj(-15)
        places = inflater.decompress(packed, columns + 1)
    except zlib.error:
        raise _damaged() from None
    if len(places) != columns or not inflater.eof or max(places) > PLACES:
        raise _damaged()
    return places


def _tens(places: Values) -> Values:
    """Powers of ten (C,)."""
    return np.array([float(10**p) for p in range(PLACES + 1)])[places]


def _whole(values: Values, places: Values | int) -> Values:
    """The nearest whole numbers (n, C) of values, the signs of zeros kept."""
    with np.errstate(over="ignore"):
        scaled = values * _tens(np.asarray(places))
    return np.where(np.abs(scaled) < LIMIT, np.copysign(np.rint(scaled), values), 0.0)


def _right(values: Values, places: Values | int) -> Values:
    """Which values (n, C) their whole numbers give back, bit for bit."""
    again = _whole(values, places) / _tens(np.asarray(places))
    same: Values = (again == values) & (np.signbit(again) == np.signbit(values))
    return same


def _damaged() -> CorruptFile:
    return CorruptFile("the places of a chunk's columns cannot be right; restore the file")
