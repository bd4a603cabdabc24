"""Whole turns of angles as events in a chunk: from which frame on a channel has how many more.

Events (E, 3) are frame, channel and change, in the order of their frames.
"""

from __future__ import annotations

import numpy as np

from vdsc.container import varint
from vdsc.core.types import Ints
from vdsc.errors import CorruptFile

NONE = varint.put(0)
"""The bytes of no events."""


def at(events: Ints, before: Ints, frames: Ints) -> Ints:
    """Whole turns (Q, C) at frames (Q,), `before` (C,) being those before the first event."""
    changes = np.zeros((int(frames.max(initial=0)) + 1, len(before)), dtype=np.int64)
    changes[0] = before
    known = events[events[:, 0] < len(changes)]
    np.add.at(changes, (known[:, 0], known[:, 1]), known[:, 2])
    found: Ints = np.cumsum(changes, axis=0)[frames]
    return found


def after(events: Ints, before: Ints) -> Ints:
    """Whole turns (C,) behind the last event."""
    total = before.copy()
    np.add.at(total, events[:, 1], events[:, 2])
    return total


def pack(events: Ints) -> bytes:
    """The events as varints: how many, then of each the step of frames, channel and change."""
    out, last = bytearray(varint.put(len(events))), 0
    for frame, channel, change in events.tolist():
        out += varint.put(frame - last) + varint.put(channel) + varint.put_signed(change)
        last = frame
    return bytes(out)


def unpack(body: bytes, at: int, *, frames: int, before: Ints, most: int) -> tuple[Ints, int]:
    """The inverse of `pack` at a place of a body, and where the events end.

    most: the largest change, and the most turns behind the last event. Raises CorruptFile for
    frames, channels and sizes that cannot be.
    """
    count, at = varint.get(body, at)
    if count > frames * len(before):
        raise _impossible()
    events, frame = [], 0
    for _ in range(count):
        step, at = varint.get(body, at)
        channel, at = varint.get(body, at)
        change, at = varint.get_signed(body, at)
        frame += step
        if frame >= frames or channel >= len(before) or not 0 < abs(change) <= most:
            raise _impossible()
        events.append((frame, channel, change))
    made = np.array(events, dtype=np.int64).reshape(-1, 3)
    if (np.abs(after(made, before)) > most).any():
        raise _impossible()
    return made, at


def _impossible() -> CorruptFile:
    return CorruptFile("a chunk says what cannot be of its turns; the file is damaged")
