"""A promise about where a skeleton's points are, kept by steps that follow from the skeleton."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from vdsc.codecs.bounded.error_grid import LARGEST, ErrorGrid
from vdsc.codecs.bounded.followers import Followers
from vdsc.codecs.bounded.joint_body import JointBody
from vdsc.codecs.bounded.joint_followers import followers_of
from vdsc.codecs.bounded.joint_measure import Measured, few
from vdsc.codecs.bounded.joint_mending import JointMending
from vdsc.codecs.bounded.joint_patches import JointPatches
from vdsc.codecs.bounded.joint_rounding import JointRounding
from vdsc.codecs.bounded.joint_steps import JointSteps
from vdsc.codecs.bounded.patches import Patches
from vdsc.codecs.bounded.promise import WIDTHS, Promise
from vdsc.core.types import Floats, Ints, Values
from vdsc.errors import InvalidInput

ROOM = 3600
"""Degrees that angles may be wound up beyond their largest."""

MENDING = 0.7
"""How far the step of a mended channel moves the point that it moves most, in bounds."""


@dataclass(frozen=True, eq=False)
class JointPromise(Promise):
    """What no point may be off by, in units of the skeleton, and steps for it.

    found: steps of free channels where all is told in whole steps; without, steps mend a path.
    Angles may come back whole turns away from where they were.
    """

    measured: Measured
    bound: float
    found: JointSteps | None

    @classmethod
    def mending(cls, measured: Measured, bound: float) -> Self:
        """Steps that mend a path."""
        return cls._of(measured, bound, None, _grid(measured, MENDING * bound))

    @classmethod
    def whole(cls, measured: Measured, bound: float, factor: float, found: JointSteps) -> Self:
        """Steps that are `factor` times as large as the bound, in their measure."""
        free, grid, wide = found.body.free, _grid(measured, bound), np.zeros(len(measured.plain))
        wide[free] = factor * bound / found.shaped
        own = _of_steps(measured, wide)
        grid.mantissas[free], grid.exponents[free] = own.mantissas[free], own.exponents[free]
        return cls._of(measured, bound, found, grid)

    @classmethod
    def _of(
        cls, measured: Measured, bound: float, found: JointSteps | None, grid: ErrorGrid
    ) -> Self:
        """With a width that all whole numbers fit; raises InvalidInput."""
        ends = np.abs([measured.extremes.least, measured.extremes.largest]).astype(np.float64)
        most = float(((ends + ROOM) / np.where(measured.plain > 0, grid.steps, np.inf)).max())
        width = next((w for w in WIDTHS[1:] if 2 * most < 1 << 8 * w - 1), 0)
        if not width or most > LARGEST:
            raise InvalidInput("the error is too small beside the values; use --lossless")
        return cls(grid.steps / 2, _zeros(grid), width, measured, bound, found)

    @property
    def followers(self) -> Followers:
        """Channels that follow others."""
        return Followers(()) if self.found is None else self.found.body.followers

    def corrected(self, values: Values, path: Floats) -> tuple[Ints, Values, Patches]:
        """Whole steps (n, C) beside a path (n, C), what comes of them, and frames kept as they are.

        No point is farther than the bound from where it is in values (n, C).
        """
        frames, live, skin = values.astype(np.float64), self.measured.live, self.measured.skin
        steps = np.zeros(frames.shape, dtype=np.int64)
        if self.found is not None and live.size:
            free = self.found.body.free
            made = self.grid.steps[free]
            rounding = JointRounding(self.found.body, self.bound, self.found.weights, made)
            wound = self.measured.unwound(frames)
            most = (1 << 8 * self.width - 1) - 1
            fits = (np.abs(wound[:, free] / made) < most / 2).all()
            steps[:, free] = rounding.whole(wound if fits else frames, most)
            path = self.followers.path(steps, self.grid.steps)
        elif live.size:
            path = np.where(self.grid.mantissas, path, 0)
            mending = JointMending(skin, self.bound, live, self.grid.steps[live])
            steps[:, live] = mending.mended(frames, self.grid.values(path, steps))
        found = self.grid.values(path, steps)
        patches = JointPatches(skin, self.bound, live).of(values, found)
        patches.apply(found)
        return steps, found, patches


def joint_steps(measured: Measured, bound: float) -> JointSteps:
    """Free channels, what follows them, and steps of whole numbers."""
    steps = np.where(measured.plain > 0, _grid(measured, bound).steps, 0)
    following = followers_of(measured.skin.skeleton, measured.some, steps, measured.frames)
    free = np.setdiff1d(measured.live, [one.channel for one in following])
    body = JointBody(measured.skin, free, Followers(following), steps)
    return JointSteps.of(body, few(measured.some))


def _grid(measured: Measured, far: float) -> ErrorGrid:
    """Steps of live channels, each of which moves the point that it moves most so far."""
    return _of_steps(measured, far / np.where(measured.plain > 0, measured.plain, np.inf))


def _of_steps(measured: Measured, wide: Floats) -> ErrorGrid:
    """A grid of such steps (C,), or nearly so."""
    least, largest = measured.extremes.least, measured.extremes.largest
    return ErrorGrid.of(wide / 2, least, largest, measured.frames)


def _zeros(grid: ErrorGrid) -> ErrorGrid:
    """A grid in which what is always 0 is a whole number, too: that takes fewer bytes."""
    zero = (grid.mantissas == 0) & (grid.still == 0)
    places = np.maximum.accumulate(np.where(grid.mantissas > 0, np.arange(len(zero)), -1))
    before = np.where(places < 0, 0, grid.exponents[places])
    exponents = np.where(zero, before, grid.exponents)
    return replace(grid, mantissas=np.where(zero, 1, grid.mantissas), exponents=exponents)
