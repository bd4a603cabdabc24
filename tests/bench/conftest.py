"""Small clips to measure on."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from vdsc.bench.clips import Clip
from vdsc.bench.runner import Journal


def walk(frames: int, seed: int) -> Clip:
    """A smooth motion (frames, 96) with angles that jump by 360 degrees."""
    rng = np.random.default_rng(seed)
    values = np.cumsum(np.cumsum(rng.normal(0, 0.05, (frames, 96)), axis=0), axis=0)
    values[:, 3:] = (values[:, 3:] + rng.uniform(0, 360, 93)) % 360 - 180
    return Clip(f"walk_{seed}", values.astype(np.float32), 60.0)


@pytest.fixture(scope="session")
def walks() -> list[Clip]:
    """Four short motions."""
    return [walk(40 + 7 * seed, seed) for seed in range(4)]


@pytest.fixture(scope="session")
def film() -> Clip:
    """A bright square that moves over 12 dark frames of 64 x 64."""
    values = np.zeros((12, 64, 64, 1), np.uint8)
    for index, frame in enumerate(values):
        frame[20:40, 2 * index : 2 * index + 20] = 200
    return Clip("film", values, None)


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    """A journal without results."""
    return Journal(tmp_path / "run.part.json", {})
