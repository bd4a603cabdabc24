"""Values between the samples of an axis, and at other scales: cubics of six samples, in integers.

A sample that is z samples away weighs h(z), the kernel of cubic convolution that gives back cubics
exactly (Keys 1981):

    12 h(z) = 16 z^3 - 28 z^2 + 12             z < 1
              -7 z^3 + 36 z^2 - 59 z + 30      1 <= z < 2
              z^3 - 8 z^2 + 21 z - 18          2 <= z < 3

At scales below 1 distances are those at the new scale, so that what is too fine for it is left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import ceil

import numpy as np

from vdsc.codecs.field.lapped import EXACT, PLACES
from vdsc.core.types import Floats, Ints
from vdsc.errors import CorruptFile

SHARE = 16
"""Binary places of a position between two samples."""

REACH = 3
"""Samples on either side of a position that have weight."""

_FINE = 24  # binary places of the kernel


@dataclass(frozen=True, eq=False)
class Sampling:
    """What m values are made of.

    Args:
        taps: (m, t) the numbers of the samples that have weight; beyond the ends the last ones.
        weights: (m, t) integers with 15 binary places, each row of which sums to 1.
    """

    taps: Ints
    weights: Floats

    @classmethod
    def scaled(cls, samples: int, scale: Fraction, begin: int, end: int) -> Sampling:
        """Values begin..end-1 of an axis at a scale: value i is at (i + 1/2) / scale - 1/2."""
        p, q = scale.numerator, scale.denominator
        i = np.arange(begin, end, dtype=np.int64)
        at = ((((2 * i + 1) * q - p) << SHARE) + p) // (2 * p)
        at = np.minimum(at, (2 * samples - 1) << (SHARE - 1))
        before = at >> SHARE
        return cls._of(before, at - (before << SHARE), samples, min(scale, Fraction(1)))

    @classmethod
    def between(cls, before: Ints, share: Ints, samples: int) -> Sampling:
        """Values behind samples `before` (m,), by `share` (m,) 2^16ths of the way to the next."""
        return cls._of(before, share, samples, Fraction(1))

    @classmethod
    def _of(cls, before: Ints, share: Ints, samples: int, scale: Fraction) -> Sampling:
        p, q = scale.numerator, scale.denominator
        reach = ceil(REACH / scale)
        off = np.arange(1 - reach, reach + 1, dtype=np.int64)
        away = np.abs(share[:, None] - (off << SHARE))
        away = (2 * p * away + q) // (2 * q)
        height = _kernel(away)
        total = height.sum(axis=1, keepdims=True)
        weights = ((height << (PLACES + 1)) + total) // (2 * total)
        nearest = away.argmin(axis=1)[:, None]
        rest = (1 << PLACES) - weights.sum(axis=1, keepdims=True)
        np.put_along_axis(weights, nearest, np.take_along_axis(weights, nearest, 1) + rest, 1)
        taps = np.clip(before[:, None] + off, 0, samples - 1)
        return cls(taps, weights.astype(np.float64))

    def span(self, begin: int, end: int) -> tuple[int, int] | None:
        """First and one-past-last of the samples begin..end-1 that have weight, if any has."""
        meant = self.taps[(self.weights != 0) & (self.taps >= begin) & (self.taps < end)]
        return (int(meant.min()), int(meant.max()) + 1) if meant.size else None

    def __call__(self, values: Floats, axis: int, numbers: Ints) -> Floats:
        """Values of samples, both integers: those of rising numbers, which have all the weight.

        Raises CorruptFile for huge ones, and where a sample that has weight is not there.
        """
        largest = max(float(values.max(initial=0)), -float(values.min(initial=0)))
        if largest * float(np.abs(self.weights).sum(axis=1).max()) >= EXACT:
            raise CorruptFile("values are impossibly large; the file is damaged")
        held = np.moveaxis(values, axis, 0)
        places = np.minimum(np.searchsorted(numbers, self.taps), len(numbers) - 1)
        if not len(numbers) or (self.weights[numbers[places] != self.taps] != 0).any():
            raise CorruptFile("frames have one time, or it falls; ask for the file's own times")
        made = np.zeros((len(self.taps), *held.shape[1:]))
        for place, weight in zip(places.T, self.weights.T, strict=True):
            if weight.any():
                made += held[place] * weight.reshape(-1, *[1] * (held.ndim - 1))
        made *= 0.5**PLACES
        made += 0.5
        return np.moveaxis(np.floor(made, out=made), 0, axis)


def _kernel(away: Ints) -> Ints:
    """The kernel h, with 24 binary places, of distances with 16 of them; rounded half up."""
    one = np.int64(1) << SHARE
    z = np.minimum(away, REACH * one)
    near = (16 * z - 28 * one) * z * z + 12 * one**3
    middle = ((-7 * z + 36 * one) * z - 59 * one**2) * z + 30 * one**3
    far = ((z - 8 * one) * z + 21 * one**2) * z - 18 * one**3
    whole = np.where(z < one, near, np.where(z < 2 * one, middle, far))
    unit = 12 << (3 * SHARE - _FINE)
    found: Ints = (whole + unit // 2) // unit
    return found
