"""Made clips: three seconds of stillness before three fast ones, and a minute that stands still."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

import vdsc
from benchmarks.knots import angular_speed, local_mean
from vdsc.bench.clips import MOTION_FPS, Clip

EFFORTS, QUALITIES = (0, 5, 9), (34, 75)
STRETCH = 180
"""Frames that stand still, and then those of the fastest three seconds."""


def made_clips(clips: Sequence[Clip]) -> list[dict[str, Any]]:
    """Knots in stillness and in fast motion of the longest clip, and what a still minute costs."""
    values = max((clip.values for clip in clips), key=len)
    speed = local_mean(angular_speed(values, MOTION_FPS), STRETCH)
    begin = int(np.clip(speed.argmax() - STRETCH // 2, 0, len(values) - STRETCH))
    fast = values[begin : begin + STRETCH]
    return [_row(fast, effort, quality) for effort in EFFORTS for quality in QUALITIES]


def _row(fast: NDArray[Any], effort: int, quality: int) -> dict[str, Any]:
    still = np.repeat(fast[:1], STRETCH, axis=0)
    minute = np.repeat(fast[:1], round(60 * MOTION_FPS), axis=0)
    knots = vdsc.inspect_knots(_file(np.concatenate([still, fast]), effort, quality))
    calm = int((knots < STRETCH / MOTION_FPS).sum())
    longer = len(_file(np.concatenate([minute, fast]), effort, quality))
    return {
        "effort": effort,
        "quality": quality,
        "still_knots": calm,
        "fast_knots": len(knots) - calm,
        "still_minute_bytes": longer - len(_file(fast, effort, quality)),
    }


def _file(values: NDArray[Any], effort: int, quality: int) -> bytes:
    return vdsc.compress(
        values, fps=MOTION_FPS, codec="knots", model="cmu", quality=quality, effort=effort,
        verify=False,
    )  # fmt: skip
