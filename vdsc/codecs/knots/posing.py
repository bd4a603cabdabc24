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
from vdsc.model.channel_layout import layout_of, signs

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
        self.rig, self._first, self._layout = rig, rig.first_angle, layout_of(settings)
        self._turns = self._layout.turn > 0
        self._offset, self._scale = (np.array(settings[k], np.float64) for k in ("offset", "scale"))
        self._level = np.isin(rig.ramps, level)
        self._spin = self._turns.copy()  # angles whose turns are normalised
        self._spin[rig.ramps] = False
        self._last: Posed | None = None

    def take(self, values: Values, seconds: Floats, *, fresh: bool) -> Posed:
        """Pose of a window's raw frames (n, C) at times (n,), and what is left of them.

        Raises InvalidInput for values too far away to be told.
        """
        raw = values.astype(np.float64)
        past = None if fresh else self._last
        turning, turn = self._turns, self._layout.turn[self._turns]
        if not (np.abs(raw[:, turning]) < turn / 2 * FARTHEST).all():
            raise InvalidInput(_WOUND)
        whole, turns = self._unwrapped(raw, past), np.zeros(raw.shape, np.int64)
        turns[:, turning] = np.rint((raw - whole)[:, turning] / turn)
        for quad in self._layout.quads:
            turns[:, quad[0]] = (raw[:, quad] * whole[:, quad]).sum(axis=1) < 0
        smooth = whole.copy()
        smooth[:, : self._first] *= ONE / self.rig.unit
        start, end = self._anchors((smooth - self._offset) / self._scale, past)
        before = np.zeros_like(turns[0]) if past is None else past.pose.after
        changes = np.diff(turns, axis=0, prepend=before[None])
        frame, channel = np.nonzero(changes)
        events = np.stack([frame, channel, changes[frame, channel]], axis=1)
        if max(np.abs(start).max(initial=0), np.abs(end).max(initial=0)) > FARTHEST:
            raise InvalidInput(_FAR)
        pose = Pose(start, end, events, before)
        ramp = self.rig.ramp(pose, shares(seconds, seconds)).astype(np.float64)
        ramp = np.ldexp(ramp, self.rig.exponents[self.rig.ramps] - 16)
        smooth[:, self.rig.ramps] -= ramp
        left = ((smooth - self._offset) / self._scale).astype(np.float32)
        self._last = Posed(left, pose, whole)
        return self._last

    def _unwrapped(self, raw: Floats, past: Posed | None) -> Floats:
        """Raw frames with angles free of jumps of whole turns, quaternions of those of sign."""
        joined = raw if past is None else np.concatenate([past.unwrapped[-1:], raw])
        whole = self._smooth(joined)[len(joined) - len(raw) :]
        if past is not None:
            return whole
        middle, turn = np.median(whole, axis=0) - self._offset, self._layout.turn[self._spin]
        whole[:, self._spin] -= turn * np.rint(middle[self._spin] / turn)
        for quad in self._layout.quads:
            if whole[:, quad].mean(axis=0) @ self._offset[quad] < 0:
                whole[:, quad] *= -1
        return whole

    def _smooth(self, joined: Floats) -> Floats:
        """Frames (n, C) without jumps after the first."""
        whole = joined.copy()
        for period in np.unique(self._layout.turn[self._turns]):
            own = self._layout.turn == period
            whole[:, own] = np.unwrap(joined[:, own], period=period, axis=0)
        for quad in self._layout.quads:
            whole[:, quad] *= signs(joined[:, quad])[:, None]
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
