"""A promise about where a skeleton's points are, kept by steps that follow from the skeleton."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np

from vdsc.codecs.bounded.error_grid import LARGEST, ErrorGrid
from vdsc.codecs.bounded.extremes import Extremes
from vdsc.codecs.bounded.joint_mending import CHANGES, POWER, JointMending
from vdsc.codecs.bounded.joint_rounding import JointRounding
from vdsc.codecs.bounded.joint_steps import JointSteps
from vdsc.codecs.bounded.patches import Patches
from vdsc.codecs.bounded.promise import WIDTHS, Promise
from vdsc.core.skin import Skin
from vdsc.core.types import Floats, Ints, Values
from vdsc.errors import InvalidInput
from vdsc.io.source import Source

SAMPLE = 24
"""Frames of a motion on which steps are measured."""

ROOM = 3600
"""Degrees that angles may be wound up beyond their largest."""

MENDING = 0.7
"""How far the step of a mended channel moves the point that it moves most, in bounds."""


@dataclass(frozen=True, eq=False)
class Measured:
    """What is known of a motion before its first frame is coded: how many, from where to where."""

    frames: int
    extremes: Extremes
    steps: JointSteps

    @classmethod
    def of(cls, source: Source, skin: Skin) -> Self:
        """Look at a source once; raises InvalidInput for what is no finite number."""
        extremes = Extremes.of(source)
        places = np.unique(np.linspace(0, source.shape[0] - 1, SAMPLE).astype(np.int64)).tolist()
        some = np.concatenate([source.read(at, at + 1) for at in places]).astype(np.float64)
        live = np.flatnonzero(extremes.least != extremes.largest)
        return cls(source.shape[0], extremes, JointSteps.of(skin, some, live))


@dataclass(frozen=True, eq=False)
class JointPromise(Promise):
    """What no point may be off by, in units of the skeleton, and steps for it.

    whole: whether all is told in whole steps; else they mend a path. Angles may come back whole
    turns away from where they were.
    """

    skin: Skin
    bound: float
    found: JointSteps
    whole: bool

    @classmethod
    def of_points(
        cls, measured: Measured, skin: Skin, bound: float, factor: float, *, whole: bool
    ) -> Self:
        """Steps that are `factor` times as large as the bound, in their measure."""
        least, largest, found = measured.extremes.least, measured.extremes.largest, measured.steps
        wide = np.zeros(len(least))
        wide[found.live] = factor * bound / found.shaped if whole else MENDING * bound / found.plain
        grid = ErrorGrid.of(wide / 2, least, largest, measured.frames)
        steps = np.where(grid.mantissas, grid.steps, np.inf)
        ends = np.abs(np.stack([least, largest]).astype(np.float64))
        most = float(((ends + ROOM) / steps).max())
        width = next((w for w in WIDTHS[1:] if 2 * most < 1 << 8 * w - 1), 0)
        if not width or most > LARGEST:
            raise InvalidInput("the error is too small beside the values; use --lossless")
        return cls(wide / 2, grid, width, skin, bound, found, whole)

    def corrected(self, values: Values, path: Floats) -> tuple[Ints, Values, Patches]:
        """Whole steps (n, C) beside a path (n, C), what comes of them, and frames kept as they are.

        No point is farther than the bound from where it is in values (n, C).
        """
        frames, live = values.astype(np.float64), self.found.live
        if not live.size:
            none = np.zeros(frames.shape, dtype=np.int64)
            return none, self.grid.values(path, none), Patches(none[:0, 0], values[:0, 0])
        steps, made = np.zeros(frames.shape, dtype=np.int64), self.grid.steps[live]
        if self.whole:
            rounding = JointRounding(self.skin, self.bound, self.found, made)
            wound = self.unwound(frames)
            fits = (np.abs(wound[:, live] / made) < 1 << 8 * self.width - 2).all()
            steps[:, live] = rounding.whole(wound if fits else frames)
        else:
            path = np.where(self.grid.mantissas, path, 0)
            mending = JointMending(self.skin, self.bound, live, made)
            steps[:, live] = mending.mended(frames, self.grid.values(path, steps))
        found = self.grid.values(path, steps)
        patches = self._patches(values, found)
        patches.apply(found)
        return steps, found, patches

    def _patches(self, values: Values, found: Values) -> Patches:
        """Other values (n, C) in frames that are too far, few in each, for what was found."""
        frames, exact = found.astype(np.float64), values.astype(np.float64)
        patched = found.copy()
        for bad in np.flatnonzero(self._far(exact, frames)).tolist():
            near = self._nearer(exact[bad], frames[bad]).astype(found.dtype)
            if self._far(exact[bad : bad + 1], near[None].astype(np.float64)).any():
                near[self.found.live] = values[bad, self.found.live]
            patched[bad] = near
        places = np.flatnonzero((patched != found).ravel())
        return Patches(places, patched.reshape(-1)[places])

    def _nearer(self, wanted: Floats, frame: Floats) -> Floats:
        """A frame (C,) whose points are nearer to those of another, few of its channels changed.

        The channel whose best change helps most is changed, again and again.
        """
        made, live = frame[None].copy(), self.found.live
        points, used = self.skin.points(wanted[None]), np.zeros(live.size)
        for _ in range(CHANGES):
            off = (self.skin.points(made) - points)[0]
            near = np.square(off).sum(axis=1) / self.bound**2
            if near.max() <= 1:
                break
            moves = self.skin.derivative(made)[0][:, live].reshape(-1, 3, live.size)
            weights = np.power(near, POWER - 1)
            along = np.einsum("p,pc,pcl->l", weights, off, moves)
            change = -along / np.maximum(np.einsum("p,pcl->l", weights, moves**2), 1e-300)
            after = np.square(off[:, :, None] + moves * change).sum(axis=1) / self.bound**2
            cost = np.power(after, POWER).sum(axis=0)
            best = int(np.where(used > 0, 0.5 * cost, cost).argmin())
            made[0, live[best]] += change[best]
            used[best] = 1
        return np.asarray(made[0])

    def unwound(self, frames: Floats) -> Floats:
        """Frames (n, C) whose angles never step by more than half a turn."""
        turning = self.skin.turning
        made = frames.copy()
        made[:, turning] = np.unwrap(frames[:, turning], axis=0, period=360)
        return made

    def _far(self, frames: Floats, found: Floats) -> Values:
        """Which frames (n,) have a point beyond the bound."""
        parts = [
            self.skin.apart(frames[at : at + 512], found[at : at + 512]).max(axis=1)
            for at in range(0, len(frames), 512)
        ]
        return np.asarray(~(np.concatenate(parts) <= self.bound))
