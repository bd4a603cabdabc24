"""For the encoder: from which side, by which mirror and as which kind a solid takes few bits."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import product

from vdsc.codecs.solids.mirror import best_plane
from vdsc.codecs.solids.solid_body import costs
from vdsc.codecs.solids.solid_place import ORDERS, SolidPlace
from vdsc.codecs.solids.solid_plan import EXACTLY, LEAST, NEARLY, SolidPlan
from vdsc.codecs.solids.voxel_network import KINDS, SolidNetworks
from vdsc.codecs.solids.voxel_sight import Solid, Triple

ALIKE = 0.6
"""How much of a solid its mirror image must share."""

HEAD = 30.0
"""Bits that a plan takes, about."""


@dataclass(frozen=True, eq=False)
class PlannedSolid:
    """A plan, the solid as it looks at it, and the bits of its voxels."""

    plan: SolidPlan
    solid: Solid
    bits: float


def planned(
    frame: Solid, networks: SolidNetworks, shifts: tuple[Triple, ...] = (), *, exact: bool = True
) -> PlannedSolid:
    """How the solid in a frame takes the fewest bits, of what is tried.

    shifts: how often and how the frame was halved. exact: no voxel may differ from its mirror
    image where the second half is left out.
    """
    place = SolidPlace.around(frame)
    if place.empty:
        return PlannedSolid(SolidPlan(shifts, place), place.take(frame), 0.0)
    tried = [*_plain(place, shifts), *_mirrors(place, shifts, frame, exact=exact)]
    return _best(tried, frame, networks)


def starts(
    frame: Solid, networks: SolidNetworks, shifts: tuple[Triple, ...] = ()
) -> list[PlannedSolid]:
    """The best ways to code a solid that may be a little wrong: with a mirror, and without."""
    place = SolidPlace.around(frame)
    if place.empty:
        return []
    mirrors = _mirrors(place, shifts, frame, exact=False)
    groups = [one for one in mirrors if one.mirror == EXACTLY], _plain(place, shifts)
    return [_best(tried, frame, networks) for tried in groups if tried]


def _best(tried: list[SolidPlan], frame: Solid, networks: SolidNetworks) -> PlannedSolid:
    kind = int(bool(tried[0].shifts))
    found = [_tried(replace(one, kind=kind), frame, networks) for one in tried]
    best = min(found, key=lambda one: one.bits)
    others = [replace(best.plan, kind=k) for k in range(KINDS) if k != kind]
    return min([best, *(_tried(one, frame, networks) for one in others)], key=lambda one: one.bits)


def _tried(plan: SolidPlan, frame: Solid, networks: SolidNetworks) -> PlannedSolid:
    solid = plan.place.take(frame)
    return PlannedSolid(plan, solid, costs(plan, solid, networks))


def _sides(first: int) -> list[int]:
    """Numbers of sides whose first axis is this one, from either end of it."""
    order = next(i for i, axes in enumerate(ORDERS) if axes[0] == first)
    return [8 * order, 8 * order + 1]


def _plain(place: SolidPlace, shifts: tuple[Triple, ...]) -> list[SolidPlan]:
    sides = [side for axis in range(3) for side in _sides(axis)]
    return [SolidPlan(shifts, replace(place, side=side)) for side in sides]


def _mirrors(
    place: SolidPlace, shifts: tuple[Triple, ...], frame: Solid, *, exact: bool
) -> list[SolidPlan]:
    """Plans with a mirror across each axis across which the solid is like itself."""
    found = []
    for axis, end in product(range(3), range(2)):
        side = _sides(axis)[end]
        seen = replace(place, side=side)
        if seen.shape[0] < LEAST:
            continue
        solid = seen.take(frame)
        alike, plane = best_plane(solid)
        if alike < ALIKE:
            continue
        same = alike == 1.0 or not exact
        mirrors = (NEARLY, EXACTLY) if same else (NEARLY,)
        found += [SolidPlan(shifts, seen, mirror, plane) for mirror in mirrors]
    return found
