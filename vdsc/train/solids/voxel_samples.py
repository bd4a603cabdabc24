"""Samples of the three networks of solids, as bits: what is seen of a voxel, and what it is.

alone    places before a voxel, whether the solid is coarse, whether it is hollow -> 0 or 1
beside   places before it, places of the mirror image around it, those two -> 0 or 1
finer    places around a voxel of a coarse solid -> the eight voxels in it
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vdsc.codecs.solids.coarse import children, halved
from vdsc.codecs.solids.mirror import best_plane, first_half, mirrored
from vdsc.codecs.solids.voxel_sight import (
    ALONE,
    BESIDE,
    COARSE,
    MIRRORED,
    Solid,
    around,
    before,
    dull,
    flat,
    padded,
    strides,
)
from vdsc.core.types import Ints
from vdsc.train.solids.made_up import MadeSolid
from vdsc.train.solids.signed_shapes import Draw

Bits = NDArray[np.uint8]

INPUTS = {"alone": ALONE + 2, "beside": BESIDE + MIRRORED + 2, "finer": COARSE}
"""Inputs of each network: `alone` and `beside` have whether a solid is coarse and hollow last."""

KEPT = 0.5
"""The share of the voxels of a fine solid that become samples."""


@dataclass(frozen=True, eq=False)
class VoxelSamples:
    """Inputs (N, bytes), packed bits, and answers (N,), for `finer` eight bits each.

    counts (2, 2, 2): of coarse or fine solids, where all that is seen is 0 or 1, how many voxels
    are 0 and 1; these are no samples.
    """

    inputs: Bits
    answers: Bits
    counts: Ints


def of_solid(made: MadeSolid, rng: Draw) -> dict[str, list[VoxelSamples]]:
    """All samples of a solid and of one of half the size."""
    shift = tuple(rng.integers(0, 2, 3).tolist())
    small = halved(made.voxels, shift)
    found: dict[str, list[VoxelSamples]] = {name: [] for name in INPUTS}
    for solid, coarse in ((made.voxels, 0), (small, 1)):
        share = 1.0 if coarse else KEPT
        seen = _boxed(solid.transpose(rng.permutation(3)))
        if seen.size:
            flags = (coarse, int(made.hollow))
            found["alone"].append(next_voxel([(seen, before(ALONE))], seen, 0, flags, rng, share))
            if made.alike:
                found["beside"] += second_half(_boxed(solid), flags, rng)
    found["finer"].append(_finer(made.voxels, small, shift))
    return found


def _boxed(solid: Solid) -> Solid:
    ones = np.argwhere(solid)
    if not len(ones):
        return solid[:0]
    a, b, c = (slice(i, j + 1) for i, j in zip(ones.min(axis=0), ones.max(axis=0), strict=True))
    return np.ascontiguousarray(solid[a, b, c])


def second_half(solid: Solid, flags: tuple[int, int], rng: Draw) -> list[VoxelSamples]:
    """Samples beside a mirror, where there is one."""
    alike, plane = best_plane(solid)
    if alike < 0.5 or len(solid) < 3:
        return []
    image = mirrored(solid, plane)
    views = [(solid, before(BESIDE)), (image, around(MIRRORED))]
    return [next_voxel(views, solid, first_half(plane), flags, rng, 1.0)]


def next_voxel(
    views: list[tuple[Solid, Ints]], solid: Solid, first: int, flags: tuple[int, int],
    rng: Draw, share: float,
) -> VoxelSamples:  # fmt: skip
    """Samples of the slices from `first` on, each of which is seen in several solids."""
    plain = np.logical_and.reduce([dull(one, offsets) for one, offsets in views])
    counts = np.zeros((2, 2, 2), np.int64)
    for value in (0, 1):
        answers = solid[first:][plain[1 - value, first:]]
        counts[flags[0], value] = np.bincount(answers, minlength=2)
    wanted = ~plain.any(axis=0)
    wanted[:first] = False
    wanted &= rng.random(solid.shape) < share
    at = np.argwhere(wanted)
    seen = [_seen(one, offsets, at) for one, offsets in views]
    seen.append(np.tile(np.array(flags, np.uint8), (len(at), 1)))
    return VoxelSamples(np.packbits(np.concatenate(seen, 1), axis=1), solid[wanted], counts)


def _finer(solid: Solid, small: Solid, shift: tuple[int, ...]) -> VoxelSamples:
    at = np.argwhere(~dull(small, around(COARSE)).any(axis=0))
    parts = children(solid, (shift[0], shift[1], shift[2]))[tuple(at.T)]
    seen = _seen(small, around(COARSE), at)
    answers = np.packbits(parts, axis=1)[:, 0]
    return VoxelSamples(np.packbits(seen, axis=1), answers, np.zeros((2, 2, 2), np.int64))


def _seen(solid: Solid, offsets: Ints, at: Ints) -> Bits:
    places = flat(at, solid.shape)[:, None] + offsets @ strides(solid.shape)
    return padded(solid).ravel()[places]
