"""Values that narrower ones say exactly: double precision that is single, pictures in [0, 1].

    float64 that are all float32, or float16        -> those
    integers, and whole floats, of a small range     -> narrow integers
    v / 255 and v (1 / 255) in any precision         -> uint8, and with 65535 uint16
    frames (H, W, 4) or (4, H, W) of constant alpha  -> frames of three channels

What is found is tried on all values, and must give every bit back.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

import numpy as np

from vdsc.codecs.lossless.decimal_columns import DECIMAL, DecimalColumns
from vdsc.codecs.lossless.ladders import LADDERS, Ladders
from vdsc.container.header import DTYPES
from vdsc.core.types import Values
from vdsc.errors import CorruptFile

CAST, DIVIDED, MULTIPLIED = range(3)
ALL, LAST, FIRST = range(3)

_FIELDS = struct.Struct("<BBHB")
_TYPES = DTYPES[: DTYPES.index(np.dtype("?"))]
_INTEGERS = tuple(np.dtype(name) for name in ("u1", "i1", "<u2", "<i2", "<u4", "<i4"))
_FLOATS = (np.dtype("<f2"), np.dtype("<f4"))
_DIVISORS = ((255, np.dtype("u1")), (65535, np.dtype("<u2")))
_WIDEST_WHOLE = 2  # bytes of integers that whole floats become: more are no pictures
_COLOURS = 4
_SAMPLE = 1 << 10

Shape = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Recast:
    """How values were narrowed.

    Args:
        way: CAST, DIVIDED or MULTIPLIED.
        dtype: little-endian type of the narrow values.
        divisor: M of the ways but CAST, else 0.
        channel: ALL are coded; or all but the fourth one, which is the LAST axis or the FIRST of
            a frame.
        constant: the bytes of the fourth channel's one value, narrowed; none for ALL.
    """

    way: int
    dtype: np.dtype[np.generic]
    divisor: int = 0
    channel: int = ALL
    constant: bytes = b""

    @classmethod
    def find(cls, values: Values) -> Self | None:
        """The narrowest that says values (n, ...), in little-endian order, bit for bit."""
        if values.dtype.kind not in "iuf":
            return None
        sample = values.reshape(-1)[:: max(1, values.size // _SAMPLE)]
        for made in cls.candidates(values):
            if made.narrow(sample) is None:
                continue
            narrow = made.narrow(values)
            if narrow is not None:
                return made.without_constant(narrow)
        return cls(CAST, values.dtype).without_constant(values, alone=True)

    @classmethod
    def read(cls, payload: bytes, dtype: np.dtype[np.generic], frame: Shape) -> tuple[Self, bytes]:
        """The recast that a payload begins with, and what is behind it.

        Args:
            payload: of a chunk.
            dtype: that the values are to have, little-endian.
            frame: shape of one.

        Raises:
            CorruptFile: there is none for values of this type and shape.
        """
        if len(payload) < _FIELDS.size:
            raise _damaged()
        way, number, divisor, channel = _FIELDS.unpack_from(payload)
        if number >= len(_TYPES):
            raise _damaged()
        end = _FIELDS.size + (_TYPES[number].itemsize if channel else 0)
        made = cls(way, _TYPES[number], divisor, channel, payload[_FIELDS.size : end])
        if len(payload) < end or not made.possible(dtype, frame):
            raise _damaged()
        return made, payload[end:]

    def to_bytes(self) -> bytes:
        """The bytes that `read` reads."""
        number = _TYPES.index(self.dtype)
        return _FIELDS.pack(self.way, number, self.divisor, self.channel) + self.constant

    def frame(self, frame: Shape) -> Shape:
        """Shape of a narrowed frame."""
        if self.channel == ALL:
            return frame
        return (*frame[:-1], 3) if self.channel == LAST else (3, *frame[1:])

    def again(self, values: Values) -> Self | None:
        """The same for other values (n, ...)."""
        return self

    def narrow(self, values: Values) -> Values | None:
        """The narrowed values, or None if they would not give every bit of values (n, ...) back."""
        made = self._narrow(values)
        if self.channel != ALL:
            made = np.ascontiguousarray(np.delete(made, 3, axis=self._axis))
        again = self.widen(made, values.dtype)
        if again.shape != values.shape or again.tobytes() != values.tobytes():
            return None
        moved = values.dtype.kind == "f" and self.dtype != values.dtype
        return None if moved and np.isnan(values).any() else made  # machines differ in NaNs

    def widen(self, narrow: Values, dtype: np.dtype[np.generic]) -> Values:
        """The values of a type that were narrowed to these."""
        if self.channel != ALL:
            one = np.frombuffer(self.constant, self.dtype)
            narrow = np.insert(narrow, 3, one[0], axis=self._axis)
        with np.errstate(all="ignore"):
            if self.way == DIVIDED:
                exact: Values = narrow.astype(np.float64) / np.float64(self.divisor)
                return exact.astype(dtype)
            if self.way == MULTIPLIED:
                share = (np.float64(1) / self.divisor).astype(dtype)
                scaled: Values = np.multiply(narrow.astype(dtype), share, dtype=dtype)
                return scaled
            return np.ascontiguousarray(narrow).astype(dtype)

    def _narrow(self, values: Values) -> Values:
        with np.errstate(all="ignore"):
            if self.way == CAST:
                return values.astype(self.dtype)
            levels: Values = np.rint(values.astype(np.float64) * self.divisor)
            return levels.astype(self.dtype)

    @property
    def _axis(self) -> int:
        """The axis of the fourth channel in (n, ...)."""
        return -1 if self.channel == LAST else 1

    @classmethod
    def candidates(cls, values: Values) -> Iterator[Self]:
        """Recasts that keep all channels, the narrowest first."""
        low, high = values.min().item(), values.max().item()
        real = values.dtype.kind == "f"
        widest = min(values.dtype.itemsize - 1, _WIDEST_WHOLE if real else values.dtype.itemsize)
        for dtype in _INTEGERS:
            limits = np.iinfo(dtype)
            if dtype.itemsize <= widest and limits.min <= low and high <= limits.max:
                yield cls(CAST, dtype)
        if real and low >= 0 and high <= 1:
            for divisor, dtype in _DIVISORS:
                if dtype.itemsize < values.dtype.itemsize:
                    yield cls(DIVIDED, dtype, divisor)
                    yield cls(MULTIPLIED, dtype, divisor)
        for narrow in _FLOATS if real else ():
            if narrow.itemsize < values.dtype.itemsize:
                yield cls(CAST, narrow)

    def without_constant(self, narrow: Values, *, alone: bool = False) -> Self | None:
        """This one, less a fourth channel that is constant in narrowed values (n, ...).

        Without such a channel: this one, or None if it changes nothing by itself (`alone`).
        """
        for channel, axis in ((LAST, -1), (FIRST, 1)):
            if narrow.ndim == _COLOURS and narrow.shape[axis] == _COLOURS:
                fourth = np.ascontiguousarray(narrow.take(3, axis))
                one = fourth.reshape(-1)[:1].tobytes()
                if fourth.tobytes() == one * fourth.size:
                    return type(self)(self.way, self.dtype, self.divisor, channel, one)
        return None if alone else self

    def possible(self, dtype: np.dtype[np.generic], frame: Shape) -> bool:
        """Whether values of this type and shape may have been narrowed so."""
        four = {ALL: _COLOURS, LAST: frame[-1:] and frame[-1], FIRST: frame[:1] and frame[0]}
        if four.get(self.channel) != _COLOURS or (self.channel != ALL and len(frame) != 3):
            return False
        if self.way == CAST:
            alike = dtype == self.dtype and self.channel != ALL
            kind = dtype.kind == "f" or (dtype.kind in "iu" and self.dtype.kind in "iu")
            return not self.divisor and kind and (alike or self.dtype.itemsize < dtype.itemsize)
        small = self.dtype.kind == "u" and self.dtype.itemsize < min(dtype.itemsize, 4)
        return self.way <= MULTIPLIED and dtype.kind == "f" and small and self.divisor > 0


Narrowing = Recast | DecimalColumns | Ladders
"""How values were narrowed."""


def narrowing(payload: bytes, dtype: np.dtype[np.generic], shape: Shape) -> tuple[Narrowing, bytes]:
    """How a payload says that values (n, ...) were narrowed, and the rest; raises CorruptFile."""
    if payload[:1] == bytes([DECIMAL]):
        return DecimalColumns.read(payload, dtype, shape)
    if payload[:1] == bytes([LADDERS]):
        return Ladders.read(payload, dtype, shape)
    return Recast.read(payload, dtype, shape[1:])


def found(values: Values) -> Narrowing | None:
    """How values (n, ...) are narrowed best, if at all."""
    kinds: tuple[type[Narrowing], ...] = (Recast, DecimalColumns, Ladders)
    return next((one for kind in kinds if (one := kind.find(values)) is not None), None)


def _damaged() -> CorruptFile:
    return CorruptFile("a chunk was narrowed in a way that its values cannot be; restore the file")
