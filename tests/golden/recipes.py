"""How each golden file was made, and what is kept of it."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

import vdsc
from tests import tiny
from vdsc.api import integers

HERE = Path(__file__).parent
FRAMES = 100


def clip(frames=FRAMES, dtype=np.float32):
    return tiny.clip(tiny.VECTORS, frames, seed=7).astype(dtype)


def jitter():
    """Irregular times with a pause."""
    steps = np.random.default_rng(8).uniform(0.01, 0.06, FRAMES)
    steps[30] = 3.0
    return np.round(np.cumsum(steps), 4)


RECIPES = {
    "one": lambda: vdsc.compress(clip(1)),
    "window": lambda: vdsc.compress(clip(41), quality=60),
    "windows": lambda: vdsc.compress(clip(), quality=90),
    "coarse": lambda: vdsc.compress(clip(), quality=1),
    "fine": lambda: vdsc.compress(clip(), quality=100, seed=3),
    "full": lambda: vdsc.compress(clip(50), knots="full"),
    "slow": lambda: vdsc.compress(clip(), fps=7.5),
    "rational": lambda: vdsc.compress(clip(dtype=np.float64), fps=29.97),
    "irregular": lambda: vdsc.compress(clip(), times=jitter()),
    "wild": lambda: vdsc.compress(40 * np.cumsum(clip(), axis=0), quality=100),
}


def add(name: str) -> None:
    """Write NAME.vds and NAME.json; raises FileExistsError for a golden that is there."""
    data = RECIPES[name]()
    with open(HERE / f"{name}.vds", "xb") as file:
        file.write(data)
    with open(HERE / f"{name}.json", "x") as file:
        json.dump(kept(data) | {"frames": frames(data)}, file, indent=0)


def kept(data: bytes) -> dict[str, list]:
    """Knots and cells of every window, as they must be read for ever."""
    windows = integers(data)
    return {
        "knots": [w.knots.tolist() for w in windows],
        "cells": [w.cells.tolist() for w in windows],
    }


def frames(data: bytes) -> list[list[float]]:
    """The first and the last frame, which may drift in their last digits."""
    values = vdsc.decompress(data).values[[0, -1]]
    return np.round(values.astype(float), 4).tolist()
