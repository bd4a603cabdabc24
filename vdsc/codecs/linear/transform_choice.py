"""Whether a transform of the frames saves bits, judged from a few windows."""

from __future__ import annotations

import numpy as np

from vdsc.codecs.linear.bridges import less_line, waves
from vdsc.codecs.linear.cosines import Cosines
from vdsc.core.types import Floats

WINDOW, WINDOWS = 32, 4
"""Steps of a window, and how many are looked at."""

WORTH = 0.97
"""Share of the bits below which a transform is worth its time."""


def saves(cosines: Cosines, x: Floats) -> bool:
    """Whether the coefficients of a path x (n, C) in steps take fewer bits with cosines."""
    some = _some(x)
    return _bits(cosines.forward(some)) < WORTH * _bits(some)


def _some(x: Floats) -> Floats:
    """Frames (m, C) of up to four windows over the whole path."""
    size = min(WINDOW, len(x) - 1)
    starts = np.unique(np.linspace(0, len(x) - 1 - size, WINDOWS).astype(int))
    return np.concatenate([x[s : s + size + 1] for s in starts])


def _bits(x: Floats) -> float:
    """Bits of windows (m, C) in steps, about: of the knots, and of what is beside the lines."""
    size = min(WINDOW, len(x) - 1)
    parts = x.reshape(-1, size + 1, x.shape[1])
    start, end = parts[:, :1], parts[:, -1:]
    spent = np.log1p(np.square(end - start)).sum()
    if size > 1:
        off = less_line(parts, start, end, np.linspace(0, 1, size + 1))
        spent += np.log1p(np.square(waves(size) @ off)).sum()
    return float(spent)
