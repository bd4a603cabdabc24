"""From a path and whole corrections to values.

value = path + correction x step, as a number of the file's type
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from vdsc.codecs.bounded.raw_values import impossible, raw
from vdsc.container import varint
from vdsc.core.types import Floats, Ints, Values
from vdsc.quant.held import held

LARGEST = 1 << 38
"""Corrections may be so large; with the larger parts of steps they are exact."""

COARSE, FINE = 7, 14
"""Binary digits of steps, where there is one for each channel and few frames, and else."""

FEW = 700
"""Frames for which finer steps are not worth their bytes."""

MARGIN = 1 - 2**-20
"""Steps are so much less than twice the error: values half way between two of them are safe."""

WHOLE, WRAP = 1 << 52, 1 << 64
"""Integers below the first are exact in doubles, with room to spare; those of 64 bits wrap."""

WORTH = 0.05
"""Where rounding to the file's type takes more of the error than this, patches cost less."""

LOWEST = -1074
"""The exponent of the smallest number."""


@dataclass(frozen=True, eq=False)
class ErrorGrid:
    """The steps (C,) of all places of a frame; of 0 where a place keeps its `still` value (C,).

    origin: what integers are counted from that are too large for doubles and near each other, else
    0.
    """

    dtype: np.dtype[Any]
    mantissas: Ints
    exponents: Ints
    still: Values
    origin: int = 0

    @classmethod
    def of(cls, bounds: Floats, least: Values, largest: Values, frames: int) -> ErrorGrid:
        """Steps for errors (C,) of so many frames whose values lie between least and largest."""
        dtype = least.dtype.newbyteorder("=")
        if dtype.kind != "f":
            mantissas = 2 * np.minimum(np.floor(bounds), float(LARGEST)).astype(np.int64) + 1
            zero = np.zeros_like(mantissas)
            low, high = int(least.min()), int(largest.max())
            origin = low if high - low < WHOLE <= max(abs(low), abs(high)) else 0
            return cls(dtype, mantissas, zero, np.zeros(len(bounds), dtype), origin)
        apart = bool((bounds[bounds > 0] != bounds.max()).any())
        digits = COARSE if apart and frames < FEW else FINE
        with np.errstate(over="ignore"):
            lost = np.spacing(np.maximum(np.abs(least), np.abs(largest))).astype(np.float64) / 2
        if not apart:
            lost = lost.max()
        wide = 2 * np.where(lost < WORTH * bounds, bounds - lost, bounds) * MARGIN
        exponents = np.maximum(np.frexp(wide)[1] - digits, LOWEST).astype(np.int64)
        mantissas = np.floor(np.ldexp(wide, -exponents)).astype(np.int64)
        mantissas = np.where(bounds > 0, np.maximum(mantissas, 1), 0)
        still = np.where(mantissas == 0, least, np.zeros_like(least)).astype(dtype)
        return cls(dtype, mantissas, np.where(mantissas == 0, 0, exponents), still)

    @property
    def steps(self) -> Floats:
        """(C,) as they are."""
        found: Floats = np.ldexp(self.mantissas.astype(np.float64), self.exponents)
        return found

    def nearest(self, values: Values, path: Floats) -> Ints:
        """Corrections (n, C) that bring a path (n, C) nearest to values (n, C); 0 where too far."""
        steps = self.steps
        path = self._whole(path)
        with np.errstate(over="ignore", invalid="ignore"):
            off = self.reals(values) - path
            found = np.rint(off / np.where(steps > 0, steps, np.inf))
        return np.where(np.abs(found) <= LARGEST, found, 0).astype(np.int64)

    def values(self, path: Floats, corrections: Ints) -> Values:
        """Values (n, C) of a path (n, C) with corrections (n, C)."""
        with np.errstate(over="ignore"):
            made = self._held(self._whole(path) + corrections * self.steps)
        return np.where(self.mantissas == 0, self.still, made)

    def reals(self, values: Values) -> Floats:
        """Values (n, C) as doubles, counted from the origin; 0 where they stand still."""
        if self.origin:
            values = (values.astype(np.uint64) - np.uint64(self.origin % WRAP)).view(np.int64)
        found: Floats = np.where(self.mantissas == 0, 0.0, values.astype(np.float64))
        return found

    def _held(self, reals: Floats) -> Values:
        """The nearest numbers of the type to doubles that count from the origin."""
        if not self.origin:
            return held(reals, self.dtype)
        ends = np.iinfo(self.dtype)
        low, high = (float(min(max(e - self.origin, -WHOLE), WHOLE)) for e in (ends.min, ends.max))
        away = np.rint(np.clip(reals, low, high)).astype(np.int64).view(np.uint64)
        return (away + np.uint64(self.origin % WRAP)).astype(self.dtype)

    def _whole(self, path: Floats) -> Floats:
        """The path as it is corrected: for integers, whole numbers."""
        return path if self.dtype.kind == "f" else np.rint(path)

    def to_bytes(self) -> bytes:
        """Whether steps differ, then of one or of all: mantissa, exponent or still value.

        Before them, of integers, the origin.
        """
        same = bool((self.mantissas == self.mantissas[0]).all() and self.mantissas[0])
        same = same and bool((self.exponents == self.exponents[0]).all())
        out, last = bytearray([not same]), 0
        out += b"" if self.dtype.kind == "f" else varint.put(self.origin % WRAP)
        for i in range(1 if same else len(self.mantissas)):
            mantissa, exponent = int(self.mantissas[i]), int(self.exponents[i])
            out += varint.put(mantissa)
            if not mantissa:
                out += self.still[i].astype(self.dtype.newbyteorder("<")).tobytes()
            elif self.dtype.kind == "f":
                out += varint.put_signed(exponent - last)
                last = exponent
        return bytes(out)

    @classmethod
    def read(cls, body: bytes, channels: int, dtype: np.dtype[Any]) -> tuple[ErrorGrid, int]:
        """The inverse of `to_bytes` at the start of a body, and where it ends.

        Raises CorruptFile for steps that no encoder makes.
        """
        native = np.dtype(dtype).newbyteorder("=")
        same, at = varint.get(body, 0)
        count, last = channels if same else 1, 0
        if same > 1:
            raise impossible()
        origin = 0
        if native.kind != "f":
            origin, at = varint.get(body, at)
            origin -= WRAP if origin > np.iinfo(native).max else 0
            if origin and origin < np.iinfo(native).min:
                raise impossible()
        mantissas, exponents = (np.zeros(count, dtype=np.int64) for _ in range(2))
        still = np.zeros(channels, native)
        for i in range(count):
            mantissa, at = varint.get(body, at)
            if not mantissa:
                still[i], at = raw(body, at, native, 1)[0], at + native.itemsize
            elif native.kind == "f":
                step, at = varint.get_signed(body, at)
                last += step
            if mantissa > 2 * LARGEST + 1 or not LOWEST <= last <= 1023 or not (same or mantissa):
                raise impossible()
            mantissas[i], exponents[i] = mantissa, last if mantissa else 0
        each, powers = (np.broadcast_to(part, channels).copy() for part in (mantissas, exponents))
        return cls(native, each, powers, still, origin), at
