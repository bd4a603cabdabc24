"""A checkpoint of sprites with small untrained networks, and clips for it."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from vdsc.codecs.scene.look_canvas import LADDER

CELL, HIDDEN = 12, 5
INPUTS = {"fine": 161, "coarse": 161, "smooth": 56}
OUTPUTS = {"fine": LADDER[-1], "coarse": sum(LADDER[:-1]), "smooth": 1}


def write_sprites(out: Path, seed: int = 0) -> Path:
    """Write the checkpoint, called as its folder."""
    from vdsc.train.checkpoint_folder import write_folder

    settings = {"name": out.name, "kind": "sprites", "net": {"cell": CELL}}
    write_folder(out, settings, weights(seed), {})
    return out


def weights(seed: int = 0) -> dict[str, np.ndarray]:
    """Layers with random weights, and sizes that are all about as likely."""
    rng, made = np.random.default_rng(seed), {}
    for name, count in INPUTS.items():
        widths = (count, HIDDEN, HIDDEN, OUTPUTS[name])
        for i in range(3):
            shape = (widths[i + 1], widths[i])
            made[f"{name}.{i}.weight"] = rng.normal(size=shape).astype(np.float32)
            made[f"{name}.{i}.bias"] = rng.normal(size=shape[0]).astype(np.float32)
    sizes = np.full(CELL * CELL + 1, 65536 // (CELL * CELL + 1), np.int32)
    sizes[0] += 65536 - sizes.sum()
    return made | {"sizes": sizes}


def looks(count: int, rng: np.random.Generator) -> list[np.ndarray]:
    """Soft blobs (h, w) uint8 whose ink touches all four sides."""
    made = []
    for _ in range(count):
        size = tuple(rng.integers(3, 9, 2).tolist())
        look = rng.choice([0, 30, 130, 200, 253, 255], size).astype(np.uint8)
        look[rng.integers(size[0]), [0, -1]] = 254
        look[[0, -1], rng.integers(size[1])] = 90
        made.append(look)
    return made


def tracks(count: int, frames: int, room: tuple[int, int], rng: np.random.Generator) -> np.ndarray:
    """Places (frames, count, 2) that bounce within 0 to room."""
    at = np.linspace((0, 0), room, count).astype(np.int64)  # apart in the first frame
    speed = rng.integers(-2, 3, (count, 2))
    made = np.zeros((frames, count, 2), np.int64)
    for t in range(frames):
        made[t] = at
        at = at + speed
        out = (at < 0) | (at > room)
        at = np.clip(at, 0, room)
        speed = np.where(out, rng.integers(-2, 3, speed.shape), speed)
    return made


def film(frames: int = 12, size: tuple[int, int] = (30, 26), seed: int = 3) -> np.ndarray:
    """Frames (T, H, W) uint8 of two sprites over black."""
    rng = np.random.default_rng(seed)
    made, pictures = np.zeros((frames, *size), np.int64), looks(2, rng)
    places = tracks(2, frames, (size[0] - 9, size[1] - 9), rng)
    for frame, at in zip(made, places, strict=True):
        for look, (row, column) in zip(pictures, at, strict=True):
            frame[row : row + look.shape[0], column : column + look.shape[1]] += look
    return np.minimum(made, 255).astype(np.uint8)
