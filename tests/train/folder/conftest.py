"""A folder of made motion with channels of every kind, and a model trained on it for a moment."""

from __future__ import annotations

import json
from contextlib import ExitStack
from unittest.mock import patch

import numpy as np
import pytest

from vdsc.model import refine
from vdsc.train import checkpoint
from vdsc.train.folder import basis_choice, folder_trainer, kept_files, run_plan
from vdsc.train.folder.folder_front_door import train_folder

NAMES = ["root.xposition", "root.yposition", "root.zposition", "hip.rotation", "knee.rotation"]
NAMES += ["a", "b", "c", "d", "heat", "still", "fixed"]
FPS = 20.0


def motion(seed: int, frames: int) -> np.ndarray:
    """Two wound angles in degrees, a quaternion that flips, a series, constants: (T, 12)."""
    rng = np.random.default_rng(seed)
    time = np.arange(frames)[:, None] / FPS
    swing = np.sin(2 * np.pi * rng.uniform(0.2, 0.8, 8) * time + rng.uniform(0, 6, 8))
    values = np.zeros((frames, 12))
    values[:, :3] = 0.1 * swing[:, :3] + rng.normal(size=3) * 5 + time
    values[:, 3:5] = (175 + 20 * swing[:, 3:5] + 180) % 360 - 180
    quads = np.concatenate([1 + 0 * time, 0.4 * swing[:, 4:7]], axis=1)
    quads /= np.linalg.norm(quads, axis=1, keepdims=True)
    values[:, 5:9] = quads * np.where(np.arange(frames) // 23 % 2, -1, 1)[:, None]
    values[:, 9] = 40 * swing[:, 7]
    values[:, 10], values[:, 11] = 7.5, rng.integers(2, 9)
    return values.astype(np.float32)


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    """Nine sequences and what their channels are called."""
    made = tmp_path_factory.mktemp("data") / "moves"
    made.mkdir()
    for seed in range(9):
        np.save(made / f"{seed}.npy", motion(seed, 48 + seed))
    (made / "channels.json").write_text(json.dumps(NAMES))
    return made


@pytest.fixture(scope="session")
def model(folder, tmp_path_factory):
    """A model of it after a few steps, and what was said on the way."""
    home, lines = tmp_path_factory.mktemp("home"), []
    out = home / "models" / "mine"
    runs = "vdsc.train.folder.folder_front_door.RUNS"
    few = {"DENSITIES": (0.0, 1.0), "COARSE": (0.5, 2.0), "MEASURED": 2}
    with ExitStack() as short:
        short.enter_context(patch.multiple(checkpoint, **few))
        short.enter_context(patch.object(run_plan, "MOST", 12))
        short.enter_context(patch.object(refine, "STEPS", 6))
        short.enter_context(patch.object(folder_trainer, "JUDGED", 2))
        short.enter_context(patch.multiple(basis_choice, LEARNED=200, TRIED=100))
        short.enter_context(patch.object(kept_files, "QUALITIES", (50,)))
        short.enter_context(patch(runs, home / "runs"))
        said = train_folder(folder, out, fps=FPS, minutes=1, say=lines.append)
    return out, [*lines, said]
