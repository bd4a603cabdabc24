"""What a channel's next level is predicted from: its own past and its parents' present."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from vdsc.codecs.lossless.arrays.channel_plan import ChannelPlan
from vdsc.codecs.lossless.arrays.mixture import POINT
from vdsc.codecs.lossless.arrays.regression import LARGE, UNIT, RegressionRecipe
from vdsc.core.fixed import clamp, shifted
from vdsc.core.types import Ints

OWN = 4
"""Differences of order 1 to 4 of a channel's past."""

CURVED = 2  # parents whose squares and cubes are looked at
_FINE = 26  # digits of a level whose square and cube are taken


def recipes(plan: ChannelPlan) -> list[RegressionRecipe]:
    """Return the regressions of a plan: a channel's past; its parents too; curves along these."""
    parents = plan.parents.shape[1]
    now, bent = OWN + parents, OWN + 2 * parents
    made = [RegressionRecipe(tuple(range(OWN)), forget=6, ridge=6, least=26)]
    if plan.related:
        made.append(RegressionRecipe(tuple(range(bent)), forget=6, ridge=6, least=26))
        if not plan.curved:
            made.append(replace(made[-1], forget=3, shared=True))
    if plan.curved:
        slopes = (*range(OWN, OWN + CURVED), *range(now, now + CURVED))
        powers = range(bent, bent + 2 * CURVED + 1)
        made.append(RegressionRecipe((0, *slopes, *powers), forget=9, ridge=20, least=19))
    return made


class Features:
    """The features (F, D) of the frame at hand, filled in round after round.

        own differences 1-4 | parents' slopes, turns now | squares, cubes, product | target

    A turn is a level less twice the last one plus the one before. All are divided by the usual
    size of their source's turns, times how lively the channel is now, and clipped.
    """

    def __init__(self, plan: ChannelPlan, first: Ints) -> None:
        """Begin at the levels first (D,) Q6."""
        self.parents = np.maximum(plan.parents.T, 0)
        self.has = plan.parents.T >= 0
        fine = np.minimum(plan.reach, _FINE)
        self.coarse = plan.reach - fine
        self.fold = np.maximum(fine - 1, 0)
        self.limit = 2 << fine
        self.centre = first + (shifted(plan.middle, plan.reach - 5) << POINT)
        self._usual = plan.activity
        self.relative = plan.activity[self.parents] - plan.activity
        count = plan.parents.shape[1]
        self._before, self._now = slice(OWN, OWN + count), slice(OWN + count, OWN + 2 * count)
        rows = OWN + 2 * count + (2 * CURVED + 1 if plan.curved else 0) + 1
        self.table = np.zeros((rows, first.size), dtype=np.int64)
        self._turn = np.zeros_like(first)
        self._powers = np.zeros((3, first.size), dtype=np.int64)
        self._bent = np.zeros((2, first.size), dtype=np.int64)
        self.shift = np.zeros_like(first)
        self.related, self.curved = plan.related, plan.curved

    def begin(self, past: Ints, lively: Ints) -> None:
        """Take levels past (5, D) Q6, newest first, and the digits lively (D,) of usual turns."""
        self.shift = UNIT - lively
        steps = past[:-1] - past[1:]
        slope = steps[0]
        self._put(slice(0, 1), slope[None], self.shift)
        for order in range(1, OWN):
            steps = steps[:-1] - steps[1:]
            self._put(slice(order, order + 1), steps[:1], self.shift)
        if self.related:
            before = slope[self.parents] * self.has
            self._put(self._before, before, self.shift - self.relative)
        if self.curved:
            self._set_powers(past[0], slice(None))
            self._were = self._powers.copy()

    def see(self, levels: Ints, expected: Ints, channels: slice) -> None:
        """Take the levels (N,) Q6 of a round's channels and what they would be without a turn."""
        self._turn[channels] = turn = levels - expected
        self._put(slice(-1, None), turn[None], self.shift[channels], channels)
        if self.curved:
            self._set_powers(levels, channels)
            self._bent[:, channels] = self._powers[1:, channels] - self._were[1:, channels]

    def look(self, channels: slice) -> Ints:
        """Return the features (F, N) of channels whose parents have been seen."""
        if self.related:
            parents, has = self.parents[:, channels], self.has[:, channels]
            shift = self.shift[channels] - self.relative[:, channels]
            self._put(self._now, self._turn[parents] * has, shift, channels)
            if self.curved:
                self._bend(parents, has, shift, channels)
        return self.table[:, channels]

    def _bend(self, parents: Ints, has: NDArray[np.bool_], shift: Ints, channels: slice) -> None:
        """Fill in the squares, the cubes and the product of the first two parents."""
        bent = self._bent[:, parents[:CURVED]] * has[:CURVED]
        for power, values in enumerate(bent):
            at = self._now.stop + power * CURVED
            self._put(slice(at, at + CURVED), values, shift[:CURVED], channels)
        turn = self._product(self._powers[0], parents) - self._product(self._were[0], parents)
        self._put(slice(-2, -1), (turn * has[1])[None], shift[:1], channels)

    def _put(self, rows: slice, values: Ints, shift: Ints, channels: slice = slice(None)) -> None:
        shift = clamp(shift, LARGE - 62, LARGE)
        bound = np.int64(1) << (LARGE - shift)
        self.table[rows, channels] = shifted(clamp(values, -bound, bound), shift)

    def _set_powers(self, levels: Ints, channels: slice) -> None:
        """x, x^2 and x^3 of the distance x from the middle, scaled to slopes of about 1."""
        coarse, fold = self.coarse[channels], self.fold[channels]
        limit = self.limit[channels]
        x = clamp((levels - self.centre[channels]) >> POINT >> coarse, -limit, limit)
        square = x * x
        self._powers[0, channels] = x
        self._powers[1, channels] = (square << POINT) >> fold << coarse
        self._powers[2, channels] = ((square >> fold) * x << POINT) >> fold << coarse

    def _product(self, x: Ints, parents: Ints) -> Ints:
        """The product x y of the first two parents, scaled as x is."""
        one, other = parents[:2]
        product: Ints = (x[one] * x[other] << POINT) >> self.fold[other] << self.coarse[one]
        return product
