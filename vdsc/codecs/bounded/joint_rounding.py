"""Whole steps of a skeleton's channels that move no point too far and cost few bits.

Frames of several spans of the motion are rounded side by side, each after the one before it: what
the last frames lead one to expect costs least. A frame is first drawn strongly to that, and less
until its points are near enough; then single steps go back to what was expected, where they may.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vdsc.codecs.bounded.joint_steps import JointSteps, roots, rounded
from vdsc.core.skin import Skin
from vdsc.core.types import Floats, Ints

PULLS = (3.0, 1.5, 0.8, 0.4, 0.2, 0.1, 0.05, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
"""How strongly frames are drawn to what is expected, in turn."""

PASSES = 2
LANES = 24
SHORTEST = 12
ORDER = 3
"""How many differences foretell the next one."""

QUIET = 0.15
"""Steps by which a channel is off at least, on average."""

SAFE = 0.97
"""Of the bound: how far points may move where moves are only added up."""

CHANGES = 24


@dataclass(frozen=True, eq=False)
class JointRounding:
    """The rounding of frames of a skeleton to steps (L,) of its live channels."""

    skin: Skin
    bound: float
    found: JointSteps
    steps: Floats

    def whole(self, frames: Floats) -> Ints:
        """Whole steps (n, L) of frames (n, C), from 0."""
        made = np.rint(frames[:, self.found.live] / self.steps)
        for _ in range(PASSES):
            law = _Law.of(made)
            lanes = max(1, min(LANES, len(frames) // SHORTEST))
            length = -(-len(frames) // lanes)
            for step in range(length):
                places = np.arange(step, len(frames), length)
                made[places] = self._at_once(frames[places], law.expected(made, places), law.off)
        return made.astype(np.int64)

    def _at_once(self, frames: Floats, likely: Floats, off: Floats) -> Floats:
        """Steps (m, L) of frames (m, C) that do not depend on each other."""
        live, wanted = self.found.live, frames[:, self.found.live]
        moves = self.skin.derivative(frames)[:, :, live]
        points = self.skin.points(frames)
        best, far = np.zeros(wanted.shape), np.full(len(frames), np.inf)
        weights = np.tile(self.found.weights, (len(frames), 1))
        left = np.arange(len(frames))
        for pull in PULLS:
            root = roots(moves[left], weights[left])
            made = rounded(root, wanted[left], self.steps, likely[left], pull / off)
            apart = self._apart(frames[left], points[left], made)
            most = apart.max(axis=1)
            nearer = most < far[left]
            best[left[nearer]], far[left[nearer]] = made[nearer], most[nearer]
            weights[left] *= np.maximum(apart / self.bound, 0.3)
            left = left[far[left] > self.bound]
            if not left.size:
                break
        good = np.flatnonzero(far <= self.bound)
        if not good.size:
            return best
        cheaper = self._drawn(moves[good], wanted[good], best[good], likely[good], off)
        near = self._apart(frames[good], points[good], cheaper).max(axis=1, initial=0) <= self.bound
        best[good[near]] = cheaper[near]
        return best

    def _apart(self, frames: Floats, points: Floats, made: Floats) -> Floats:
        """How far (m, P) points are from where they were once frames are these steps."""
        other = frames.copy()
        other[:, self.found.live] = made * self.steps
        found: Floats = np.sqrt(np.square(self.skin.points(other) - points).sum(axis=2))
        return found

    def _drawn(
        self, moves: Floats, wanted: Floats, made: Floats, likely: Floats, off: Floats
    ) -> Floats:
        """Steps (m, L), some of which are one nearer to what is likely, as far as points allow."""
        made, by = made.copy(), (moves * self.steps).reshape(len(made), -1, 3, len(self.steps))
        at = ((moves @ (made * self.steps - wanted)[:, :, None])[:, :, 0]).reshape(len(made), -1, 3)
        size, most = np.square(by).sum(axis=2), (SAFE * self.bound) ** 2
        act = np.arange(len(made))
        for _ in range(CHANGES):
            away = likely[act] - made[act]
            turn = np.sign(away) * (np.abs(away) > 0.5)
            along = (at[act][:, :, None] @ by[act])[:, :, 0]
            after = np.square(at[act]).sum(axis=2)[:, :, None] + 2 * along * turn[:, None]
            after += size[act] * np.abs(turn)[:, None]
            allowed = (after.max(axis=1, initial=0) <= most) & (turn != 0)
            risen = np.sqrt(np.sqrt(np.square(np.square(after)).mean(axis=1))) / most
            worth = np.where(allowed, np.minimum(np.abs(away), 1) / off / (0.2 + risen), 0)
            best = worth.argmax(axis=1) if len(act) else np.zeros(0, dtype=np.int64)
            there = worth[np.arange(len(act)), best] > 0
            act, best, turn = act[there], best[there], turn[there]
            if not act.size:
                break
            change = turn[np.arange(len(act)), best]
            made[act, best] += change
            at[act] += by[act, :, :, best] * change[:, None, None]
        return made


@dataclass(frozen=True, eq=False)
class _Law:
    """What the last differences (L, ORDER) say of the next, and how far (L,) it is from that."""

    weights: Floats
    off: Floats

    @classmethod
    def of(cls, made: Floats) -> _Law:
        """Fitted to steps (n, L)."""
        change = np.diff(made, axis=0, prepend=made[:1])
        count = len(change)
        after = change[ORDER:]
        before = np.stack([change[ORDER - 1 - k : count - 1 - k] for k in range(ORDER)], axis=-1)
        squares = np.einsum("nlo,nlp->lop", before, before) + np.eye(ORDER)
        weights = np.linalg.solve(squares, np.einsum("nlo,nl->lo", before, after)[..., None])
        off = after - np.einsum("nlo,lo->nl", before, weights[..., 0])
        mean = np.abs(off).mean(axis=0) if len(off) else np.ones(made.shape[1])
        return cls(weights[..., 0], np.maximum(mean, QUIET))

    def expected(self, made: Floats, places: Ints) -> Floats:
        """What the frames before (m,) places say of the steps (m, L) there."""
        past = [made[np.maximum(places - k, 0)] for k in range(1, ORDER + 2)]
        found = past[0].copy()
        for k in range(ORDER):
            found += self.weights[:, k] * (past[k] - past[k + 1])
        return found
