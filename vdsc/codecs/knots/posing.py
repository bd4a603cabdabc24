"""Finds the pose of each window and takes it off its frames; what is left the networks see."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from vdsc.codecs.knots.pose import FARTHEST, Pose, Rig, shares
from vdsc.core.fixed import ONE
from vdsc.core.types import Floats, Ints, Values
from vdsc.errors import InvalidInput

_FAR = "positions lie too far from 0 for the model; move them, or use --lossless"
_WOUND = "angles lie too far from 0 for the model; take whole turns off, or use --lossless"


@dataclass(frozen=True, eq=False)
class Posed:
    """Frames as the networks see them (n, C) float32, and the pose that was taken off them."""

    x: Values
    pose: Pose
    unwrapped: Floats


class Poser:
    """Takes the pose off the windows of one sequence, in order.

    settings: the checkpoint's `frames`. level: the channels whose ramps stay flat.
    """

    def __init__(self, settings: Mapping[str, Any], rig: Rig, level: tuple[int, ...]) -> None:
        self.rig, self._first = rig, rig.first_angle
        self._offset, self._scale = (np.array(settings[k], np.float64) for k in ("offset", "scale"))
        self._level = np.isin(rig.ramps, level)
        self._spin = np.ones(len(self._scale), bool)  # angles whose turns are normalised
        self._spin[: self._first] = False
        self._spin[rig.ramps] = False
        self._last: Posed | None = None

    def take(self, values: Values, seconds: Floats, *, fresh: bool) -> Posed:
        """Pose of a window's raw frames (n, C) at times (n,), and what is left of them.

        Raises InvalidInput for values too far away to be told.
        """
        raw = values.astype(np.float64)
        past = None if fresh else self._last
        if not (np.abs(raw[:, self._first :]) < 180 * FARTHEST).all():
            raise InvalidInput(_WOUND)
        whole, turns = self._unwrapped(raw, past), np.zeros(raw.shape, np.int64)
        turns[:, self._first :] = np.rint((raw - whole)[:, self._first :] / 360)
        smooth = raw.copy()
        smooth[:, self._first :] = whole[:, self._first :]
        smooth[:, : self._first] *= ONE / self.rig.unit
        start, end = self._anchors((smooth - self._offset) / self._scale, past)
        before = np.zeros_like(turns[0]) if past is None else past.pose.after
        changes = np.diff(turns, axis=0, prepend=before[None])
        frame, channel = np.nonzero(changes)
        events = np.stack([frame, channel, changes[frame, channel]], axis=1)
        if max(np.abs(start).max(initial=0), np.abs(end).max(initial=0)) > FARTHEST:
            raise InvalidInput(_FAR)
        pose = Pose(start, end, events, before)
        ramp = self.rig.ramp(pose, shares(seconds, seconds)) / ONE
        smooth[:, self.rig.ramps] -= ramp
        left = ((smooth - self._offset) / self._scale).astype(np.float32)
        self._last = Posed(left, pose, whole)
        return self._last

    def _unwrapped(self, raw: Floats, past: Posed | None) -> Floats:
        """Raw frames with their angles free of jumps of whole turns."""
        if past is not None:
            joined = np.concatenate([past.unwrapped[-1:], raw])
            return np.unwrap(joined, period=360.0, axis=0)[1:]
        whole = np.unwrap(raw, period=360.0, axis=0)
        middle = np.median(whole, axis=0) - self._offset
        whole[:, self._spin] -= 360.0 * np.rint(middle[self._spin] / 360.0)
        return whole

    def _anchors(self, units: Floats, past: Posed | None) -> tuple[Ints, Ints]:
        """Anchors (R,) at both ends, in quarters, from frames (n, C) in units of the network."""
        quarters = 4 * units[:, self.rig.ramps]
        if not (np.abs(quarters) < 2 * FARTHEST).all():
            raise InvalidInput(_FAR)
        first = np.where(self._level, np.median(quarters, axis=0), quarters[0])
        start = np.rint(first).astype(np.int64) if past is None else past.pose.end
        last = np.rint(quarters[-1]).astype(np.int64)
        return start, np.where(self._level, start, last)
