"""Offset and scale of each channel, and which channels are kept apart from what networks see."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from vdsc.core.types import Floats, Ints, Values
from vdsc.model.channel_layout import (
    DEGREES,
    FOURS,
    LENGTH,
    PLAIN,
    QUATERNION,
    RADIANS,
    UNIT,
    of_kinds,
    signs,
)

BAND = 4.0
"""Plain channels that spread alike up to this factor share a scale, and so an error."""

WANDERS = {LENGTH: 3.0, PLAIN: 100.0, DEGREES: 100.0, RADIANS: 100.0}
"""A channel that differs so much more between sequences than within one gets a ramp.

Places may be anywhere; of others a ramp costs two bytes that latents seldom do.
"""

STILL = 1e-3
"""A channel that moves less within sequences, as a share of its spread, is sent once."""

FINE = 16.0
"""Such a channel's scale is so much finer than its spread: it is sent in quarters of it."""

RAMPS, HIGHEST = 12, 62
"""The most ramps of a model; channels beyond the highest have none (a header's integer)."""


@dataclass(frozen=True, eq=False)
class Scales:
    """The `frames` and `pose` settings of a checkpoint, and how many channels never move."""

    frames: dict[str, Any]
    pose: dict[str, Any]
    still: int


@dataclass(frozen=True, eq=False)
class _Spread:
    """Of C channels: their means, and how far they spread in all, within and between sequences."""

    offset: Floats
    total: Floats
    within: Floats
    between: Floats

    @classmethod
    def of(cls, smooth: Sequence[Floats]) -> _Spread:
        every = np.concatenate(smooth)
        within = np.sqrt(np.mean([bent(clip) for clip in smooth], axis=0))
        between = np.std([clip.mean(0) for clip in smooth], axis=0)
        return cls(every.mean(0), every.std(0), within, between)

    @property
    def moving(self) -> Values:
        """Which channels change at all."""
        moves: Values = self.total > 1e-6 * (np.abs(self.offset) + 1e-6)
        return moves


def scales_of(clips: Sequence[Values], kinds: list[str]) -> Scales:
    """Scales of channels (C,) from clips (T, C): channels of a kind share the spread of them all.

    An error of a degree or of a centimetre then weighs the same wherever it is; plain channels
    share a scale only with those that spread alike.
    """
    spread = _Spread.of(unwound(clips, kinds))
    ramps, level = _apart(spread, kinds)
    scale = _scale(spread, kinds, ramps, level)
    frames: dict[str, Any] = {"kind": "channels", "kinds": list(kinds)}
    frames |= {"offset": np.float32(spread.offset).tolist(), "scale": np.float32(scale).tolist()}
    still = int((~spread.moving).sum())
    return Scales(frames, {"ramps": ramps.tolist(), "level": level.tolist()}, still)


def _apart(spread: _Spread, kinds: Sequence[str]) -> tuple[Ints, Ints]:
    """Channels that have ramps, and those among them whose ramps are level."""
    able = spread.moving & (np.arange(len(kinds)) < HIGHEST)
    able &= np.array([kind not in FOURS for kind in kinds])
    most = np.array([WANDERS.get(kind, np.inf) for kind in kinds])
    fixed = spread.within < STILL * spread.total
    ramps = np.flatnonzero(able & (fixed | (spread.between > most * spread.within)))[:RAMPS]
    return ramps, ramps[fixed[ramps]]


def _scale(spread: _Spread, kinds: Sequence[str], ramps: Ints, level: Ints) -> Floats:
    """Scales (C,); what a ramp takes off does not count."""
    size, alone = spread.total.copy(), spread.moving.copy()
    size[ramps], alone[level] = np.maximum(spread.within[ramps], 1e-12), False
    scale = np.ones(len(kinds))
    for own in _sharing(kinds, size, alone):
        scale[own] = np.sqrt(np.mean(np.square(size[own])))
    scale = _for_still(scale, kinds, spread.moving)
    scale[level] = spread.total[level] / FINE
    return scale


def _sharing(kinds: Sequence[str], size: Floats, moving: Values) -> list[Values]:
    """Numbers of the moving channels, those together that share a scale."""
    names = np.array([QUATERNION if kind == UNIT else kind for kind in kinds])
    found = [np.flatnonzero((names == k) & moving) for k in sorted({*names} - {PLAIN})]
    left = np.flatnonzero((names == PLAIN) & moving)
    while len(left):
        near = size[left] * BAND >= size[left].max()
        found.append(left[near])
        left = left[~near]
    return [own for own in found if len(own)]


def _for_still(scale: Floats, kinds: Sequence[str], moving: Values) -> Floats:
    """Scales in which channels that never move have that of the moving ones of their kind."""
    out = scale.copy()
    for at in np.flatnonzero(~moving):
        same = [i for i, kind in enumerate(kinds) if kind == kinds[int(at)] and moving[i]]
        out[at] = scale[same].max() if same else 1.0
    return out


def unwound(clips: Sequence[Values], kinds: list[str]) -> list[Floats]:
    """Clips (T, C) without jumps of whole turns or of signs, all on the side where most are."""
    layout = of_kinds(kinds, [1.0] * len(kinds))
    smooth = [clip.astype(np.float64) for clip in clips]
    for at in np.flatnonzero(layout.turn):
        _wind(smooth, int(at), float(layout.turn[at]))
    for quad in layout.quads:
        _face(smooth, quad)
    return smooth


def _wind(smooth: list[Floats], at: int, turn: float) -> None:
    """Unwrap a channel, and bring each clip to the turn nearest to the mean direction of all."""
    every = np.exp(2j * np.pi / turn * np.concatenate([clip[:, at] for clip in smooth]))
    middle = float(np.angle(every.mean())) * turn / (2 * np.pi)
    for clip in smooth:
        whole = np.unwrap(clip[:, at], period=turn)
        clip[:, at] = whole - turn * np.rint((np.median(whole) - middle) / turn)


def _face(smooth: list[Floats], quad: Values) -> None:
    """Give a quaternion's four channels the signs with which it lies near the axis of all."""
    every = np.concatenate([clip[:, quad] for clip in smooth])
    axis = np.linalg.eigh(every.T @ every)[1][:, -1]
    axis *= np.sign(axis[np.abs(axis).argmax()])
    for clip in smooth:
        clip[:, quad] *= signs(clip[:, quad])[:, None]
        if clip[:, quad].mean(axis=0) @ axis < 0:
            clip[:, quad] *= -1


def bent(smooth: Floats) -> Floats:
    """Mean squares (C,) of what a straight line from the first to the last frame leaves."""
    share = np.linspace(0, 1, len(smooth))[:, None]
    found: Floats = np.square(smooth - smooth[:1] - share * (smooth[-1:] - smooth[:1])).mean(0)
    return found
