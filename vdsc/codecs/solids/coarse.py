"""Solids at half the size: what an encoder may send in place of a solid that may be a little wrong.

Voxel v of a solid lies in voxel (v + shift) // 2 of the coarse one, along each axis.
"""

from __future__ import annotations

import numpy as np

from vdsc.codecs.solids.voxel_sight import Solid, Triple

CHILDREN = 8
"""Voxels of a solid in one of the coarse one, in order z, y, x."""


def coarse_shape(shape: Triple, shift: Triple) -> Triple:
    """How large the coarse solid is."""
    depth, height, width = ((n + s + 1) // 2 for n, s in zip(shape, shift, strict=True))
    return depth, height, width


def children(solid: Solid, shift: Triple) -> Solid:
    """The voxels (D, H, W, 8) in each voxel of the coarse solid; 0 beyond the solid."""
    shape = coarse_shape(_triple(solid), shift)
    ends = zip(shape, solid.shape, shift, strict=True)
    wide = np.pad(solid, [(s, 2 * c - n - s) for c, n, s in ends])
    depth, height, width = shape
    parts = wide.reshape(depth, 2, height, 2, width, 2).transpose(0, 2, 4, 1, 3, 5)
    return np.ascontiguousarray(parts).reshape(*shape, CHILDREN)


def put_together(parts: Solid, shape: Triple, shift: Triple) -> Solid:
    """Inverse of `children`, for a solid of this shape."""
    depth, height, width = parts.shape[:3]
    split = parts.reshape(depth, height, width, 2, 2, 2).transpose(0, 3, 1, 4, 2, 5)
    whole = split.reshape(2 * depth, 2 * height, 2 * width)
    a, b, c = (slice(s, s + n) for n, s in zip(shape, shift, strict=True))
    return np.ascontiguousarray(whole[a, b, c])


def halved(solid: Solid, shift: Triple, least: int = 4) -> Solid:
    """The coarse solid: 1 where at least so many of the eight voxels are."""
    counted = children(solid, shift).sum(axis=-1, dtype=np.int64)
    made: Solid = (counted >= least).astype(np.uint8)
    return made


def _triple(solid: Solid) -> Triple:
    depth, height, width = solid.shape
    return depth, height, width
