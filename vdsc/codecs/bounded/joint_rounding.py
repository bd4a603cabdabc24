"""Whole steps of a skeleton's free channels that move no point too far and cost few bits.

Frames of several spans of the motion are rounded side by side, each after the one before it, a
little towards what the last frames lead one to expect. Where points are then too far, steps near by
are searched; and again from others, found with more weight on the points that were too far.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vdsc.codecs.bounded.joint_body import JointBody
from vdsc.codecs.bounded.joint_search import settled, short
from vdsc.codecs.bounded.joint_steps import roots, rounded
from vdsc.core.types import Floats, Ints, Values

PULL = 0.1
"""How strongly frames are drawn to what is expected."""

TRIES = 8
"""How many roundings a search begins from."""

LANES, SHORTEST = 64, 6
"""Spans that are rounded side by side, and the fewest frames of one."""

ORDER = 3
"""How many differences foretell the next one."""

QUIET = 0.15
"""Steps by which a channel is off at least, on average."""

SAFE = 0.99
"""Of the bound: how far points may move where moves are only added up."""


@dataclass(frozen=True, eq=False)
class JointRounding:
    """The rounding of frames of a body to steps (F,) of its free channels.

    weights: of its points (P,), as steps were found with.
    """

    body: JointBody
    bound: float
    weights: Floats
    steps: Floats

    @np.errstate(over="ignore", invalid="ignore")
    def whole(self, frames: Floats, most: int) -> Ints:
        """Whole steps (n, F) of frames (n, C), from -most to most."""
        made = np.rint(frames[:, self.body.free] / self.steps)
        law, lanes = _Law.of(made), max(1, min(LANES, len(frames) // SHORTEST))
        length = -(-len(frames) // lanes)
        for step in range(length):
            places = np.arange(step, len(frames), length)
            made[places] = self._at_once(frames[places], law.expected(made, places), law.off)
        return np.clip(made, -most, most).astype(np.int64)

    def _at_once(self, frames: Floats, likely: Floats, off: Floats) -> Floats:
        """Steps (m, F) of frames (m, C) that do not depend on each other."""
        wanted, moves = frames[:, self.body.free], self.body.moves(frames)
        points, weights = self.body.skin.points(frames), np.tile(self.weights, (len(frames), 1))
        root = roots(moves, weights)
        changes = short(root, self.steps)
        by = self._by(moves, changes)
        best, far = np.rint(wanted / self.steps), np.full(len(frames), np.inf)
        left = np.arange(len(frames))
        for attempt in range(TRIES):
            pull = np.zeros(len(off)) if attempt else PULL / off
            made = rounded(root, wanted[left], self.steps, likely[left], pull)
            away = self._away(frames[left], points[left], made)
            weights[left] *= np.maximum(np.sqrt(np.square(away).sum(axis=1)), 0.3)
            times = settled(away / np.float32(SAFE), by[left])
            made += (changes[left] @ times[:, :, None])[:, :, 0]
            most = np.square(self._away(frames[left], points[left], made)).sum(axis=1).max(axis=1)
            nearer = most < far[left]
            best[left[nearer]], far[left[nearer]] = made[nearer], most[nearer]
            left = left[far[left] > 1]
            if not left.size:
                break
            root = roots(moves[left], weights[left])
        return best

    def _by(self, moves: Floats, changes: Floats) -> Values:
        """How far changes (m, F, F) of steps move points, in safe bounds: float32 (m, 3, P, F)."""
        by = (moves * (self.steps / (SAFE * self.bound))) @ changes
        parted = by.reshape(len(by), -1, 3, by.shape[2]).transpose(0, 2, 1, 3)
        return np.ascontiguousarray(parted, dtype=np.float32)

    def _away(self, frames: Floats, points: Floats, made: Floats) -> Values:
        """By how many bounds points are off once frames are these steps: float32 (m, 3, P)."""
        posed = self.body.posed(frames, made * self.steps)
        off = (self.body.skin.points(posed) - points) / self.bound
        return np.asarray(off.transpose(0, 2, 1), dtype=np.float32)


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
