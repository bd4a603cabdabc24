"""The clips that are measured; they are found through the environment variable VDSC_DATA."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from vdsc.bench.peers.base import Values

VARIABLE = "VDSC_DATA"
MOTION_FPS = 60.0
HELD_OUT = 50_000
"""MNIST digits from here on are never trained on."""

FRAMES = 100
SEED = 20_000


class NoData(Exception):
    """The data folder is not there; the message is the one line to show."""


@dataclass(frozen=True, slots=True)
class Clip:
    """One sequence: values (T, 96) float32 or (T, 64, 64, 1) uint8; fps None where it has none."""

    name: str
    values: Values
    fps: float | None


def root() -> Path:
    """The data folder that VDSC_DATA names."""
    folder = os.environ.get(VARIABLE)
    if not folder or not Path(folder).is_dir():
        raise NoData(f"no data: set {VARIABLE} to the folder that holds mocap/ and video/")
    return Path(folder)


def motion(split: str) -> list[Clip]:
    """All sequences of CMU motion capture, layout `cmu_mb`, `split` train or val, by name."""
    files = sorted((root() / "mocap" / "cmu_mb" / split).glob("*.npy"))
    if not files:
        raise NoData(f"no data: {VARIABLE} holds no mocap/cmu_mb/{split}/*.npy")
    return [Clip(file.stem, np.load(file, allow_pickle=False), MOTION_FPS) for file in files]


def moving_digits(count: int, *, frames: int = FRAMES, seed: int = SEED) -> list[Clip]:
    """Moving MNIST from held-out digits; equal seeds give equal clips."""
    from vdsc.train import moving_mnist

    file = root() / "video" / "mnist_train.npz"
    if not file.is_file():
        raise NoData(f"no data: {VARIABLE} holds no video/mnist_train.npz")
    with np.load(file, allow_pickle=False) as archive:
        digits = archive["x"][HELD_OUT:]
    made = moving_mnist.clips(digits, count, frames, seed)
    return [Clip(f"digits_{index:03d}", values, None) for index, values in enumerate(made)]
