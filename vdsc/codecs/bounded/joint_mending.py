"""Few whole steps that bring a path of a skeleton's channels near enough.

In a frame whose points are too far, the single step that helps most is taken, then the next.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vdsc.core.skin import Skin
from vdsc.core.types import Floats, Ints

AT_ONCE = 32
"""Frames that are looked at together."""

CHANGES = 60
ROUNDS = 4
POWER = 6
"""Distances count by so high a power: the largest ones matter."""

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
        far = np.concatenate(
            [
                self.skin.apart(frames[begin : begin + 512], path[begin : begin + 512]).max(axis=1)
                for begin in range(0, len(frames), 512)
            ]
        )
        bad = np.flatnonzero(far > self.bound)
        for begin in range(0, len(bad), AT_ONCE):
            some = bad[begin : begin + AT_ONCE]
            made[some] = self._at_once(frames[some], path[some])
        return made

    def _at_once(self, frames: Floats, path: Floats) -> Ints:
        """Steps (m, L) of frames (m, C); where none help enough, what helped most."""
        made, points = np.zeros((len(frames), len(self.live))), self.skin.points(frames)
        left = np.arange(len(frames))
        for share in SAFE:
            made[left] = self._stepped(path[left], points[left], made[left], share)
            off = self._off(path[left], points[left], made[left])
            left = left[np.sqrt(np.square(off).sum(axis=2)).max(axis=1) > self.bound]
            if not left.size:
                break
        return made.astype(np.int64)

    def _off(self, path: Floats, points: Floats, made: Floats) -> Floats:
        """By how much points (m, P, 3) are off."""
        return self.skin.points(self._at(path, made)) - points

    def _at(self, path: Floats, made: Floats) -> Floats:
        """The path (m, C) with steps (m, L)."""
        moved = path.copy()
        moved[:, self.live] += made * self.steps
        return moved

    def _stepped(self, path: Floats, points: Floats, made: Floats, share: float) -> Floats:
        """Steps (m, L) until all points are within a share of the bound, moves being added up."""
        made, most = made.copy(), share * self.bound
        moves = self.skin.derivative(self._at(path, made))[:, :, self.live] * self.steps
        by = moves.reshape(len(made), -1, 3, len(self.live))
        off, size = self._off(path, points, made), np.square(by).sum(axis=2)
        act = np.arange(len(made))
        for _ in range(CHANGES):
            near = np.square(off[act]).sum(axis=2)
            act = act[near.max(axis=1) > most * most]
            if not act.size:
                break
            near = np.square(off[act]).sum(axis=2)[:, :, None]
            along = 2 * (off[act][:, :, None] @ by[act])[:, :, 0]
            costs = [
                np.power((near + turn * along + size[act]) / (most * most), POWER).sum(axis=1)
                for turn in (1, -1)
            ]
            both = np.concatenate(costs, axis=1)
            best = both.argmin(axis=1)
            turn, channel = 1 - 2 * (best // len(self.live)), best % len(self.live)
            made[act, channel] += turn
            off[act] += by[act, :, :, channel] * turn[:, None, None]
        return made
