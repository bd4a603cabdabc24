"""Smooth surfaces that move, as weather does."""

from __future__ import annotations

import numpy as np


def drifting(frames, rows, columns, scale, seed=0):
    """Whole numbers (T, H, W) of a sum of waves that drift, and change."""
    rng = np.random.default_rng(seed)
    t, y, x = np.ogrid[:frames, :rows, :columns]
    made = rng.normal(size=(frames, rows, columns)).cumsum(0) / 8
    made = sum(np.roll(made, (down, right), (1, 2)) for down in range(4) for right in range(4))
    for _ in range(6):
        speed, down, right = rng.normal(size=3) * [0.2, 0.3, 0.3]
        made += 3 * np.sin(speed * t + down * y + right * x + rng.normal())
    return np.rint(scale * made).astype(np.int64)
