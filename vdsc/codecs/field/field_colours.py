"""Red, green and blue as brightness and two differences, and back in integers."""

from __future__ import annotations

import numpy as np

from vdsc.core.types import Floats

TURN = np.array(
    [[18919, 18919, 18919], [23170, 0, -23170], [13377, -26755, 13377]], dtype=np.float64
)
"""Orthonormal rows: brightness, red less blue, and both less green; 15 binary places."""

PLACES = 15


def turned(colours: Floats) -> Floats:
    """Real (..., 3) of real red, green and blue."""
    return colours @ np.linalg.inv(TURN * 0.5**PLACES)


def coloured(found: Floats) -> Floats:
    """Red, green and blue (..., 3) of integers (..., 3), in integers, rounded half up."""
    return np.asarray(np.floor(found @ TURN * 0.5**PLACES + 0.5))


def mixed(colours: Floats) -> Floats:
    """Integers (..., 3) of integers red, green and blue, rounded half up."""
    return np.asarray(np.floor(colours @ TURN.T * 0.5**PLACES + 0.5))
