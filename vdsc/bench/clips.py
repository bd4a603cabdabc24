"""The clips that are measured; they are found through the environment variable VDSC_DATA."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vdsc.bench.peers.peer import Values
from vdsc.train.sequence_folder import sequences_at

VARIABLE = "VDSC_DATA"
MOTION_FPS = 60.0
RATES = {"cmu_mb": MOTION_FPS, "ui_prmd": 50.0, "cmu_daz": 30.0}
"""Frames a second of each motion corpus."""

HELD_OUT = 50_000
"""MNIST digits from here on are never trained on."""

FRAMES = 100
SEED = 20_000


class NoData(Exception):
    """The data folder is not there; the message is the one line to show."""


@dataclass(frozen=True, slots=True)
class Clip:
    """One sequence: values (T, D) float32 or (T, 64, 64, C) uint8; fps None where it has none."""

    name: str
    values: Values
    fps: float | None


def root() -> Path:
    """The data folder that VDSC_DATA names."""
    folder = os.environ.get(VARIABLE)
    if not folder or not Path(folder).is_dir():
        raise NoData(f"no data: set {VARIABLE} to the folder that holds mocap/ and video/")
    return Path(folder)


def motion(split: str, corpus: str = "cmu_mb") -> list[Clip]:
    """All sequences of a motion capture corpus, `split` train or val, by name."""
    folder = root() / "mocap" / corpus
    packed = folder / f"{split}.npz"
    found = sequences_at(packed if packed.is_file() else folder / split)
    if not found:
        raise NoData(f"no data: {VARIABLE} holds no mocap/{corpus}/{split}/*.npy")
    return [Clip(name, values, RATES[corpus]) for name, values in found.items()]


def films(name: str) -> list[Clip]:
    """All clips (T, 64, 64, 3) uint8 of video/`name`.npz."""
    return [Clip(f"{name}_{index:02d}", values, None) for index, values in enumerate(_video(name))]


def moving_digits(count: int, *, frames: int = FRAMES, seed: int = SEED) -> list[Clip]:
    """Moving MNIST from held-out digits; equal seeds give equal clips."""
    from vdsc.train import moving_mnist

    made = moving_mnist.clips(_video("mnist_train")[HELD_OUT:], count, frames, seed)
    return [Clip(f"digits_{index:03d}", values, None) for index, values in enumerate(made)]


def _video(name: str) -> NDArray[np.uint8]:
    """The array `x` of video/`name`.npz."""
    file = root() / "video" / f"{name}.npz"
    if not file.is_file():
        raise NoData(f"no data: {VARIABLE} holds no video/{name}.npz")
    with np.load(file, allow_pickle=False) as archive:
        found: NDArray[np.uint8] = archive["x"]
        return found
