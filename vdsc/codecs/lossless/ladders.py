"""Channels that climb in steps of their own, as the numbers of the steps: scaled readings.

    -0.591434  -0.591424  1.72682     from -0.591434 by 1.029e-05      0  1  225292

Each series of a set is often shifted and scaled by itself, so that no step suits all of them. What
rounding made of a step is kept, once for each step that occurs in a channel.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from math import prod
from typing import Any, Self

import numpy as np

from vdsc.codecs.lossless.arrays.alphabet import Binary
from vdsc.codecs.lossless.arrays.decimal import Decimal
from vdsc.codecs.lossless.arrays.fields import Fields, pack
from vdsc.codecs.lossless.arrays.spelling import alphabet_of, read, spelt
from vdsc.codecs.lossless.stairs import stair
from vdsc.codecs.lossless.strays import Strays
from vdsc.container import varint
from vdsc.core.types import Floats, Ints, Values
from vdsc.errors import CorruptFile

LADDERS = 4
"""The way of a recast; its others are in `recast.py` and `decimal_columns.py`."""

MOST = 1 << 10
"""Channels that are looked at."""

PROBES = 8
"""Channels by which an axis is chosen."""

FEW = 32
"""Values of a channel below which no step is looked for."""

WORTH = 0.5
"""Bits that a value must get smaller by."""

SMALL, LARGE = np.dtype("<i4"), np.dtype("<i8")
"""Types of numbers, which a payload calls 4 and 8."""


@dataclass(frozen=True, slots=True)
class Ladders:
    """From where (C,) and by how much (C,) each channel climbs along an axis.

    A channel of step 0 has the ranks of `whole` for numbers. `off` says by how many ranks of
    `whole` a step is off, for the numbers of the first channel in their order, then the second's.
    Two are equal if their channels are.
    """

    axis: int
    dtype: np.dtype[np.generic]
    whole: Binary | Decimal
    starts: tuple[float, ...]
    steps: tuple[float, ...]
    off: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64), compare=False)
    strays: Strays = field(default=Strays(), compare=False)

    @classmethod
    def find(cls, values: Values) -> Self | None:
        """Those of values (n, ...), None where they are not worth it."""
        if values.dtype.kind != "f" or values.dtype.itemsize < 4 or not np.isfinite(values).all():
            return None
        axis = _axis(values)
        if axis is None:
            return None
        whole = alphabet_of(values.reshape(len(values), -1))
        if not isinstance(whole, Binary | Decimal):
            return None
        rows = _rows(values, axis)
        found = np.array([stair(column) or (0.0, 0.0) for column in rows.T.astype(np.float64)])
        starts, steps = found.T
        saved = cls(axis, LARGE, whole, _each(starts), _each(steps)).saved(rows)
        worth = saved > WORTH
        if len(rows) * saved[worth].sum() < WORTH * values.size:
            return None
        made = cls(axis, LARGE, whole, _each(starts * worth), _each(steps * worth)).again(values)
        return None if made is None else made.smaller(values)

    def smaller(self, values: Values) -> Self:
        """The same with small numbers, where those of values (n, ...) are."""
        small = np.abs(self._numbers(_rows(values, self.axis))).max() < 1 << 31
        return replace(self, dtype=SMALL) if small else self

    def again(self, values: Values) -> Self | None:
        """The same channels of other values (n, ...), None where they do not lie on them."""
        rows = _rows(values, self.axis)
        if rows.shape[1] != len(self.starts) or not np.isfinite(values).all():
            return None
        if not self.whole.holds(values):
            return None
        numbers = self._numbers(rows)
        off = self.whole.ranks(rows) - self._ranks(numbers)
        where, count = self._distinct(numbers)
        once = np.zeros(count, dtype=np.int64)
        for channel, at in where:
            once[at] = off[:, channel]
            off[:, channel] -= once[at]
        wrong = _unrolled(off != 0, values.shape, self.axis)
        strays = Strays.at(np.flatnonzero(wrong), values)
        return None if strays is None else replace(self, off=once, strays=strays)

    def narrow(self, values: Values) -> Values | None:
        """Numbers of steps (n, ...), or None if they would not give every bit back."""
        numbers = self._numbers(_rows(values, self.axis)).astype(self.dtype)
        made = _unrolled(numbers, values.shape, self.axis)
        again = self.widen(made, values.dtype)
        return made if again.tobytes() == values.tobytes() else None

    def widen(self, narrow: Values, dtype: np.dtype[np.generic]) -> Values:
        """The values (n, ...) of numbers; raises CorruptFile if these are not those of `off`."""
        numbers = _rows(narrow, self.axis).astype(np.int64)
        where, count = self._distinct(numbers)
        if count != self.off.size:
            raise _damaged()
        ranks = self._ranks(numbers)
        for channel, at in where:
            ranks[:, channel] += self.off[at]
        values = self.whole.values(ranks).astype(dtype)
        made = _unrolled(values, narrow.shape, self.axis)
        self.strays.put(made)
        return made

    def frame(self, frame: tuple[int, ...]) -> tuple[int, ...]:
        """The shape of a frame of numbers."""
        return frame

    def to_bytes(self) -> bytes:
        """The bytes that `read` reads."""
        lines = [np.array(part).view(np.int64) for part in (self.starts, self.steps)]
        fields: list[Any] = [[self.axis], *spelt(self.whole), *lines, [self.off.size], self.off]
        packed = pack([np.asarray(one, dtype=np.int64) for one in fields])
        head = bytes([LADDERS, self.dtype.itemsize])
        return head + varint.put(len(packed)) + packed + self.strays.to_bytes()

    @classmethod
    def read(
        cls, payload: bytes, dtype: np.dtype[np.generic], shape: tuple[int, ...]
    ) -> tuple[Self, bytes]:
        """What `to_bytes` says at the start of a payload of values, and what is behind it.

        Raises CorruptFile for what no values of this type and shape (n, ...) can have.
        """
        kinds: dict[int, np.dtype[np.generic]] = {4: SMALL, 8: LARGE}
        kind = kinds.get(payload[1] if len(payload) > 1 else 0)
        if dtype.kind != "f" or dtype.itemsize < 4 or kind is None:
            raise _damaged()
        size, at = varint.get(payload, 2)
        fields = Fields(payload[at : at + size], limit=256 + 32 * prod(shape))
        axis = fields.one(0, len(shape) - 1)
        whole = read(fields, dtype, 0)
        channels = prod(shape) // shape[axis]
        starts, steps = (fields.take(channels).view(np.float64) for _ in range(2))
        off = fields.take(fields.one(0, prod(shape)))
        fields.end()
        right = np.isfinite(starts).all() and np.isfinite(steps).all()
        if len(payload) < at + size or not isinstance(whole, Binary | Decimal) or not right:
            raise _damaged()
        strays, end = Strays.read(payload, at + size, shape, dtype)
        return cls(axis, kind, whole, _each(starts), _each(steps), off, strays), payload[end:]

    def _numbers(self, rows: Values) -> Ints:
        """The nearest numbers (S, C) of values."""
        steps = np.array(self.steps)
        with np.errstate(all="ignore"):
            near = np.rint((rows.astype(np.float64) - np.array(self.starts)) / steps)
            fit = np.where(np.abs(near) < 1 << 62, near, 0).astype(np.int64)
        return np.where(steps == 0, self.whole.ranks(rows), fit)

    def saved(self, rows: Values) -> Floats:
        """Bits (C,) that values (S, C) need less each where steps are told instead of ranks."""
        steps, ranks = np.array(self.steps), self.whole.ranks(rows)
        off = np.log2(1 + 2 * np.abs(ranks - self._ranks(self._numbers(rows)))).mean(axis=0)
        with np.errstate(all="ignore"):
            spaces = [np.abs((self.whole.values(ranks + i) - rows).astype("f8")) for i in (-1, 1)]
            saved = np.log2(steps) - np.log2(np.maximum(*spaces)).mean(axis=0)
        distinct = np.array([np.unique(column).size for column in rows.T])
        return np.where(steps > 0, saved - (128 + distinct * (1 + off)) / len(rows), 0)

    def _ranks(self, numbers: Ints) -> Ints:
        """The ranks (S, C) of what lies at numbers, before anything is off."""
        steps = np.array(self.steps)
        with np.errstate(all="ignore"):
            exact = np.array(self.starts) + steps * numbers.astype(np.float64)
            near = self.whole.ranks(exact.astype(self.whole.dtype))
        return np.where(steps == 0, numbers, near)

    def _distinct(self, numbers: Ints) -> tuple[list[tuple[int, Ints]], int]:
        """Which entry of `off` is that of each number, by channel with a step; and how many."""
        count, where = 0, []
        for channel in np.flatnonzero(self.steps).tolist():
            distinct, at = np.unique(numbers[:, channel], return_inverse=True)
            where.append((channel, at + count))
            count += distinct.size
        return where, count


def _rows(values: Values, axis: int) -> Values:
    """Values (n, ...) as a matrix (S, C) that runs along an axis."""
    return np.moveaxis(values, axis, 0).reshape(values.shape[axis], -1)


def _unrolled(rows: Values, shape: tuple[int, ...], axis: int) -> Values:
    """The inverse of `_rows`."""
    others = shape[:axis] + shape[axis + 1 :]
    return np.ascontiguousarray(np.moveaxis(rows.reshape(shape[axis], *others), 0, axis))


def _each(numbers: Floats) -> tuple[float, ...]:
    """Numbers (C,) as Python's."""
    return tuple(numbers.tolist())


def _axis(values: Values) -> int | None:
    """The axis along which a few channels of values climb in steps most often, if any do."""
    best: tuple[int, int | None] = (0, None)
    for axis, length in enumerate(values.shape):
        channels = values.size // length
        if length >= FEW and channels <= MOST:
            rows = _rows(values, axis)
            some = np.unique(np.linspace(0, channels - 1, PROBES).astype(np.int64))
            found = sum(stair(rows[:, one].astype(np.float64)) is not None for one in some)
            best = max(best, (found, axis), key=lambda one: one[0])
    return best[1]


def _damaged() -> CorruptFile:
    return CorruptFile("the steps of a chunk's channels cannot be right; restore the file")
