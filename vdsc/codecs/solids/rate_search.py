"""For the encoder: solids with few wrong voxels in the fewest bits.

Each solid is tried as it is, in full with voxels turned, and coarse with voxels turned, at several
prices of a wrong voxel. Of what was found, one candidate a solid is taken, so that all together
have no more wrong voxels than allowed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import prod

import numpy as np

from vdsc.codecs.solids.coarse import halved
from vdsc.codecs.solids.plan_choice import HEAD, PlannedSolid, planned
from vdsc.codecs.solids.search_starts import triple, ways
from vdsc.codecs.solids.solid_body import costs, framed
from vdsc.codecs.solids.solid_plan import SolidPlan
from vdsc.codecs.solids.solid_search import SolidSearch
from vdsc.codecs.solids.voxel_network import SolidNetworks
from vdsc.codecs.solids.voxel_sight import RIM, Solid

PRICES = {1: (1.5, 0.6, 0.25, 0.1, 0.05, 0.02, 0.01), 0: (0.38, 0.09, 0.02)}
"""Bits that a wrong voxel is worth, falling, for coarse solids and for those in full ..."""

DEARER, TIMES = 1.35, 8
"""... until too many are wrong; then it rises by this factor, so often at most."""

HOPELESS = 2
"""A way that has so many times too many wrong voxels is given up."""

CHEAP = 0.4
"""Coarse solids that take less than this share of the bits spare the search in full."""

SEARCHED = 1 << 20
"""Voxels, with their rims, beyond which none are turned: a search keeps 500 bytes for each."""


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
    shape, best = triple(frame), exact.bits
    for plan, solid, wrong, coded in ways(frame, networks):
        if not plan.shifts and best < CHEAP * exact.bits:
            break
        if prod(n + 2 * RIM for n in coded) > SEARCHED:
            whole = framed(plan, solid, networks, shape)
            off = int(np.count_nonzero(whole != frame))
            yield Candidate(plan, solid, whole, costs(plan, solid, networks) + HEAD, off)
            continue
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
