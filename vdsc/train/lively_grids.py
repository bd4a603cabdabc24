"""Knots for training a law of their values: many where a motion changes, few where it does not."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vdsc.core.types import Floats, Ints

AROUND = 7
"""Frames over which liveliness is averaged."""

LEAST = 0.4
"""The least share of liveliness, beside evenness, in where knots lie."""


def lively_grid(x: NDArray[np.float32], count: int, rng: np.random.Generator) -> Ints:
    """Frame numbers of about `count` knots of frames x (T, D), the first and the last among them.

    Knots part the integral of the root of the acceleration, mixed with an even share, into nearly
    equal pieces; the mixture and the places are drawn, as a law should serve any encoder's grids.
    """
    frames = len(x)
    if frames <= count or frames < AROUND:
        return np.arange(frames)
    share = rng.uniform(LEAST, 1)
    lively = share * liveliness(x) + (1 - share) + 1e-3
    way = np.concatenate([[0.0], np.cumsum((lively[1:] + lively[:-1]) / 2)])
    parts = np.linspace(0, 1, max(count, 2))
    parts[1:-1] += rng.uniform(-0.25, 0.25, len(parts) - 2) / (len(parts) - 1)
    at = np.interp(parts * way[-1], way, np.arange(frames))
    return np.unique(np.rint(at).astype(np.int64))


def liveliness(x: NDArray[np.float32]) -> Floats:
    """The root of the acceleration of frames x (T, D), averaged over some frames; its mean is 1."""
    bend = np.pad(np.abs(np.diff(x.astype(np.float64), n=2, axis=0)).sum(1), 1, mode="edge")
    wide = np.pad(bend, AROUND // 2, mode="edge")
    root = np.sqrt(np.convolve(wide, np.full(AROUND, 1 / AROUND), "valid"))
    mean = float(root.mean())
    return root / mean if mean > 0 else np.ones(len(x))
