"""Where a number is expected: what all places learn together, then what each learns alone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vdsc.codecs.lossless.arrays.solve import WEIGHT, solve
from vdsc.codecs.lossless.fronts.front_order import AGE, Front
from vdsc.codecs.lossless.fronts.front_sight import NEXT, POINT, SEEN
from vdsc.core.fixed import clamp
from vdsc.core.types import Ints

LARGE = 1 << 16
"""Features lie within it."""

TOGETHER = len(SEEN) + 1

_AROUND = ((0, 0, -1), (0, -1, 0), (0, -1, 1), (1, 0, 1), (1, 1, 0), (2, 0, 0))
AROUND = [SEEN.index(one) for one in _AROUND]
"""What a place's own weights see of what is seen: left, above, above right, and frames before."""

OWN = 3 + NEXT + len(AROUND)
"""And the change that all expect, the error a frame before, 1, and the errors beside."""

FORGET_TOGETHER, FORGET_OWN = 9, 8
"""Moments shrink by 2**-9 a front, and by 2**-8 a frame."""

RIDGE_TOGETHER, RIDGE_OWN = 11, 40
LEAST = 12

EAGER, SELDOM = 64, 4
"""After so many fronts the weights of all are solved for at every fourth only."""

FIRST = (48, 48, -32)
"""64ths of the numbers beside, above, and above beside: the mean in the first frame."""

FAR, HUGE = 1 << 30, 1 << 54


@dataclass(frozen=True, slots=True)
class Expected:
    """Of the numbers of a front: both means (n,), in 64ths, and the features behind them."""

    first: Ints
    mean: Ints
    base: Ints
    together: Ints
    own: Ints


class FrontMeans:
    """Learns from front to front; encoder and decoder repeat the same integers.

    Args:
        places: of a frame.
        coarse: bits that features lose.
        least: the diagonals of a place's own moments are 2**least larger.
    """

    def __init__(self, places: int, coarse: int, least: int) -> None:
        self._coarse, self._least = coarse, least
        self._moments = np.zeros((TOGETHER + 1, TOGETHER + 1), dtype=np.int64)
        self._weights = np.zeros(TOGETHER, dtype=np.int64)
        self._own = np.zeros((OWN + 1, OWN + 1, places), dtype=np.int64)
        self._own_weights = np.zeros((OWN, places), dtype=np.int64)
        self._fronts = 0

    def expect(self, front: Front, base: Ints, seen: Ints, errors: tuple[Ints, Ints]) -> Expected:
        """Means of numbers whose base (n,), surroundings (25, n) and errors around are known."""
        n, later = len(base), front.frames > 0
        together = np.empty((TOGETHER, n), dtype=np.int64)
        together[:-1] = self._feature(seen << POINT)
        together[-1] = 1 << POINT
        change = self._change(self._weights[:, None] * together)
        begin = sum(part * one for part, one in zip(FIRST, seen, strict=False))
        change = np.where(later, change, clamp(begin, -FAR, FAR))
        beside, before = errors
        own = np.empty((OWN, n), dtype=np.int64)
        own[0] = self._feature(change)
        own[1] = self._feature(before)
        own[2] = 1 << POINT
        own[3 : 3 + NEXT] = self._feature(beside)
        own[3 + NEXT :] = together[AROUND]
        first = (base << POINT) + change
        more = self._change(self._own_weights[:, front.some] * own)
        return Expected(first, first + more * later, base, together, own)

    def learn(self, front: Front, expected: Expected, numbers: Ints) -> None:
        """Take the numbers (n,) of a front; those of the first frame teach nothing."""
        later = front.frames > 0
        found = numbers << POINT
        rows = self._with(expected.together, found - (expected.base << POINT)) * later
        real = rows.astype(np.float64)
        self._moments -= self._moments >> FORGET_TOGETHER
        self._moments += (real @ real.T).astype(np.int64)
        self._fronts += 1
        if self._fronts < EAGER or self._fronts % SELDOM == 0:
            solved = solve(self._moments[..., None], ridge=RIDGE_TOGETHER, least=1 << LEAST)
            self._weights = solved[:, 0]
        rows = self._with(expected.own, found - expected.first) * later
        own = self._own[:, :, front.some]
        own -= own >> FORGET_OWN
        own += rows[:, None] * rows
        if front.number // AGE % 2 == 0:
            weights = solve(own, ridge=RIDGE_OWN, least=1 << self._least)
            self._own_weights[:, front.some] = weights

    def _feature(self, values: Ints) -> Ints:
        return clamp(values >> self._coarse, -LARGE, LARGE)

    def _change(self, products: Ints) -> Ints:
        """A mean's change, in 64ths, of products (F, n) of weights and features."""
        found = clamp(products.sum(axis=0), -HUGE, HUGE)
        return clamp(found << self._coarse >> WEIGHT, -FAR, FAR)

    def _with(self, features: Ints, target: Ints) -> Ints:
        """Features and their target."""
        return np.concatenate((features, self._feature(target)[None]))
