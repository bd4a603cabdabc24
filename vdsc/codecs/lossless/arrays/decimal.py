"""Alphabets of floats that came from text: few digits after the point, few in all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vdsc.core.types import Ints
from vdsc.quant.ordinal import Numbers, reals

PLACES = 15
"""The most digits after the point."""

DIGITS = 14
"""More digits than a K has."""

_LIMIT = 1 << 40
TENS = 10 ** np.arange(DIGITS)


@dataclass(frozen=True)
class Decimal:
    """Floats nearest to K / 10**places with at most `digits` significant digits in K.

    A value is the float64 quotient of two exact integers, rounded to the dtype: one way only.
    Levels are K. Ranks skip what has too many digits; where `signed`, -0.0 is a rank of its own
    and those of negative values move down by one. With digits = 2 and places = 1

        value   0.0  0.1 ...  9.9   10.   11. ... 99.   100.
        K         0    1       99   100   110     990   1000
        rank      0    1       99   100   101     189    190
    """

    dtype: np.dtype[Any]
    places: int
    digits: int
    signed: bool

    @classmethod
    def of(cls, values: Numbers) -> Decimal | None:
        """Return the coarsest such alphabet that holds all of values (...), if there is one."""
        exact = reals(values).ravel()
        if not exact.size or not np.isfinite(exact).all():
            return None
        largest = float(np.abs(exact).max())
        for places in range(PLACES + 1):
            if largest * 10.0**places >= _LIMIT:
                return None
            scaled = np.rint(exact * float(10**places)).astype(np.int64)
            if (_shrunk(scaled, places, values.dtype) == values.ravel()).all():
                signed = bool((np.signbit(exact) & (exact == 0)).any())
                return cls._coarsest(values, places, signed=signed)
        return None

    @classmethod
    def _coarsest(cls, values: Numbers, places: int, *, signed: bool) -> Decimal:
        """Return the alphabet with the fewest significant digits."""
        for digits in range(1, len(TENS)):
            narrow = cls(values.dtype, places, digits, signed)
            if narrow.holds(values):
                return narrow
        return cls(values.dtype, places, len(TENS), signed)

    def holds(self, values: Numbers) -> bool:
        """Return whether every one of values (...) is such a decimal, bit for bit."""
        return bool(_same(self.values(self._nearest(values)), values).all())

    def sparser(self, values: Numbers) -> bool:
        """Return whether values (...) are further apart here than among all floats, on average."""
        exact = np.abs(reals(values)).ravel()
        native = np.abs(values.astype(values.dtype.newbyteorder("="))).ravel()
        spacing = np.spacing(np.minimum(native, np.finfo(native.dtype).max / 2))  # of max: overflow
        size = np.rint(exact * float(10**self.places)).astype(np.int64)
        steps = TENS[self._dropped(size)] / float(10**self.places)
        return bool(np.log2(steps).mean() > np.log2(spacing.astype(np.float64)).mean())

    def ranks(self, values: Numbers) -> Ints:
        """Return the ranks of values (...), which the alphabet must hold."""
        return self._nearest(values)

    def values(self, ranks: Ints) -> Numbers:
        """Return K / 10**places, rounded to the dtype."""
        below = ranks < 0
        value = _shrunk(self._size(ranks), self.places, self.dtype)
        return np.where(below, -value, value).astype(self.dtype)

    def levels(self, ranks: Ints) -> Ints:
        """Return K (...)."""
        size = self._size(ranks)
        levels: Ints = np.where(ranks < 0, -size, size)
        return levels

    def first(self, levels: Ints) -> Ints:
        """Return the least rank with K >= level."""
        above = self._number(np.maximum(levels, 0) + self._slack(levels))
        under = -self._number(np.maximum(-levels, 0)) - self.signed
        ranks: Ints = np.where(levels > 0, above, under)
        return ranks

    def grain(self, levels: Ints) -> Ints:
        """Return 0 where neighbouring levels are ranks, else enough for two ranks or more."""
        step = TENS[self._dropped(np.abs(levels))]
        digits: Ints = np.where(step > 1, np.frexp(step.astype(np.float64))[1] + 1, 0)
        return digits.astype(np.int64)

    def _nearest(self, values: Numbers) -> Ints:
        """The ranks of the decimals next to values (...); of what is no number, any."""
        with np.errstate(over="ignore"):
            scaled = np.abs(reals(values)) * float(10**self.places)
        size = np.rint(np.where(scaled < _LIMIT, scaled, 0)).astype(np.int64)
        half = TENS[self._dropped(size)] >> 1
        ranks = self._number(size + half)
        below: Ints = np.where(np.signbit(values), -ranks - self.signed, ranks)
        return below

    def _dropped(self, size: Ints) -> Ints:
        """How many trailing digits of K (...) >= 0 must be zero."""
        places: Ints = np.searchsorted(TENS, size, side="right")
        return np.maximum(places - self.digits, 0)

    def _slack(self, levels: Ints) -> Ints:
        """What to add to a positive level so that rounding down rounds up."""
        return TENS[self._dropped(np.maximum(levels, 0))] - 1

    def _number(self, size: Ints) -> Ints:
        """The rank of the largest allowed K <= size (...), size >= 0."""
        drop = self._dropped(size)
        number: Ints = drop * self._decade + size // TENS[drop]
        return number

    def _size(self, ranks: Ints) -> Ints:
        """K (...) >= 0 of ranks (...)."""
        number = np.where(ranks < 0, -ranks - self.signed, ranks)
        drop = np.maximum((number - TENS[self.digits - 1]) // self._decade, 0)
        drop = np.minimum(drop, len(TENS) - 1)
        size: Ints = (number - drop * self._decade) * TENS[drop]
        return size

    @property
    def _decade(self) -> int:
        """How many ranks one power of ten holds, where digits are dropped."""
        return 9 * int(TENS[self.digits - 1])


def _shrunk(scaled: Ints, places: int, dtype: np.dtype[Any]) -> Numbers:
    """Integers (...) divided by 10**places, rounded to float64 and then to the dtype."""
    with np.errstate(over="ignore"):  # a candidate that overflows is not the value
        return (scaled.astype(np.float64) / float(10**places)).astype(dtype)


def _same(one: Numbers, other: Numbers) -> NDArray[np.bool_]:
    """Whether values (...) of one dtype are equal, signs of zeros included."""
    same: NDArray[np.bool_] = (one == other) & (np.signbit(one) == np.signbit(other))
    return same
