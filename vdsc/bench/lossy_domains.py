"""The two kinds of data, each with its clips, its codecs and its measure of error."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from vdsc.bench import clips as data
from vdsc.bench import metrics
from vdsc.bench.metrics import Pairs
from vdsc.bench.peers import (
    linear_reference,
    ours,
    predict_and_pack,
    raw_packers,
    video_codecs,
    zfp,
)
from vdsc.bench.peers.peer import Peer

DIGITS_FPS = 10.0
LOOKS = (5, 10, 20, 45, 60, 75, 90)
"""Qualities at which looks have other numbers of levels."""

Unit = Literal["deg", "dB"]


@dataclass(frozen=True, slots=True)
class LossyDomain:
    """What is measured together: `error` in `unit`, `extra` errors by name, `ask` errors to read.

    `sign` times the error is the loss, lower is better.
    """

    name: str
    title: str
    unit: Unit
    clips: list[data.Clip]
    peers: tuple[Peer, ...]
    error: Callable[[Pairs], float]
    extra: dict[str, Callable[[Pairs], float]]
    ask: tuple[float, ...]

    @property
    def sign(self) -> int:
        """1 where a lower error is better, -1 where a higher figure is."""
        return 1 if self.unit == "deg" else -1


def cmu(clips: int | None, qualities: tuple[int, ...]) -> LossyDomain:
    """Give CMU motion capture, the first `clips` val sequences or all."""
    train = [clip.values for clip in data.motion("train")]
    return LossyDomain(
        "cmu", "Motion capture, CMU val (60 fps, 96 channels)", "deg",
        data.motion("val")[:clips],
        (
            *ours.peers("cmu", data.MOTION_FPS, qualities),
            *ours.linear(data.MOTION_FPS),
            *linear_reference.peers(train),
            *predict_and_pack.peers(),
            *zfp.peers(),
            *raw_packers.peers((96,), np.float32),
        ),
        metrics.mean_angular_error,
        {"root_cm": metrics.mean_root_error},
        (0.25, 0.5, 1.0, 2.0),
    )  # fmt: skip


def digits(clips: int | None, qualities: tuple[int, ...]) -> LossyDomain:
    """Give Moving MNIST, `clips` clips (32 if None) of 100 frames from held-out digits."""
    return LossyDomain(
        "digits", "Moving MNIST, held-out digits (100 frames of 64 x 64)", "dB",
        data.moving_digits(clips or 32),
        (
            *ours.peers("digits", None, qualities),
            ours.by_itself(DIGITS_FPS, LOOKS),
            *video_codecs.peers(),
            *raw_packers.peers((64, 64, 1), np.uint8),
        ),
        metrics.mean_psnr,
        {},
        (20.0, 25.0, 30.0),
    )  # fmt: skip


DOMAINS: dict[str, Callable[[int | None, tuple[int, ...]], LossyDomain]] = {
    "cmu": cmu,
    "digits": digits,
}
