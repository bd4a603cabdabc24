"""Which kind each channel is, by its name where there is one and by its values."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from vdsc.core.types import Floats, Values
from vdsc.model.channel_layout import (
    DEGREES,
    FOUR,
    FOURS,
    LENGTH,
    PLAIN,
    QUATERNION,
    RADIANS,
    TURNS,
    UNIT,
)
from vdsc.train.folder.channel_names import ANGLE

NEARLY, MOSTLY = 0.05, 0.95
"""How far the length of a quaternion may be from 1, and in what share of frames."""

SURELY, ALMOST_ALL = 0.002, 0.99
"""Where it is nearer than this in so many frames, all are of length 1."""

NEAR = 0.12
"""A jump is one of a whole turn if it is so near to it, as a share of the turn."""

SMOOTH = 0.2
"""Nine in ten steps of what turns are below this share of a turn."""


def kinds_of(clips: Sequence[Values], said: Sequence[str]) -> tuple[list[str], list[str]]:
    """A kind for each channel of clips (T, C), and words about names that values contradict.

    said: kinds that names say, "" where they say none; () where there are no names.
    """
    count = clips[0].shape[1]
    hints = list(said) or [""] * count
    quads = find_quads(clips, hints)
    kinds = [_one(clips, at, hint) for at, hint in enumerate(hints)]
    for at, kind in quads.items():
        kinds[at : at + FOUR] = [kind] * FOUR
    false = [at for at, hint in enumerate(hints) if hint in FOURS and kinds[at] not in FOURS]
    words = f"channels {', '.join(map(str, false))} are called quaternions, but are not of length 1"
    return kinds, [f"{words}: taken as plain"] if false else []


def find_quads(clips: Sequence[Values], hints: Sequence[str]) -> dict[int, str]:
    """Kinds of all quaternions by their first channels: four of length 1 not named otherwise.

    Four channels that never move are none, for nothing says so.
    """
    free = [hint in {"", *FOURS} for hint in hints]
    every = np.concatenate(clips).astype(np.float64)
    low, high = every.min(0), every.max(0)
    found: dict[int, str] = {}
    at = 0
    while at + FOUR <= len(free):
        off = np.abs(np.linalg.norm(every[:, at : at + FOUR], axis=1) - 1)
        moves = bool((high > low)[at : at + FOUR].any())
        if moves and all(free[at : at + FOUR]) and float((off < NEARLY).mean()) >= MOSTLY:
            found[at] = UNIT if float((off < SURELY).mean()) >= ALMOST_ALL else QUATERNION
        at += FOUR if at in found else 1
    return found


def _one(clips: Sequence[Values], at: int, hint: str) -> str:
    """The kind of a channel that is in no quaternion."""
    if hint in {DEGREES, RADIANS, LENGTH}:
        return hint
    columns = [clip[:, at].astype(np.float64) for clip in clips]
    if hint == ANGLE:
        largest = max(float(np.abs(column).max()) for column in columns)
        return DEGREES if largest > TURNS[RADIANS] else RADIANS
    if hint:
        return PLAIN
    return next((kind for kind in (DEGREES, RADIANS) if wraps(columns, TURNS[kind])), PLAIN)


def wraps(columns: Sequence[Floats], turn: float) -> bool:
    """Whether series jump by whole turns, as angles that are kept within one do.

    All values then lie within a turn of each other, steps are small, and all that are not are
    nearly a turn.
    """
    low, high = min(c.min() for c in columns), max(c.max() for c in columns)
    steps = np.abs(np.concatenate([np.diff(column) for column in columns]))
    jumps = steps > turn / 2
    if not jumps.any() or not (1 - NEAR) * turn < high - low <= turn * 1.001:
        return False
    near = np.abs(steps[jumps] - turn) < NEAR * turn
    usual = np.quantile(np.minimum(steps, np.abs(steps - turn)), 0.9)
    return bool(near.mean() > 0.8 and usual < SMOOTH * turn)


def agreed(kinds: Sequence[str], hints: Sequence[str]) -> list[str]:
    """Kinds in which all angles that names do not give a unit have the larger one, if any has."""
    turning = [at for at, hint in enumerate(hints) if hint == ANGLE]
    unit = DEGREES if any(kinds[at] == DEGREES for at in turning) else RADIANS
    return [unit if at in turning else kind for at, kind in enumerate(kinds)]


def in_words(kinds: Sequence[str], still: int) -> str:
    """How many channels are of which kind, and how many of them never move."""
    counted = [f"{number} {kind}" for kind, number in Counter(kinds).most_common()]
    return ", ".join(counted) + (f"; {still} of them constant" if still else "")
