"""Where a window is and which way it faces, told apart from what its latents say; in integers.

    channels = unit (latent channels + ramp) + turns, or with the signs of its quaternions

A ramp is a straight line in time between two anchors, whole quarters of a channel's scale: moved
and turned data then cost what they cost where the checkpoint was trained. Turns are whole ones of
360 degrees, from the frame on at which they change: angles come back as they were, not modulo 360.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vdsc.codecs import turn_events
from vdsc.codecs.knots.params import KnotParams
from vdsc.container import varint
from vdsc.core.fixed import ONE
from vdsc.core.types import Floats, Ints
from vdsc.errors import CorruptFile
from vdsc.model.channel_layout import DEGREES, FOUR, TURNS, layout_of

FARTHEST = 1 << 24
"""The largest anchor, in quarters of a scale, and the largest number of turns."""

SHARE = 30
"""Bits after the point of a share of a window's time."""


@dataclass(frozen=True, eq=False)
class Rig:
    """What the pose of a file is made of: C channels, in Q16 where they are lengths.

    ramps: (R,) channels that have ramps. scales, turn: (C,) the scale of each channel and its
    whole turn, 0 of channels that do not turn. first_angle: the channels before this one are
    positions. unit: what a position of 1 is in the file. quads: (N, 4) the channels of each
    quaternion. unit_quads: (N,) whether it is given length 1. exponents: (C,) the power of two of
    its unit that each channel is held in.
    """

    ramps: Ints
    scales: Ints
    turn: Ints
    first_angle: int
    unit: int
    quads: Ints
    unit_quads: NDArray[np.bool_]
    exponents: Ints

    @classmethod
    def of(cls, frames: Mapping[str, Any], params: KnotParams, exponents: Ints) -> Rig | None:
        """From a checkpoint's `frames` settings; None for frames without a pose.

        exponents (C,): the power of two of its unit that each channel is held in.

        Raises CorruptFile for ramps of channels that there are not.
        """
        if params.ramps is None:
            return None
        if frames["kind"] == "pixels" or params.ramps >> len(frames["scale"]):
            raise CorruptFile("the file's ramps are not of its model's channels; it is damaged")
        ramps = [c for c in range(len(frames["scale"])) if params.ramps >> c & 1]
        layout, scale = layout_of(frames), np.array(frames["scale"], np.float64)
        every = np.full(len(scale), TURNS[DEGREES])  # as files of such frames have it
        units = scale, every if frames["kind"] == "angles" else layout.turn
        scales, turn = (np.rint(np.ldexp(u, 16 - exponents)).astype(np.int64) for u in units)
        first = int(frames.get("first_angle", 0))
        listed = np.array(ramps, np.int64)
        return cls(listed, scales, turn, first, params.unit, layout.quads, layout.unit, exponents)

    def ramp(self, pose: Pose, share: Ints) -> Ints:
        """Q16 heights (Q, R) of the ramps at shares (Q,) Q30 of the window's time."""
        scale = self.scales[self.ramps]
        rise = (pose.end - pose.start) * share[:, None] >> SHARE - 16
        heights: Ints = (pose.start * scale >> 2) + (rise * scale >> 18)
        return heights

    def place(self, latent: Ints, pose: Pose, seconds: Floats, times: Floats) -> Ints:
        """Channels (Q, C) Q16 at times (Q,) from what the latents say of them.

        seconds (N,) are the times of the window's frames, among which `times` lie.
        """
        placed = latent.copy()
        placed[:, self.ramps] += self.ramp(pose, shares(seconds, times))
        if self.unit != ONE:
            positions = placed[:, : self.first_angle]
            placed[:, : self.first_angle] = positions * self.unit >> 16
        if pose.turns.size or pose.before.any():
            frame = np.searchsorted(seconds, times, side="right") - 1
            turns = pose.turns_at(np.maximum(frame, 0))
            placed += self.turn * turns
        else:
            turns = np.zeros_like(placed)
        for quad, unit in zip(self.quads, self.unit_quads, strict=True):
            sign = 1 - 2 * (turns[:, quad[:1]] & 1)
            one = math.ldexp(1.0, 16 - int(self.exponents[quad[0]]))
            own = unit_length(placed[:, quad], one) if unit else placed[:, quad]
            placed[:, quad] = sign * own
        return placed


def unit_length(quads: Ints, one: float) -> Ints:
    """Quaternions (Q, 4) made as long as `one`; those of length 0 stay.

    Sums from left to right, one root, one product and one division each, which IEEE 754 fixes.
    """
    reals = quads.astype(np.float64)
    total = reals[:, 0] * reals[:, 0]
    for i in range(1, FOUR):
        total = total + reals[:, i] * reals[:, i]
    length = np.sqrt(total)[:, None]
    made: Ints = np.rint(reals * one / np.where(length > 0, length, 1.0)).astype(np.int64)
    return made


def shares(seconds: Floats, times: Floats) -> Ints:
    """Shares (Q,) Q30 of the way from the first to the last of `seconds` at times (Q,).

    One subtraction, one division and one rounding each, which IEEE 754 fixes to the bit.
    """
    if len(seconds) == 1:
        return np.zeros(len(times), dtype=np.int64)
    way = (times - seconds[0]) / (seconds[-1] - seconds[0])
    share: Ints = np.rint(way * (1 << SHARE)).astype(np.int64)
    return share


@dataclass(frozen=True, eq=False)
class Pose:
    """Pose of one window: anchors start and end (R,), and turns (E, 3) of frame, channel, change.

    before: whole turns (C,) of the frames before the first change.
    """

    start: Ints
    end: Ints
    turns: Ints
    before: Ints

    def turns_at(self, frames: Ints) -> Ints:
        """Whole turns (Q, C) at frames (Q,) of the window."""
        return turn_events.at(self.turns, self.before, frames)

    @property
    def after(self) -> Ints:
        """Whole turns (C,) of the window's last frame."""
        return turn_events.after(self.turns, self.before)


def pack(pose: Pose, *, fresh: bool) -> bytes:
    """A window's pose as bytes: anchors, each from the one before, then the changes of turns."""
    out = bytearray()
    if fresh:
        out += b"".join(varint.put_signed(int(anchor)) for anchor in pose.start)
    out += b"".join(varint.put_signed(int(rise)) for rise in pose.end - pose.start)
    return bytes(out) + turn_events.pack(pose.turns)


def unpack(
    body: bytes, at: int, *, ramps: int, channels: int, frames: int, past: Pose | None
) -> tuple[Pose, int]:
    """The inverse of `pack`, and where the pose ends in a body; `past` is None where it is fresh.

    Raises CorruptFile for channels, frames and sizes that cannot be.
    """
    start, at = ([], at) if past is not None else _signed(body, at, ramps)
    begin = np.array(start, np.int64) if past is None else past.end
    rise, at = _signed(body, at, ramps)
    end = begin + np.array(rise, np.int64)
    if np.abs(end).max(initial=0) > FARTHEST:
        raise _impossible()
    before = np.zeros(channels, np.int64) if past is None else past.after
    turns, at = turn_events.unpack(body, at, frames=frames, before=before, most=FARTHEST)
    return Pose(begin, end, turns, before), at


def _signed(body: bytes, at: int, count: int) -> tuple[list[int], int]:
    numbers = []
    for _ in range(count):
        number, at = varint.get_signed(body, at)
        if abs(number) > 2 * FARTHEST:
            raise _impossible()
        numbers.append(number)
    return numbers, at


def _impossible() -> CorruptFile:
    return CorruptFile("a chunk says what cannot be of its pose; the file is damaged")
