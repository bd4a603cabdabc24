"""For the encoder: where the search for a solid with few wrong voxels begins.

As a coarse solid, folded or not, with a mirror or without; and in full.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import product

import numpy as np

from vdsc.codecs.solids.coarse import halved
from vdsc.codecs.solids.mirror import best_plane
from vdsc.codecs.solids.plan_choice import PlannedSolid, starts
from vdsc.codecs.solids.solid_body import framed
from vdsc.codecs.solids.solid_place import SolidPlace
from vdsc.codecs.solids.solid_plan import SolidPlan
from vdsc.codecs.solids.voxel_network import SolidNetworks
from vdsc.codecs.solids.voxel_sight import Solid, Triple
from vdsc.codecs.solids.wrong_voxels import WrongFromCoarse, WrongInFull, WrongVoxels

LIKE, BEYOND = 0.8, 1
"""How much a frame shares with its image to be folded, and slices that are kept beyond the half."""

SMALL = 8
"""Voxels of a side below which a solid is not halved."""

Way = tuple[SolidPlan, Solid, WrongVoxels, tuple[int, ...]]


def ways(frame: Solid, networks: SolidNetworks) -> Iterator[Way]:
    """Where searches begin: the coarse solid, the whole one, each with and without its mirror.

    Of each what is searched, what counts wrong voxels, and the shape of the frame of what is coded.
    """
    if min(frame.shape) >= SMALL:
        shift, coarse = _best_shift(frame, networks)
        folds, others = _folds(frame, shift, coarse, networks), starts(coarse, networks, (shift,))
        for found in [*folds, *others[-1:]] if folds else others:
            plain = replace(found.plan, shifts=(), fold=None)
            start = framed(plain, found.solid, networks, triple(coarse))
            wrong = WrongFromCoarse(start, frame, shift, networks, found.plan.fold)
            yield found.plan, found.solid, wrong, coarse.shape
    for found in starts(frame, networks)[:1]:
        start = framed(found.plan, found.solid, networks, triple(frame))
        yield found.plan, found.solid, WrongInFull(start, frame), frame.shape


def _folds(
    frame: Solid, shift: Triple, coarse: Solid, networks: SolidNetworks
) -> list[PlannedSolid]:
    """The first half of a coarse solid and a little more, where the frame is like its image."""
    alike, axis, plane = _likest(frame)
    if alike < LIKE:
        return []
    cut = np.moveaxis(coarse.copy(), axis, 0)
    cut[(plane // 2 + shift[axis]) // 2 + BEYOND + 1 :] = 0
    found = starts(np.moveaxis(cut, 0, axis), networks, (shift,))[-1:]
    return [replace(one, plan=replace(one.plan, fold=(axis, plane))) for one in found]


def _likest(frame: Solid) -> tuple[float, int, int]:
    """How like its mirror image a frame is, across which axis, and by which plane."""
    every = ((*best_plane(np.moveaxis(frame, axis, 0)), axis) for axis in range(3))
    alike, plane, axis = max(every)
    return alike, axis, plane


def _best_shift(frame: Solid, networks: SolidNetworks) -> tuple[Triple, Solid]:
    """The halving from which the frame follows best."""
    found: list[tuple[int, Triple, Solid]] = []
    for a, b, c in product((0, 1), repeat=3):
        shift, coarse = (a, b, c), halved(frame, (a, b, c))
        whole = framed(_as_it_is(coarse, shift), coarse, networks, triple(frame))
        found.append((int(np.count_nonzero(whole != frame)), shift, coarse))
    _, shift, coarse = min(found, key=lambda one: one[:2])
    return shift, coarse


def _as_it_is(coarse: Solid, shift: Triple) -> SolidPlan:
    """The plan of a coarse solid that is coded with all that is around it."""
    return SolidPlan((shift,), SolidPlace((0, 0, 0), triple(coarse)))


def triple(solid: Solid) -> Triple:
    """Its shape."""
    depth, height, width = solid.shape
    return depth, height, width
