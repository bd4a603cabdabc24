"""Mirror symmetry of solids: where their plane is, and what the mirror shows.

A plane c mirrors slice z to slice c - z. Slices to c // 2 are the first half, the rest the second.
"""

from __future__ import annotations

import numpy as np

from vdsc.codecs.solids.voxel_sight import Solid


def best_plane(solid: Solid) -> tuple[float, int]:
    """How alike a solid (D, H, W) and its mirror image are, shared over all ones, and the plane.

    Of planes that have a quarter of the slices on either side, and both halves not empty.
    """
    depth = len(solid)
    slices = solid.reshape(depth, -1).astype(np.float32)
    shared, total = slices @ slices.T, float(slices.sum())
    best = (0.0, depth - 1)
    for plane in range(depth // 2, 2 * depth - 1 - depth // 2):
        here = np.arange(max(0, plane - depth + 1), min(depth, plane + 1))
        both = float(shared[here, plane - here].sum())
        best = max(best, (both / max(2 * total - both, 1.0), plane))
    return best


def mirrored(solid: Solid, plane: int) -> Solid:
    """The first half of a solid and its mirror image in place of the second."""
    made = np.zeros_like(solid)
    half = first_half(plane)
    made[:half] = solid[:half]
    image = np.arange(half, min(len(solid), plane + 1))
    made[image] = solid[plane - image]
    return made


def first_half(plane: int) -> int:
    """How many slices the first half has."""
    return plane // 2 + 1
