"""What the Clockwork VAE sees of motion: angles unwrapped, less a line, in units of ten degrees."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vdsc.bench.peers.motion_angles import restore, smooth
from vdsc.bench.peers.peer import Values

CLOCKS = (4, 16, 64)
"""Frames a tick of each level."""

UNIT = 10.0
RAMPS = (0, 1, 2, 4)
"""Channels less their line from first to last frame: the hip's position and the heading."""

HEIGHT = 1
STEP = 0.25
"""Degrees, or half centimetres, in a step of a line's ends."""

Line = NDArray[np.int64]
"""(2, 4) steps: where each line begins and ends."""


def flat(values: Values) -> NDArray[np.float64]:
    """Motion (T, 96) without jumps, in degrees, positions in scale with them."""
    return smooth(values)


def level(track: NDArray[np.float64]) -> tuple[NDArray[np.float64], Line]:
    """The track (T, 96) less its lines, and the lines; the height's is level, at its median."""
    ends = track[[0, -1]][:, RAMPS]
    ends[:, RAMPS.index(HEIGHT)] = np.median(track[:, HEIGHT])
    line = np.rint(ends / STEP).astype(np.int64)
    return track - _lines(line, len(track)), line


def raised(track: NDArray[np.float64], line: Line) -> Values:
    """Undo `level`, then `flat`: motion (T, 96) float32, angles modulo 360."""
    return restore(track + _lines(line, len(track)))


def _lines(line: Line, frames: int) -> NDArray[np.float64]:
    """(frames, 96): the lines in their channels, nothing in the others."""
    start, end = line * STEP
    out = np.zeros((frames, 96))
    out[:, RAMPS] = start + np.linspace(0, 1, frames)[:, None] * (end - start)
    return out
