"""What is seen of a solid from one of its voxels: the places around it, as offsets and as bits.

Places are (z, y, x), sorted by their squared distance and then in order. Beyond a solid all is 0.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np
from numpy.typing import NDArray

from vdsc.core.types import Ints

Triple = tuple[int, int, int]
Solid = NDArray[np.uint8]
"""(D, H, W), 0 and 1."""

ALONE, BESIDE, MIRRORED, COARSE = 140, 100, 81, 93
"""How many places are seen: of those before a voxel without a mirror and with one; of the mirror
image; and of a coarse solid that is made finer."""

AHEAD = 3
"""How far a place may be ahead of a voxel along an axis, if it is behind along a slower one."""

RIM = 6
"""Places around a solid that are seen at most, to each side."""

WAVE = ((AHEAD + 1) ** 2, AHEAD + 1, 1)
"""z, y and x of a voxel times these sum to its wave: what it sees is of earlier ones."""


@cache
def before(count: int) -> Ints:
    """The nearest places (count, 3) that are coded before a voxel, in order and in waves."""
    return _nearest(count, _behind)


@cache
def around(count: int) -> Ints:
    """The nearest places (count, 3), the voxel itself first."""
    return _nearest(count, lambda _: True)


def _behind(at: Triple) -> bool:
    z, y, x = at
    return at < (0, 0, 0) and (z == 0 or y <= AHEAD) and ((z, y) == (0, 0) or x <= AHEAD)


def _nearest(count: int, wanted: Callable[[Triple], bool]) -> Ints:
    side = range(-RIM, RIM + 1)
    every = ((z, y, x) for z in side for y in side for x in side)
    found = sorted((sum(n * n for n in at), at) for at in every if wanted(at))
    return np.array([at for _, at in found[:count]])


def padded(solid: Solid) -> Solid:
    """A solid with its rim of zeros."""
    return np.pad(solid, RIM)


def strides(shape: tuple[int, ...]) -> Ints:
    """What a step along each axis adds to the flat place in a padded solid of this shape."""
    _, height, width = (n + 2 * RIM for n in shape)
    return np.array([height * width, width, 1])


def flat(places: Ints, shape: tuple[int, ...]) -> Ints:
    """Places (N, 3) of voxels as flat ones in the padded solid."""
    return (places + RIM) @ strides(shape)


def dull(solid: Solid, offsets: Ints) -> NDArray[np.bool_]:
    """Where all that is seen of a solid is the same: twice (D, H, W), all ones and all zeros."""
    ones, some, wide = np.ones(solid.shape, bool), np.zeros(solid.shape, bool), padded(solid) > 0
    depth, height, width = solid.shape
    for z, y, x in (offsets + RIM).tolist():
        seen = wide[z : z + depth, y : y + height, x : x + width]
        ones &= seen
        some |= seen
    return np.stack([ones, ~some])
