"""Points that stand for a body's skin: three beside each joint, one along each of its axes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from vdsc.core.skeleton import AXES, Skeleton
from vdsc.core.types import Floats


@dataclass(frozen=True)
class Skin:
    """The points of a skeleton, `arm` of its units from each joint; P = 3 J of them."""

    skeleton: Skeleton
    arm: float

    def points(self, frames: Floats) -> Floats:
        """Where the points are (n, P, 3) in frames (n, C)."""
        places, turns = self.skeleton.place(frames)
        return self._points(places, turns).reshape(len(frames), -1, 3)

    def apart(self, frames: Floats, others: Floats) -> Floats:
        """How far each point (n, P) is in one frame of (n, C) from where it is in the other."""
        found: Floats = np.sqrt(np.square(self.points(frames) - self.points(others)).sum(axis=2))
        return found

    def derivative(self, frames: Floats) -> Floats:
        """How far channels move points: (n, 3 P, C), a unit by a unit or by a degree."""
        places, turns, axes = self.skeleton.placed_axes(frames)
        points, count = self._points(places, turns), len(frames)
        made = np.zeros((frames.shape[1], count, len(self.skeleton.joints), 3, 3))
        channel = 0
        for number, joint in enumerate(self.skeleton.joints):
            below = np.flatnonzero(self.below[number])
            arms = points[:, below] - places[:, number, None, None]
            for what in joint.channels:
                axis = axes[:, channel, None, None]
                made[channel][:, below] = _cross(axis, arms) if what in AXES else axis
                channel += 1
        made[self.turning] *= np.pi / 180
        return np.ascontiguousarray(np.moveaxis(made.reshape(channel, count, -1), 0, 2))

    @property
    def turning(self) -> NDArray[np.bool_]:
        """Which channels (C,) are angles."""
        kinds = "".join(joint.channels for joint in self.skeleton.joints)
        return np.array([kind in AXES for kind in kinds])

    @cached_property
    def below(self) -> NDArray[np.bool_]:
        """Whether a joint (J, J) moves another one: it is that one, or above it."""
        count = len(self.skeleton.joints)
        found = np.eye(count, dtype=bool)
        for number, joint in enumerate(self.skeleton.joints):
            if joint.parent >= 0:
                found[:, number] |= found[:, joint.parent]
        return found

    def _points(self, places: Floats, turns: Floats) -> Floats:
        """Points (n, J, 3, 3) of joints that are placed and turned."""
        return places[:, :, None] + self.arm * np.swapaxes(turns, 2, 3)


def _cross(axes: Floats, arms: Floats) -> Floats:
    """Vector products (..., 3), quicker than numpy's own."""
    (a, b, c), (x, y, z) = np.moveaxis(axes, -1, 0), np.moveaxis(arms, -1, 0)
    return np.stack([b * z - c * y, c * x - a * z, a * y - b * x], axis=-1)
