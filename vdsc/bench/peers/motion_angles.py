"""The front end of the lossy motion peers: angles unwrapped, positions in scale with them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vdsc.bench.metrics import CM_PER_UNIT, ROOT
from vdsc.bench.peers.peer import Values

DEGREES_PER_CM = 0.5
"""How much a root displacement counts beside an angle."""

CHANNELS = 96

SCALE = np.ones(CHANNELS)
SCALE[:ROOT] = CM_PER_UNIT * DEGREES_PER_CM


def smooth(values: Values) -> NDArray[np.float64]:
    """Free motion (T, 96) of its jumps of 360 degrees and bring the root to degrees."""
    track = values.astype(np.float64) * SCALE
    angles = np.unwrap(track[:, ROOT:], period=360, axis=0)
    track[:, ROOT:] = angles - 360 * np.round(np.median(angles, axis=0) / 360)
    return track


def restore(track: NDArray[np.float64]) -> Values:
    """Undo `smooth`, angles modulo 360."""
    return (track / SCALE).astype(np.float32)
