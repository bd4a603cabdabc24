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


def smooth(channels):
    """A smooth path (FRAMES, channels)."""
    return np.random.default_rng(9).normal(size=(FRAMES, channels)).cumsum(0).cumsum(0)


def followed():
    """Channels with two decimals, their bends, copies and negatives, and one that stands still."""
    free = smooth(2).round(2)
    bent = (np.sin(free / 400) * 300).round(2)
    made = np.column_stack([free, bent, free[:, :1], -free[:, 1:], np.full(FRAMES, np.nan)])
    return made.astype(np.float32)


def picture():
    """A small picture of 15 bits that moves and is noisy, but for a part that does not."""
    t, y, x = np.ogrid[:12, :16, :17]
    made = 128 + 60 * np.sin((y + 2 * t) / 5) + 40 * np.cos((x - t) / 4)
    made += np.random.default_rng(10).normal(size=made.shape)
    made[:, 3:5, 4:9] = 7
    return (made * 128).astype(np.uint16)


def raw():
    """Bits without any order, of the other order of bytes."""
    return np.frombuffer(np.random.default_rng(11).bytes(240), ">f4").reshape(12, 5)


EXACT = {
    "exact-decimals": lambda: vdsc.compress(followed(), lossless=True, fps=30),
    "exact-binary": lambda: vdsc.compress(np.sin(smooth(4) / 50), lossless=True, fps=29.97),
    "exact-int16": lambda: vdsc.compress((smooth(5) * 20).astype(np.int16), lossless=True),
    "exact-listed": lambda: vdsc.compress(
        np.exp(np.rint(smooth(3)) % 9).astype(">f8"), lossless=True, times=jitter()
    ),
    "exact-video": lambda: vdsc.compress(picture(), lossless=True, fps=25),
    "exact-floor": lambda: vdsc.compress(raw(), lossless=True),
}


def add(name: str) -> None:
    """Write NAME.vds and NAME.json; raises FileExistsError for a golden that is there."""
    data = (RECIPES | EXACT)[name]()
    with open(HERE / f"{name}.vds", "xb") as file:
        file.write(data)
    with open(HERE / f"{name}.json", "x") as file:
        told = exactly(data) if name in EXACT else kept(data) | {"frames": frames(data)}
        json.dump(told, file, indent=0)


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


def exactly(data: bytes) -> dict[str, object]:
    """Every bit of a lossless file's values, frame after frame."""
    values = vdsc.decompress(data).values
    told = [frame.tobytes().hex() for frame in np.ascontiguousarray(values)]
    return {"dtype": values.dtype.str, "shape": values.shape, "frames": told}
