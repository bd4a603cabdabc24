"""Tiles to train on: crops of photographs at several reductions, and their cosines."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vdsc.errors import InvalidInput

Tiles = NDArray[np.uint8]
Reals = NDArray[np.float32]

SIDE = 32
REDUCTIONS = ((1, 300), (2, 400), (3, 250), (4, 200), (6, 120), (8, 80), (12, 40))
"""By how much a photograph is made smaller, and how many crops are taken of it then."""

SHADES = np.array([[1, 1, 1], [1, 0, -1], [0.5, -1, 0.5]]) / np.sqrt([[3.0], [2.0], [1.5]])
"""Brightness, red less blue, and both less green, of a colour; orthonormal."""

UNIT, MIDDLE = 32.0, 128.0
"""Levels that 1 stands for, and the level of 0."""

BRIGHT, COLOUR = 20, 12
"""Cosines along each axis that the analysis sees: of brightness, of each difference."""

SEEN = BRIGHT**2 + 2 * COLOUR**2


def crops(folder: Path, seed: int) -> tuple[Tiles, NDArray[np.str_]]:
    """Tiles (N, 32, 32, 3) of the photographs in a folder, and whose each is; raises InvalidInput.

    Half of them are mirrored.
    """
    from PIL import Image

    files = sorted(folder.glob("*.png")) if folder.is_dir() else []
    if not files:
        raise InvalidInput(f"no .png pictures in {folder}; set data=... or its variable")
    rng, made, names = np.random.default_rng(seed), [], []
    for file in files:
        with Image.open(file) as opened:
            picture = opened.convert("RGB")
        for factor, count in REDUCTIONS:
            pixels = np.asarray(picture.reduce(factor) if factor > 1 else picture)
            if min(pixels.shape[:2]) < SIDE:
                continue
            for _ in range(count):
                top, left = (int(rng.integers(0, n - SIDE + 1)) for n in pixels.shape[:2])
                tile = pixels[top : top + SIDE, left : left + SIDE]
                made.append(tile[:, :: 1 if rng.random() < 0.5 else -1].copy())
                names.append(file.stem)
    return np.stack(made), np.array(names)


def shaded(tiles: Tiles) -> Reals:
    """Tiles as (N, 1024, 3) in units and shades."""
    real = (tiles.astype(np.float32) - np.float32(MIDDLE)) / np.float32(UNIT)
    return real.reshape(len(tiles), -1, 3) @ SHADES.T.astype(np.float32)


def analysed(tiles: Tiles) -> Reals:
    """What the analysis sees of tiles: (N, SEEN) cosines of low frequency."""
    k = np.arange(SIDE)
    waves = np.cos(np.pi * (k + 0.5) * k[:BRIGHT, None] / SIDE) * np.sqrt(2 / SIDE) / np.sqrt(8)
    waves[0] /= np.sqrt(2)
    waves = waves.astype(np.float32)
    real = shaded(tiles).reshape(-1, SIDE, SIDE, 3)
    found = np.einsum("ki,bijc,lj->bklc", waves, real, waves, optimize=True)
    n = len(found)
    few = found[:, :COLOUR, :COLOUR]
    parts = (found[..., 0], few[..., 1], few[..., 2])
    return np.concatenate([part.reshape(n, -1) for part in parts], axis=1)


def wave_pairs(count: int) -> list[tuple[int, int]]:
    """Frequencies of rows and columns of the waves that a network sees, the lowest first."""
    every = [(i * i + j * j, i + j, i, j) for i in range(20) for j in range(20) if i + j]
    return [(i, j) for _, _, i, j in sorted(every)[:count]]


def wave_scales(count: int) -> NDArray[np.float64]:
    """What makes the mean square of each wave 1."""
    return np.array([2.0 if i * j else 2.0**0.5 for i, j in wave_pairs(count)])


def waves(count: int) -> Reals:
    """The waves (1024, count) at the pixels of a tile."""
    t = (np.arange(SIDE) + 0.5) * np.pi / SIDE
    made = [np.outer(np.cos(i * t), np.cos(j * t)).ravel() for i, j in wave_pairs(count)]
    return (np.stack(made, axis=1) * wave_scales(count)).astype(np.float32)
