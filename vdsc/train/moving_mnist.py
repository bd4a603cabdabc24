"""Moving MNIST: two digits that drift over a 64x64 frame and bounce off its walls.

Srivastava et al. 2015; velocities vary as in Denton & Fergus 2018: a digit that meets a wall
leaves it with a new random velocity.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

Number = TypeVar("Number", np.int64, np.float64)

SIZE = 64
DIGIT = 28
ROOM = SIZE - DIGIT
SPEED = 4
SLOWEST = 0.5
"""The least speed away from a wall of a digit that moves by parts of a pixel."""


def track(rng: np.random.Generator, frames: int) -> NDArray[np.int64]:
    """(frames, 2) whole-pixel corners (row, column) of one digit."""
    return _bouncing(
        rng.integers(0, ROOM + 1, 2),
        rng.integers(-SPEED, SPEED + 1, 2),
        frames,
        away=lambda: rng.integers(1, SPEED + 1),
        along=lambda: rng.integers(-SPEED, SPEED + 1),
    )


def smooth_track(rng: np.random.Generator, frames: int) -> NDArray[np.float64]:
    """(frames, 2) corners (row, column) of one digit that moves by any part of a pixel."""
    return _bouncing(
        rng.uniform(0, ROOM, 2),
        rng.uniform(-SPEED, SPEED, 2),
        frames,
        away=lambda: rng.uniform(SLOWEST, SPEED),
        along=lambda: rng.uniform(-SPEED, SPEED),
    )


def _bouncing(
    place: NDArray[Number],
    speed: NDArray[Number],
    frames: int,
    *,
    away: Callable[[], Any],
    along: Callable[[], Any],
) -> NDArray[Number]:
    """(frames, 2) places from one on; a wall draws a speed away from it and one along it."""
    out = np.empty((frames, 2), place.dtype)
    for i in range(frames):
        out[i] = place
        place = place + speed
        for axis in range(2):
            if not 0 <= place[axis] <= ROOM:
                place[axis] = np.clip(place[axis], 0, ROOM)
                speed[axis] = (1 if place[axis] == 0 else -1) * away()
                speed[1 - axis] = along()
    return out


def render(sprites: NDArray[np.uint8], tracks: NDArray[np.int64]) -> NDArray[np.uint8]:
    """Sum of sprites (S, 28, 28) at tracks (S, T, 2), clipped at 255: (T, 64, 64)."""
    frames = np.zeros((tracks.shape[1], SIZE, SIZE), np.int16)
    for sprite, corners in zip(sprites, tracks, strict=True):
        for frame, (row, column) in zip(frames, corners, strict=True):
            frame[row : row + DIGIT, column : column + DIGIT] += sprite
    return np.minimum(frames, 255).astype(np.uint8)


def scene(
    digits: NDArray[np.uint8], frames: int, rng: np.random.Generator
) -> tuple[NDArray[np.uint8], NDArray[np.uint8], NDArray[np.int64]]:
    """One clip (T, 64, 64), its two sprites (2, 28, 28) and their tracks (2, T, 2)."""
    sprites = digits[rng.integers(0, len(digits), 2)]
    tracks = np.stack([track(rng, frames), track(rng, frames)])
    return render(sprites, tracks), sprites, tracks


def clips(digits: NDArray[np.uint8], count: int, frames: int, seed: int) -> NDArray[np.uint8]:
    """(count, frames, 64, 64, 1) clips of digits (N, 28, 28); equal seeds give equal clips."""
    rng = np.random.default_rng(seed)
    return np.stack([scene(digits, frames, rng)[0] for _ in range(count)])[..., None]


def render_between(sprites: NDArray[np.uint8], tracks: NDArray[np.float64]) -> NDArray[np.uint8]:
    """Sum of sprites (S, 28, 28) at tracks (S, T, 2), bilinear between pixels: (T, 64, 64)."""
    frames = np.zeros((tracks.shape[1], SIZE + 1, SIZE + 1))
    for sprite, corners in zip(sprites, tracks, strict=True):
        for frame, corner in zip(frames, corners, strict=True):
            (row, column), (down, right) = np.floor(corner).astype(int), corner % 1
            for i, tall in ((0, 1 - down), (1, down)):
                for j, wide in ((0, 1 - right), (1, right)):
                    top, left = row + i, column + j
                    frame[top : top + DIGIT, left : left + DIGIT] += tall * wide * sprite
    return np.minimum(np.rint(frames[:, :SIZE, :SIZE]), 255).astype(np.uint8)


def smooth_clips(
    digits: NDArray[np.uint8], count: int, frames: int, seed: int
) -> NDArray[np.uint8]:
    """Like `clips`, of digits that move by any part of a pixel."""
    rng = np.random.default_rng(seed)
    made = []
    for _ in range(count):
        sprites = digits[rng.integers(0, len(digits), 2)]
        tracks = np.stack([smooth_track(rng, frames), smooth_track(rng, frames)])
        made.append(render_between(sprites, tracks))
    return np.stack(made)[..., None]
