"""How the density of knots goes with the width of cells: sparse grids are coarse ones."""

from __future__ import annotations

import math

WIDER = 4.0
"""How many times as wide cells are at density 0 as at density 1."""


def usual_width(density: float) -> float:
    """Factor on the width of cells at a density."""
    return math.pow(WIDER, 1 - density)


def usual_density(width: float) -> float:
    """The density that goes with cells so many times as wide: inverse of `usual_width`."""
    return 1 - math.log(width, WIDER)
