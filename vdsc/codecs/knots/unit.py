"""In which unit a sequence has its positions: its own checkpoint's, or metres and the like."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from vdsc.core.fixed import ONE
from vdsc.core.types import Floats, Values

UNITS = {"m": 1.0, "cm": 0.01, "mm": 0.001, "inch": 0.0254}
"""Metres of the units that are recognised beside the checkpoint's own."""

LOWEST, HIGHEST = 0.55, 1.6
"""How far the usual height may be from that of training, as a factor, to be taken for one."""


@dataclass(frozen=True, slots=True)
class Measure:
    """What a checkpoint says of its positions.

    metres: its unit. upright, height: the channel that points up and its usual value. fastest:
    units that the hip moves while its angles move by a degree, at most.
    """

    metres: float
    upright: int
    height: float
    fastest: float

    def unit_of(self, values: Values, first_angle: int) -> int:
        """What a position of 1 in the checkpoint's unit is in raw frames (n, ...), Q16.

        A larger unit is believed only where the hip moves faster than it could in the usual one.
        """
        raw = values.reshape(len(values), -1).astype(np.float64)
        tall = float(np.median(raw[:, self.upright])) / self.height
        for metres in UNITS.values():
            factor = self.metres / metres
            fits = LOWEST <= tall / factor <= HIGHEST
            if fits and (factor <= 1 or _pace(raw, first_angle) > self.fastest):
                return round(factor * ONE)
        return ONE


def measure_of(frames: Mapping[str, Any], pose: Mapping[str, Any]) -> Measure | None:
    """From a checkpoint's settings; None where they do not say what its unit is."""
    if "metres" not in pose or not pose.get("level"):
        return None
    upright = int(pose["level"][0])
    height = float(frames["offset"][upright])
    if height <= 0:
        return None
    return Measure(float(pose["metres"]), upright, height, float(pose["fastest"]))


def _pace(raw: Floats, first_angle: int) -> float:
    """Units that positions move while angles move by a degree."""
    step = np.abs(np.diff(raw, axis=0))
    turned = step[:, first_angle:] - 360 * np.rint(step[:, first_angle:] / 360)
    moved = _usual(np.sqrt(np.square(step[:, :first_angle]).sum(axis=1)))
    return moved / max(_usual(np.abs(turned).mean(axis=1)), 1e-9)


def _usual(steps: Floats) -> float:
    """The median of those steps that are not still."""
    moving = steps[steps > 0]
    return float(np.median(moving)) if moving.size else 0.0
