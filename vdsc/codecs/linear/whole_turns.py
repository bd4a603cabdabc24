"""Whole turns of angles, told apart so that a path does not jump by 360 degrees."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vdsc.codecs import turn_events
from vdsc.core.types import Floats, Ints

TURN = 360.0
MOST = 1 << 20
"""Whole turns that an angle may have."""

QUIET = TURN / 4
"""The steps before and after a change of turns, and what is left of its own, are smaller."""


@dataclass(frozen=True, eq=False)
class Turns:
    """Changes (E, 3) of frame, channel and whole turns; `before` (C,) turns of the chunk before."""

    events: Ints
    before: Ints

    @classmethod
    def of(cls, values: Floats, before: Ints) -> Turns:
        """Find them in values (n, C): jumps by about whole turns between quiet steps."""
        steps = np.diff(values, axis=0, prepend=values[:1])
        whole = np.rint(steps / TURN)
        quiet = np.abs(steps - TURN * whole) < QUIET
        calm = np.pad(np.abs(steps) < QUIET, ((1, 1), (0, 0)), constant_values=True)
        changes = np.where(quiet & calm[:-2] & calm[2:], np.clip(whole, -MOST, MOST), 0)
        far = (np.abs(before + np.cumsum(changes, axis=0)) > MOST).any(axis=0)
        changes[:, far] = 0  # no angle turns so often
        frame, channel = np.nonzero(changes)
        events = np.stack([frame, channel, changes[frame, channel]], axis=1)
        return cls(events.astype(np.int64), before)

    def at(self, frames: Ints) -> Ints:
        """Whole turns (Q, C) at frames (Q,) of the chunk."""
        return turn_events.at(self.events, self.before, frames)

    @property
    def after(self) -> Ints:
        """Whole turns (C,) of the last frame."""
        return turn_events.after(self.events, self.before)

    def to_bytes(self) -> bytes:
        """What a chunk begins with."""
        return turn_events.pack(self.events)

    @classmethod
    def read(cls, body: bytes, frames: int, before: Ints) -> tuple[Turns, int]:
        """The inverse of `to_bytes` at the start of a body, and where it ends.

        Raises CorruptFile for what cannot be.
        """
        events, at = turn_events.unpack(body, 0, frames=frames, before=before, most=MOST)
        return cls(events, before), at
