"""Frames as files hold them, and frames as the networks see them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class PixelFrames:
    """uint8 images (T, H, W, C), seen as [0, 1]."""

    kind = "pixels"

    def to_network(self, values: NDArray[np.generic], last: Floats | None = None) -> Floats:
        """(T, H, W, C) uint8 to float32 in [0, 1]; no frame depends on the one before."""
        return (values.astype(np.float32) / 255).astype(np.float32)

    def from_network(self, frames: Floats) -> NDArray[np.uint8]:
        """float32 in [0, 1] to uint8, rounded and clipped."""
        return np.clip(np.rint(frames * 255), 0, 255).astype(np.uint8)


@dataclass(frozen=True, slots=True)
class AngleFrames:
    """Channel vectors (T, D) some of which are angles in degrees, seen in units of `scale`.

    angles (D,) bool; offset and scale (D,). Angles are unwrapped in time and brought to the turn
    nearest to `offset`, so a jump of 360 degrees costs nothing and is not restored: angles come
    back modulo 360.
    """

    angles: NDArray[np.bool_]
    offset: Floats
    scale: Floats
    kind = "angles"

    def to_network(self, values: NDArray[np.generic], last: Floats | None = None) -> Floats:
        """(T, D) to float32 network units; `last` (D,) is the frame before, when there is one."""
        smooth = values.astype(np.float64)
        turns = smooth[:, self.angles]
        before = None if last is None else (last * self.scale + self.offset)[None, self.angles]
        joined = turns if before is None else np.concatenate([before, turns])
        joined = np.unwrap(joined, period=360.0, axis=0)
        if before is None:
            middle = np.median(joined, axis=0) - self.offset[self.angles]
            joined = joined - 360.0 * np.rint(middle / 360.0)
        smooth[:, self.angles] = joined if before is None else joined[1:]
        return ((smooth - self.offset) / self.scale).astype(np.float32)

    def from_network(self, frames: Floats) -> Floats:
        """float32 network units to channels."""
        return (frames * self.scale + self.offset).astype(np.float32)


@dataclass(frozen=True, slots=True)
class ChannelFrames:
    """Channel vectors (T, D) of any kinds, seen in units of `scale` from `offset`, both (D,).

    Turns and the signs of quaternions are taken off before (`codecs/knots/posing.py`).
    """

    offset: Floats
    scale: Floats
    kind = "channels"

    def to_network(self, values: NDArray[np.generic], last: Floats | None = None) -> Floats:
        """(T, D) to float32 network units; no frame depends on the one before."""
        return ((values.astype(np.float64) - self.offset) / self.scale).astype(np.float32)

    def from_network(self, frames: Floats) -> Floats:
        """float32 network units to channels."""
        return (frames * self.scale + self.offset).astype(np.float32)


Frames = PixelFrames | AngleFrames | ChannelFrames


def build(settings: dict[str, Any]) -> Frames:
    """The frames that a checkpoint's `frames` settings name."""
    if settings["kind"] == "pixels":
        return PixelFrames()
    offset = np.asarray(settings["offset"], np.float32)
    if settings["kind"] == "channels":
        return ChannelFrames(offset, np.asarray(settings["scale"], np.float32))
    angles = np.zeros(len(offset), bool)
    angles[settings["first_angle"] :] = True
    return AngleFrames(angles, offset, np.asarray(settings["scale"], np.float32))
