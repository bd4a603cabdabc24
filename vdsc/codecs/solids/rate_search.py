"""For the encoder: solids with few wrong voxels in the fewest bits.

Each solid is tried as it is, in full with voxels turned, and coarse with voxels turned, at several
prices of a wrong voxel. Of what was found, one candidate a solid is taken, so that all together
have no more wrong voxels than allowed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import product

import numpy as np

from vdsc.codecs.solids.coarse import halved
from vdsc.codecs.solids.mirror import best_plane
from vdsc.codecs.solids.plan_choice import HEAD, PlannedSolid, planned, starts
from vdsc.codecs.solids.solid_body import costs, framed
from vdsc.codecs.solids.solid_place import SolidPlace
from vdsc.codecs.solids.solid_plan import SolidPlan
from vdsc.codecs.solids.solid_search import SolidSearch
from vdsc.codecs.solids.voxel_network import SolidNetworks
from vdsc.codecs.solids.voxel_sight import Solid, Triple
from vdsc.codecs.solids.wrong_voxels import WrongFromCoarse, WrongInFull, WrongVoxels

PRICES = {1: (1.5, 0.6, 0.25, 0.1, 0.05, 0.02, 0.01), 0: (0.38, 0.09, 0.02)}
"""Bits that a wrong voxel is worth, falling, for coarse solids and for those in full ..."""

DEARER, TIMES = 1.35, 8
"""... until too many are wrong; then it rises by this factor, so often at most."""

HOPELESS = 2
"""A way that has so many times too many wrong voxels is given up."""

CHEAP = 0.4
"""Coarse solids that take less than this share of the bits spare the search in full."""

LIKE, BEYOND = 0.8, 1
"""How much a frame shares with its image to be folded, and slices that are kept beyond the half."""

SMALL = 8
"""Voxels of a side below which a solid is not halved."""


@dataclass(frozen=True, eq=False)
class Candidate:
    """A way to code a solid: the frame that it gives, its bits, and how many voxels are wrong."""

    plan: SolidPlan
    solid: Solid
    frame: Solid
    bits: float
    wrong: int


def thrifty(frames: Solid, networks: SolidNetworks, share: float) -> list[Candidate]:
    """A candidate for each of the frames (N, D, H, W); at most this share of voxels is wrong."""
    exact = [_exact(frame, planned(frame, networks)) for frame in frames]
    most = int(share * frames.size)
    if not most:
        return exact
    allowed = most if len(frames) == 1 else 2 * most // len(frames)
    every = [
        [first, *_candidates(first, frame, networks, allowed)]
        for first, frame in zip(exact, frames, strict=True)
    ]
    return [many[i] for many, i in zip(every, _taken(every, most), strict=True)]


def _exact(frame: Solid, found: PlannedSolid) -> Candidate:
    return Candidate(found.plan, found.solid, frame, found.bits + HEAD, 0)


def _candidates(
    exact: Candidate, frame: Solid, networks: SolidNetworks, enough: int
) -> Iterator[Candidate]:
    """Candidates with wrong voxels; in each way at several prices."""
    if exact.plan.place.empty:
        return
    shape, best = _triple(frame), exact.bits
    for plan, solid, wrong, coded in _ways(frame, networks):
        if not plan.shifts and best < CHEAP * exact.bits:
            break
        search = SolidSearch(plan, solid, coded, wrong, networks)
        for price in _prices(len(plan.shifts), search, enough):
            search.run(price)
            made = search.solid()
            whole = framed(plan, made, networks, shape)
            off = int(np.count_nonzero(whole != frame))
            bits = costs(plan, made, networks) + HEAD
            yield Candidate(plan, made, whole, bits, off)
            best = min(best, bits) if off <= enough else best
    for shifts in (((1, 1, 1),) * 2, ((0, 0, 0),) * 2):
        small = halved(halved(frame, shifts[0]), shifts[1])
        found = planned(small, networks, shifts, exact=False)
        whole = framed(found.plan, found.solid, networks, shape)
        off = int(np.count_nonzero(whole != frame))
        yield Candidate(found.plan, found.solid, whole, found.bits + HEAD, off)


def _prices(halved_: int, search: SolidSearch, enough: int) -> Iterator[float]:
    """Prices that fall until more than `enough` voxels are wrong, then rise until they are not."""
    price = PRICES[halved_][0]
    for price in PRICES[halved_]:
        yield price
        if search.wrong.total > enough:
            break
    if search.wrong.total > HOPELESS * enough:
        return
    for _ in range(TIMES):
        if search.wrong.total <= enough:
            break
        price *= DEARER
        yield price


Way = tuple[SolidPlan, Solid, WrongVoxels, tuple[int, ...]]


def _ways(frame: Solid, networks: SolidNetworks) -> Iterator[Way]:
    """Where searches begin: the coarse solid, the whole one, each with and without its mirror.

    Of each what is searched, what counts wrong voxels, and the shape of the frame of what is coded.
    """
    if min(frame.shape) >= SMALL:
        shift, coarse = _best_shift(frame, networks)
        folds, others = _folds(frame, shift, coarse, networks), starts(coarse, networks, (shift,))
        for found in [*folds, *others[-1:]] if folds else others:
            plain = replace(found.plan, shifts=(), fold=None)
            start = framed(plain, found.solid, networks, _triple(coarse))
            wrong = WrongFromCoarse(start, frame, shift, networks, found.plan.fold)
            yield found.plan, found.solid, wrong, coarse.shape
    for found in starts(frame, networks)[:1]:
        start = framed(found.plan, found.solid, networks, _triple(frame))
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
        whole = framed(_as_it_is(coarse, shift), coarse, networks, _triple(frame))
        found.append((int(np.count_nonzero(whole != frame)), shift, coarse))
    _, shift, coarse = min(found, key=lambda one: one[:2])
    return shift, coarse


def _as_it_is(coarse: Solid, shift: Triple) -> SolidPlan:
    """The plan of a coarse solid that is coded with all that is around it."""
    return SolidPlan((shift,), SolidPlace((0, 0, 0), _triple(coarse)))


def _taken(every: list[list[Candidate]], most: int) -> list[int]:
    """Which candidate of each solid: the fewest bits with at most so many wrong voxels in all."""
    taken = [min(range(len(many)), key=lambda i: (many[i].bits, many[i].wrong)) for many in every]
    while sum(many[i].wrong for many, i in zip(every, taken, strict=True)) > most:
        _, n, i = min(
            ((other.bits - many[i].bits) / (many[i].wrong - other.wrong), n, j)
            for n, (many, i) in enumerate(zip(every, taken, strict=True))
            for j, other in enumerate(many)
            if other.wrong < many[i].wrong
        )
        taken[n] = i
    left = most - sum(many[i].wrong for many, i in zip(every, taken, strict=True))
    for n, many in enumerate(every):
        room = left + many[taken[n]].wrong
        best = min((one.bits, j) for j, one in enumerate(many) if one.wrong <= room)[1]
        left, taken[n] = room - many[best].wrong, best
    return taken


def _triple(solid: Solid) -> Triple:
    depth, height, width = solid.shape
    return depth, height, width
