"""Which values can occur, in order, and where they lie on a line of integers.

A rank numbers the values that an alphabet holds, without gaps; a level says where a rank lies.
Prediction works on levels, so it is linear in the values; what a level leaves open is coded as
one of the few ranks that lie there.

    values   -2.5   -0.0  0.0   1.25          decimals, 2 digits after the point
    ranks     -251    -1    0    125
    levels    -250     0    0    125
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

import numpy as np

from vdsc.core.fixed import clamp
from vdsc.core.types import Ints
from vdsc.quant.ordinal import Numbers, numbers, ordinals, reals, span

REACH = 1 << 40
"""Levels lie within [-REACH, REACH]."""

MANTISSA = {2: 11, 4: 24, 8: 53}
LEAST = {2: -14, 4: -126, 8: -1022}  # exponents of the smallest normal floats

COARSEST = -984
"""The least scale of floats: all that is finite then lies within the levels."""

FINEST = {2: 63, 4: 188, 8: 1000}
"""The largest scale of floats, by their bytes."""


class Alphabet(Protocol):
    """An ordered set of values of one dtype."""

    @property
    def dtype(self) -> np.dtype[Any]:
        """The dtype of the values."""
        ...

    def holds(self, values: Numbers) -> bool:
        """Return whether every one of values (...) is in the alphabet, bit for bit."""
        ...

    def ranks(self, values: Numbers) -> Ints:
        """Return the ranks (...) of values (...), which the alphabet must hold."""
        ...

    def values(self, ranks: Ints) -> Numbers:
        """Return the values (...) at ranks (...)."""
        ...

    def levels(self, ranks: Ints) -> Ints:
        """Return the levels (...) of ranks (...): not decreasing."""
        ...

    def first(self, levels: Ints) -> Ints:
        """Return the least rank (...) whose level is at least levels (...), modulo 2**64."""
        ...

    def grain(self, levels: Ints) -> Ints:
        """Return k (...) such that 2**k neighbouring levels hold about one rank or more."""
        ...


@dataclass(frozen=True)
class Whole:
    """Every step-th integer from base on: rank r is base + step r, of level r >> drop.

    Sums and products wrap modulo 2**64, which loses nothing.
    """

    dtype: np.dtype[Any]
    base: int
    step: int
    drop: int

    @classmethod
    def of(cls, values: Numbers) -> Whole:
        """Return the smallest such alphabet that holds the integers `values` (...)."""
        if not values.size:
            return cls(values.dtype, 0, 1, 0)
        keys = ordinals(values)
        low, high = int(keys.min()), int(keys.max())
        if high - low >= 1 << 62:
            return cls(values.dtype, 0, 1, 23)
        step = max(int(np.gcd.reduce(keys.ravel() - low)), 1)
        base = low % step if max(abs(low), abs(high)) < 1 << 62 else low
        reach = max(abs((low - base) // step), abs((high - base) // step))
        return cls(values.dtype, base, step, max(reach.bit_length() - 40, 0))

    def holds(self, values: Numbers) -> bool:
        """Return whether no value lies between the steps or beyond the levels."""
        ranks = self.ranks(values)
        if (np.abs(self._levels(ranks)) > REACH).any():
            return False
        return bool((ordinals(self.values(ranks)) == ordinals(values)).all())

    def ranks(self, values: Numbers) -> Ints:
        """Return the ranks, rounded down."""
        ranks: Ints = (ordinals(values) - np.int64(self.base)) // np.int64(self.step)
        return ranks

    def values(self, ranks: Ints) -> Numbers:
        """Return base + step r, modulo the dtype's size."""
        return numbers(ranks * np.int64(self.step) + np.int64(self.base), self.dtype)

    def levels(self, ranks: Ints) -> Ints:
        """Return r >> drop, clipped."""
        return clamp(self._levels(ranks), -REACH, REACH)

    def first(self, levels: Ints) -> Ints:
        """Return level << drop."""
        return levels << self.drop

    def grain(self, levels: Ints) -> Ints:
        """Return 0: each level holds a rank."""
        return np.zeros_like(levels)

    def _levels(self, ranks: Ints) -> Ints:
        return ranks >> self.drop


@dataclass(frozen=True)
class Binary:
    """Every float of a dtype, NaNs included: ranks are ordinals, levels floor(value 2**scale)."""

    dtype: np.dtype[Any]
    scale: int

    @classmethod
    def of(cls, values: Numbers) -> Binary:
        """Return the alphabet whose levels resolve the largest of the values (...) to 2**-39."""
        sizes = np.abs(reals(values[np.isfinite(values)]))
        largest = float(sizes.max()) if sizes.size else 0.0
        scale = 40 - int(np.frexp(largest)[1])
        return cls(values.dtype, min(max(scale, COARSEST), FINEST[values.dtype.itemsize]))

    def holds(self, values: Numbers) -> bool:
        """Return True."""
        return True

    def ranks(self, values: Numbers) -> Ints:
        """Return the ordinals."""
        return ordinals(values)

    def values(self, ranks: Ints) -> Numbers:
        """Return the floats with these ordinals."""
        return numbers(ranks, self.dtype)

    def levels(self, ranks: Ints) -> Ints:
        """Return floor(value 2**scale), clipped; NaNs lie where their infinity lies."""
        value = reals(numbers(ranks, self._native))
        with np.errstate(over="ignore", under="ignore", invalid="ignore"):
            scaled = np.floor(np.ldexp(value, self.scale))
        scaled -= (value < 0) & (scaled == 0)  # too small for a float64, but below 0
        scaled = np.where(np.isnan(scaled), np.where(ranks < 0, -np.inf, np.inf), scaled)
        return np.clip(scaled, -REACH, REACH).astype(np.int64)

    def first(self, levels: Ints) -> Ints:
        """Return the ordinal of the least float at or above level 2**-scale."""
        with np.errstate(over="ignore", under="ignore"):
            exact = np.ldexp(levels.astype(np.float64), -self.scale)
            near = exact.astype(self._native)
        ranks = ordinals(near) + (near.astype(np.float64) < exact)
        ranks[near == 0] = np.where(exact[near == 0] > 0, 1, -1)  # -0.0 comes before 0.0
        low, high = span(self.dtype)
        ranks = np.where(levels <= -REACH, low, ranks)
        ranks[levels > REACH] = np.int64(high)
        ranks[levels > REACH] += 1
        return ranks

    def grain(self, levels: Ints) -> Ints:
        """Return the binary digits of the level beyond those of the mantissa."""
        digits = np.frexp(levels.astype(np.float64))[1].astype(np.int64)
        least = self.scale + LEAST[self.dtype.itemsize] + 1
        mantissa = MANTISSA[self.dtype.itemsize]
        grain: Ints = np.maximum(np.maximum(digits, least) - mantissa, 0)
        return grain

    @cached_property
    def _native(self) -> np.dtype[Any]:
        return self.dtype.newbyteorder("=")
