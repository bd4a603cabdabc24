"""Whole turns of angles, told apart so that a path does not jump by 360 degrees."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vdsc.container import varint
from vdsc.core.types import Floats, Ints
from vdsc.errors import CorruptFile

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
        frame, channel = np.nonzero(changes)
        events = np.stack([frame, channel, changes[frame, channel]], axis=1)
        return cls(events.astype(np.int64), before)

    def at(self, frames: Ints, channels: int) -> Ints:
        """Whole turns (Q, C) at frames (Q,) of the chunk."""
        changes = np.zeros((int(frames.max(initial=0)) + 1, channels), dtype=np.int64)
        changes[0] = self.before
        known = self.events[self.events[:, 0] < len(changes)]
        np.add.at(changes, (known[:, 0], known[:, 1]), known[:, 2])
        found: Ints = np.cumsum(changes, axis=0)[frames]
        return found

    @property
    def after(self) -> Ints:
        """Whole turns (C,) of the last frame."""
        total = self.before.copy()
        np.add.at(total, self.events[:, 1], self.events[:, 2])
        return total

    def to_bytes(self) -> bytes:
        """The events as varints: how many, then steps of frames, channels and turns."""
        out, last = bytearray(varint.put(len(self.events))), 0
        for frame, channel, change in self.events.tolist():
            out += varint.put(frame - last) + varint.put(channel) + varint.put_signed(change)
            last = frame
        return bytes(out)

    @classmethod
    def read(cls, body: bytes, frames: int, before: Ints) -> tuple[Turns, int]:
        """The inverse of `to_bytes` at the start of a body, and where it ends.

        Raises CorruptFile for what cannot be.
        """
        count, at = varint.get(body, 0)
        if count > frames * len(before):
            raise CorruptFile("a chunk has more turns than values; the file is damaged")
        events, frame = [], 0
        for _ in range(count):
            step, at = varint.get(body, at)
            channel, at = varint.get(body, at)
            change, at = varint.get_signed(body, at)
            frame += step
            if frame >= frames or channel >= len(before) or not 0 < abs(change) <= MOST:
                raise CorruptFile("a chunk says what cannot be of its turns; the file is damaged")
            events.append((frame, channel, change))
        made = cls(np.array(events, dtype=np.int64).reshape(-1, 3), before)
        if (np.abs(made.after) > MOST).any():
            raise CorruptFile("a chunk says what cannot be of its turns; the file is damaged")
        return made, at
