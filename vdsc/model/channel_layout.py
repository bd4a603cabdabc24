"""What the channels of a checkpoint's vectors are: which turn, which belong together, in what unit.

No torch here: files are read by this, too.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vdsc.core.types import Floats, Ints, Values

DEGREES, RADIANS, LENGTH = "degrees", "radians", "length"
QUATERNION, UNIT, PLAIN = "quaternion", "unit quaternion", "plain"
KINDS = (DEGREES, RADIANS, LENGTH, UNIT, QUATERNION, PLAIN)
"""What `frames.kinds` may call a channel; quaternions are four channels next to each other.

Those of UNIT have length 1 to within rounding, and are given it when they are decoded.
"""

FOURS = (QUATERNION, UNIT)
"""Kinds of which four channels are one thing, that may change its sign as a whole."""

TURNS = {DEGREES: 360.0, RADIANS: 2 * math.pi}
"""A whole turn of the channels that turn, in their unit."""

FOUR = 4
"""Channels of a quaternion."""

_SAID = {
    DEGREES: ("angles", "deg"),
    RADIANS: ("angles", "rad"),
    LENGTH: ("positions", ""),
    QUATERNION: ("quaternions", ""),
    UNIT: ("quaternions", ""),
    PLAIN: ("values", ""),
}


@dataclass(frozen=True, slots=True)
class Together:
    """Channels whose errors are measured together: their name, unit and numbers."""

    name: str
    unit: str
    channels: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class Layout:
    """The kinds of C channels.

    turn (C,): a whole turn of each channel in its unit, 0 of those that do not turn. quads (N, 4):
    the channels of each quaternion. unit (N,): whether it is given length 1. together: groups, the
    first one that a summary names.
    """

    turn: Floats
    quads: Ints
    unit: NDArray[np.bool_]
    together: tuple[Together, ...]

    def steps(self, values: Values) -> Floats:
        """Steps (n - 1, C) between frames (n, C); no whole turn and no change of sign counts."""
        smooth = values.astype(np.float64)
        for quad in self.quads:
            smooth[:, quad] *= signs(smooth[:, quad])[:, None]
        step: Floats = np.diff(smooth, axis=0)
        for period in np.unique(self.turn[self.turn > 0]):
            own = self.turn == period
            step[:, own] -= period * np.rint(step[:, own] / period)
        return step


def layout_of(frames: Mapping[str, Any]) -> Layout:
    """The layout that a checkpoint's `frames` settings, of vectors, say."""
    count = len(frames["scale"])
    if frames["kind"] == "channels":
        return of_kinds(frames["kinds"], frames["scale"])
    first = int(frames["first_angle"])
    turn = np.where(np.arange(count) < first, 0.0, TURNS[DEGREES])
    parts = (("angles", "deg", first, count), ("positions", "", 0, first))
    made = [Together(name, unit, tuple(range(a, b))) for name, unit, a, b in parts if a < b]
    return Layout(turn, np.zeros((0, FOUR), np.int64), np.zeros(0, np.bool_), tuple(made))


def of_kinds(kinds: Sequence[str], scale: Sequence[float]) -> Layout:
    """The layout of channels of these kinds; quaternions are counted off in fours.

    Plain channels are measured together where they have one scale, for they may have any unit.
    """
    turn = np.array([TURNS.get(kind, 0.0) for kind in kinds], np.float64)
    quads = np.flatnonzero(np.isin(list(kinds), FOURS)).reshape(-1, FOUR)
    unit = np.array([kinds[at] == UNIT for at in quads[:, 0]], np.bool_)
    same = [QUATERNION if kind == UNIT else kind for kind in kinds]
    keys = [(kind, s if kind == PLAIN else 0.0) for kind, s in zip(same, scale, strict=True)]
    order = sorted(set(keys), key=lambda key: (KINDS.index(key[0]), keys.index(key)))
    found = [tuple(i for i, k in enumerate(keys) if k == key) for key in order]
    made = [Together(*_SAID[key[0]], own) for key, own in zip(order, found, strict=True)]
    return Layout(turn, quads.astype(np.int64), unit, tuple(_numbered(made)))


def _numbered(made: list[Together]) -> list[Together]:
    """The groups, those that share a name and a unit told apart by numbers."""
    seen = Counter((one.name, one.unit) for one in made)
    count: Counter[str] = Counter()
    out = []
    for one in made:
        count[one.name] += 1
        several = seen[one.name, one.unit] > 1
        name = f"{one.name} {count[one.name]}" if several else one.name
        out.append(Together(name, one.unit, one.channels))
    return out


def signs(quads: Floats, before: Floats | None = None) -> Floats:
    """1 or -1 for each quaternion of a series (n, 4), so that none lies opposite the one before.

    before (4,): the one before the first, which else stays as it is.
    """
    start = quads[:1] if before is None else before[None]
    opposite = np.sum(np.concatenate([start, quads[:-1]]) * quads, axis=1) < 0
    return np.where(np.cumsum(opposite) % 2, -1.0, 1.0)
