"""How large a folder's model is: its knots by how fast things move, its networks by the data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vdsc.model.curve import spline_matrix
from vdsc.model.net_config import NetConfig

GAPS = (1, 2, 3, 4, 6, 8, 12, 16, 24, 32)
"""Frames between knots that are tried."""

CLOSE, ROUGH = 0.015, 0.12
"""What splines may leave, as a share of how far values spread, at the highest and lowest rate."""

LOOKED, FRAMES = 24, 240
"""Sequences, and frames of each, that the rates are found on."""

WINDOW = 121
"""The most frames of a training window."""

CHUNK = 601
"""Frames that a file codes at once."""

ROWS = 96
"""Frames of the longest gap between knots."""

SIZES = ((4000, 32, 64, 96), (30000, 64, 128, 96), (1 << 62, 96, 256, 128))
"""Training frames up to which networks have so many hidden states and features, and the law of
knots so wide a memory."""


def config_of(clips: Sequence[NDArray[Any]], latent: int, fps: float) -> NetConfig:
    """The shape of the networks for clips (T, C) in network units at `fps` frames a second."""
    frames = sum(map(len, clips))
    hidden, features, memory = next(size for most, *size in SIZES if frames <= most)
    low, high = rates(clips, fps)
    return NetConfig(
        frame=(clips[0].shape[1],),
        latent=latent,
        fps=fps,
        window=window_of(clips),
        hidden=hidden,
        features=features,
        rates=(low, high),
        limit=min(max(4 / low, 8 / fps), ROWS / fps),
        interpolation="spline",
        decoder="linear",
        noise="laplace",
        obs_scale=0.05,
        memory=memory,
    )


def window_of(clips: Sequence[NDArray[Any]]) -> int:
    """Frames of a training window, which four in five sequences have."""
    return int(min(WINDOW, np.quantile([len(clip) for clip in clips], 0.2)))


def rates(clips: Sequence[NDArray[Any]], fps: float) -> tuple[float, float]:
    """The lowest and highest rate of knots, a second, that the data ask for."""
    left = np.array([_left(clips, gap) for gap in GAPS])
    rough, close = (max(1, int((left <= most).sum())) for most in (ROUGH, CLOSE))
    return fps / GAPS[max(rough, close) - 1], fps / GAPS[close - 1]


def _left(clips: Sequence[NDArray[Any]], gap: int) -> float:
    """What splines through every `gap`-th frame leave, as a share of the spread."""
    off = spread = 0.0
    for clip in clips[:: max(1, len(clips) // LOOKED)]:
        some = clip[: (min(len(clip), FRAMES) - 1) // gap * gap + 1]
        if len(some) < 2 * gap + 1:
            continue
        at = np.arange(len(some), dtype=np.float64)
        made = spline_matrix(at[::gap], at) @ some[::gap]
        off += float(np.abs(some - made).sum())
        spread += float(np.abs(some - some.mean(0)).sum())
    return off / spread if spread else np.inf
