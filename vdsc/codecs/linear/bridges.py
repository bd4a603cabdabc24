"""A stretch of frames less the line between its ends, as real sine coefficients; for encoders."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from vdsc.core.sequence import Times
from vdsc.core.types import Floats


@lru_cache(maxsize=32)
def waves(steps: int) -> Floats:
    """(steps - 1, steps - 1) orthonormal sines, frames by rows: its own inverse."""
    number = np.arange(1, steps)
    made: Floats = np.sqrt(2 / steps) * np.sin(np.pi / steps * np.outer(number, number))
    return made


def less_line(frames: Floats, start: Floats, end: Floats, way: Floats) -> Floats:
    """What the inner frames (..., n - 1, C) of (..., n + 1, C) have beside the line."""
    inner: Floats = frames[..., 1:-1, :] - start - (end - start) * way[1:-1, None]
    return inner


def coefficients(frames: Floats, start: Floats, end: Floats, times: Times) -> Floats:
    """Coefficients (n - 1, C) of frames (n + 1, C) at times (n + 1,) between two knots (C,)."""
    way = (times - times[0]) / (times[-1] - times[0])
    steps = len(frames) - 1
    off = less_line(frames, start, end, way)
    if np.abs(way * steps - np.arange(steps + 1)).max() < 1e-4:
        found: Floats = waves(steps) @ off
        return found
    phase = np.pi * np.outer(way[1:-1], np.arange(1, steps))
    return np.asarray(np.linalg.lstsq(np.sqrt(2 / steps) * np.sin(phase), off, rcond=1e-6)[0])
