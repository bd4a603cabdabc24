"""Few whole steps that bring a path of a skeleton's channels near enough.

In a frame whose points are too far, the single step that helps most is taken, then the next.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vdsc.codecs.bounded.joint_search import settled
from vdsc.core.skin import Skin
from vdsc.core.types import Floats, Ints, Values

AT_ONCE = 32
"""Frames that are looked at together."""

SAFE = (0.99, 0.95, 0.9, 0.8)
"""Of the bound, in turn: moves that are added up are not quite those that come of them."""


@dataclass(frozen=True, eq=False)
class JointMending:
    """The mending of frames of a skeleton in steps (L,) of its live channels (L,)."""

    skin: Skin
    bound: float
    live: Ints
    steps: Floats

    def mended(self, frames: Floats, path: Floats) -> Ints:
        """Steps (n, L), most of them 0, that bring a path (n, C) near to frames (n, C)."""
        made = np.zeros((len(frames), len(self.live)), dtype=np.int64)
        for begin in range(0, len(frames), AT_ONCE):
            some = slice(begin, begin + AT_ONCE)
            made[some] = self._at_once(frames[some], path[some])
        return made

    def _at_once(self, frames: Floats, path: Floats) -> Ints:
        """Steps (m, L) of frames (m, C); where none help enough, what helped most."""
        made, moved = np.zeros((len(frames), len(self.live)), dtype=np.int64), path.copy()
        points, left = self.skin.points(frames), np.arange(len(frames))
        for share in SAFE:
            off = self.skin.points(moved[left]) - points[left]
            far = np.square(off).sum(axis=2).max(axis=1) > self.bound**2
            left, off = left[far], off[far]
            if not left.size:
                break
            made[left] += settled(*self._scaled(moved[left], off, share * self.bound))
            moved[:, self.live] = path[:, self.live] + made * self.steps
        return made

    def _scaled(self, moved: Floats, off: Floats, most: float) -> tuple[Values, Values]:
        """How far points are off (m, 3, P), and how steps move them (m, 3, P, L): float32."""
        moves = self.skin.derivative(moved)[:, :, self.live] * (self.steps / most)
        by = moves.reshape(len(moved), -1, 3, len(self.live)).transpose(0, 2, 1, 3)
        away = off.transpose(0, 2, 1) / most
        return away.astype(np.float32), np.ascontiguousarray(by, dtype=np.float32)
