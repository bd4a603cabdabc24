"""How each golden file was made, and what is kept of it."""

from __future__ import annotations

import json
from hashlib import sha256
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
    "drawn": lambda: vdsc.compress(clip(), quality=30, grid="rec"),
    "drawn-poisson": lambda: vdsc.compress(clip(), fps=120, quality=90, grid="rec", seed=5),
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


def bouncing():
    """Two grey rings on black that move by whole pixels, pass each other, and turn at walls."""
    y, x = np.ogrid[:15, :12]
    far = 4 * (y - 7) ** 2 + 6 * (x - 6) ** 2
    ring = np.where((far > 60) & (far < 200), 255 - 2 * np.abs(far - 130), 0)
    made, moves = np.zeros((14, 64, 64), np.int64), np.arange(14)
    for look, top, left in (
        (ring, np.abs(9 - 3 * moves), 5 + 3 * moves),
        (ring[::-1, ::2], 20 + moves, np.minimum(50 - 2 * moves, 58)),
    ):
        for frame, row, column in zip(made, top, left, strict=True):
            frame[row : row + look.shape[0], column : column + look.shape[1]] += look
    made[5, 40, 40] = 3
    return np.minimum(made, 255).astype(np.uint8)


def glow():
    """A small colour picture: waves that move by whole pixels and fade, a lamp, a frame twice."""
    y, x = np.ogrid[:24, :24]
    t = np.array([0, 1, 2, 2, 3, 4])[:, None, None]
    wave = 20 * np.sin((y + t) / 5) * np.cos((x - 2 * t) / 7) * (1 - 0.03 * t)
    lamp = 60 * np.exp(-((y - 20) ** 2 + (x - 4 - 3 * t) ** 2) / 30)
    return np.stack([118 + wave + lamp, 110 + wave + lamp, 140 - wave], axis=3).astype(np.uint8)


EXACT = {
    "exact-decimals": lambda: vdsc.compress(followed(), lossless=True, fps=30),
    "exact-binary": lambda: vdsc.compress(np.sin(smooth(4) / 50), lossless=True, fps=29.97),
    "exact-int16": lambda: vdsc.compress((smooth(5) * 20).astype(np.int16), lossless=True),
    "exact-listed": lambda: vdsc.compress(
        np.exp(np.rint(smooth(3)) % 9).astype(">f8"), lossless=True, times=jitter()
    ),
    "exact-video": lambda: vdsc.compress(picture(), lossless=True, fps=25),
    "exact-floor": lambda: vdsc.compress(raw(), lossless=True),
    "exact-sprites": lambda: vdsc.compress(bouncing(), lossless=True),
    "exact-colour": lambda: vdsc.compress(glow(), lossless=True),
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
    """What `bits` keeps of a lossless file's values."""
    return bits(vdsc.decompress(data).values)


def bits(values: np.ndarray) -> dict[str, object]:
    """Every bit of values, frame after frame; of large frames their SHA-256."""
    told = [frame.tobytes() for frame in np.ascontiguousarray(values)]
    frames = [sha256(raw).hexdigest() if len(raw) > 2048 else raw.hex() for raw in told]
    return {"dtype": values.dtype.str, "shape": [*values.shape], "frames": frames}
