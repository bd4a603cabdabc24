"""A skeleton in whole steps: which channels are free, and what moves with them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vdsc.codecs.bounded.followers import Followers
from vdsc.core.skin import Skin
from vdsc.core.types import Floats, Ints

NUDGE = 2.0**-9
"""Of a leader's range: how far it is moved to see what follows."""


@dataclass(frozen=True, eq=False)
class JointBody:
    """A skeleton's points; its free channels (F,), its followers and the steps (C,) of these."""

    skin: Skin
    free: Ints
    followers: Followers
    steps: Floats

    def posed(self, frames: Floats, values: Floats) -> Floats:
        """Frames (n, C) with other values (n, F) of free channels, and what follows from them."""
        made = frames.copy()
        made[:, self.free] = values
        path = self.followers.of_values(made, self.steps)
        following = [one.channel for one in self.followers.each]
        made[:, following] = path[:, following]
        return made

    def moves(self, frames: Floats) -> Floats:
        """How far free channels move points: (n, 3 P, F), a unit by a unit or by a degree."""
        made = self.skin.derivative(frames)
        for one in self.followers.each:
            step = float(self.steps[one.channel])
            for leader in one.leaders:
                aside = np.zeros(frames.shape[1])
                aside[leader.channel] = NUDGE * leader.half
                risen = one.path(frames + aside, step) - one.path(frames - aside, step)
                slope = risen / (2 * NUDGE * leader.half)
                made[:, :, leader.channel] += made[:, :, one.channel] * slope[:, None]
        return np.ascontiguousarray(made[:, :, self.free])
