"""The order in which a level's latents are coded, and who stands beside whom.

groups   of places in a block, from slow waves to fast ones; each sees all groups before it, of
         all blocks
phases   of blocks, by the parities of their places along the axes: within a group, each phase
         sees the phases before it
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from itertools import combinations, product
from math import prod

import numpy as np

from vdsc.codecs.field.pyramid import Level
from vdsc.core.types import Floats, Ints

FIRST = 4
"""Places of the first group, at least; each next one has three fifths more."""

LATER_CHANNELS = 3
"""Channels but the first come as late as waves of 3/2 the frequency."""

SHARE = 64
"""A mean over places has weights in units of 1/64."""


@dataclass(frozen=True, eq=False)
class PlaceGroup:
    """Some places of a block, which are coded at once.

    Args:
        begin: the first, in the order of coding.
        end: one past the last.
        steps, near, far: (begin, end - begin) weights of the means over places coded before: one
            wave slower along an axis; of all axes near; and less near, each of the same channel.
        same, around: likewise over earlier channels: of the same wave, and near it.
        place: (end - begin, 7) what the network is told of a place, Q10.
    """

    begin: int
    end: int
    steps: Floats
    near: Floats
    far: Floats
    same: Floats
    around: Floats
    place: Floats


@dataclass(frozen=True, eq=False)
class LatentOrder:
    """How a level with blocks of some sizes is coded.

    Args:
        places: (L,) places of a block in the order of coding, but for the first C: the level above
            or the tops have those.
        groups: what is coded at once.
    """

    places: Ints
    groups: tuple[PlaceGroup, ...]

    @classmethod
    def of(cls, level: Level) -> LatentOrder:
        """The order of a level."""
        return _order(level.sizes, level.channels)


@cache
def _order(sizes: tuple[int, ...], channels: int) -> LatentOrder:
    waves = np.array(list(product(*map(range, sizes))), dtype=np.int64)
    waves = np.repeat(waves, channels, axis=0)
    channel = np.tile(np.arange(channels), prod(sizes))
    # The square of the frequency, in units that make whole numbers of all: exact on any machine.
    unit = prod(n * n for n in set(sizes))
    square = sum(waves[:, i] ** 2 * (unit // n**2) for i, n in enumerate(sizes))
    later = np.where(channel > 0, LATER_CHANNELS**2, 4)
    places = np.argsort(np.asarray(square) * later, kind="stable")
    places = places[waves[places].any(axis=1)]
    groups, at, count = [], 0, max(FIRST, channels)
    while at < len(places):
        end = min(at + count, len(places))
        groups.append(_group(waves[places], channel[places], sizes, at, end))
        at, count = end, -(-count * 8 // 5)
    return LatentOrder(places, tuple(groups))


def _group(waves: Ints, channel: Ints, sizes: tuple[int, ...], begin: int, end: int) -> PlaceGroup:
    own, before = waves[begin:end], waves[:begin]
    off = np.abs(own[None] - before[:, None])  # (begin, K, d)
    alike = channel[begin:end][None] == channel[:begin, None]
    earlier = channel[begin:end][None] > channel[:begin, None]
    largest, sum_ = off.max(axis=2, initial=0), off.sum(axis=2)
    place = np.zeros((end - begin, 7))
    ordered = np.sort(own * 32 // np.array(sizes), axis=1)[:, ::-1][:, :3]
    place[:, : ordered.shape[1]] = _logs(ordered)
    place[:, 3] = _logs(own.sum(axis=1) * 8 // len(sizes))
    for i in range(3):
        place[:, 4 + i] = (np.minimum(channel[begin:end], 2) == i) * 1024.0
    return PlaceGroup(
        begin, end,
        _means(alike & (sum_ == 1)),
        _means(alike & (largest <= 1)),
        _means(alike & (largest > 1) & (largest <= 3)),
        _means(earlier & (sum_ == 0)),
        _means(earlier & (largest <= 1)),
        place,
    )  # fmt: skip


def _means(some: np.ndarray) -> Floats:
    count = np.maximum(some.sum(axis=0), 1)
    return np.asarray(some * np.floor(SHARE / count + 0.5))


def _logs(numbers: Ints) -> Floats:
    """About 2**10 log2(1 + n) / 4 of small n >= 0: from whole powers, exact."""
    return np.array(
        [
            [((1 + int(n)) ** 16).bit_length() * 16 - 16 for n in np.atleast_1d(row)]
            for row in numbers
        ],
        dtype=np.float64,
    ).reshape(numbers.shape)


@dataclass(frozen=True, eq=False)
class Phase:
    """Blocks that are coded at once, and along which axes their neighbours were before.

    Args:
        blocks: (B,) their numbers.
        beside: axes along which both neighbours are coded before.
        across: pairs of axes along both of which they are.
        all_sides: (2 m, B) neighbours along the m axes that have some; the number of blocks stands
            for one that is not there.
        sides: likewise of the axes `beside`.
        corners: (4 m, B) the diagonal neighbours of the m pairs `across`.
    """

    blocks: Ints
    beside: tuple[int, ...]
    across: tuple[tuple[int, int], ...]
    all_sides: Ints
    sides: Ints
    corners: Ints


@cache
def phases(grid: tuple[int, ...], axes: tuple[int, ...]) -> tuple[Phase, ...]:
    """The phases of a grid of blocks that have neighbours along some axes."""
    parities = _rank(len(grid), axes)
    rank = {parity: i for i, parity in enumerate(parities)}
    number = np.arange(prod(grid)).reshape(grid)
    made = []
    for parity in parities:
        some = tuple(slice(p, None, 1 + (a in axes)) for a, p in enumerate(parity))
        blocks = number[some].ravel()
        before = {a: _turned(parity, (a,)) for a in axes}
        beside = tuple(a for a in axes if rank[before[a]] < rank[parity])
        across = tuple(
            pair for pair in combinations(axes, 2) if rank[_turned(parity, pair)] < rank[parity]
        )
        wide = np.pad(number, 1, constant_values=number.size)
        all_sides, sides, corners = (
            _neighbours(wide, some, pairs)
            for pairs in ([(a,) for a in axes], [(a,) for a in beside], across)
        )
        made.append(Phase(blocks, beside, across, all_sides, sides, corners))
    return tuple(made)


def _neighbours(wide: Ints, some: tuple[slice, ...], along: Iterable[tuple[int, ...]]) -> Ints:
    """The numbers of what lies beside some blocks, along one axis or diagonally to two.

    wide: the blocks' numbers in their grid, one more on all sides.
    """
    made = []
    for axes in along:
        for steps in product((-1, 1), repeat=len(axes)):
            by = dict(zip(axes, steps, strict=True))
            moved = tuple(
                slice(1 + by.get(a, 0), wide.shape[a] - 1 + by.get(a, 0)) for a in range(wide.ndim)
            )
            made.append(wide[moved][some].ravel())
    blank = np.zeros((0, wide[tuple(slice(1, -1) for _ in some)][some].size), dtype=np.int64)
    return np.stack(made) if made else blank


def _rank(count: int, axes: tuple[int, ...]) -> list[tuple[int, ...]]:
    """Parities in the order of coding: each before its opposite; 0 along axes but these."""
    made = []
    for tail in product((0, 1), repeat=max(0, len(axes) - 1)):
        parity = [0] * count
        for a, p in zip(axes[1:], tail, strict=True):
            parity[a] = p
        made += [tuple(parity), _turned(tuple(parity), axes)]
    return made if axes else made[:1]


def _turned(parity: tuple[int, ...], axes: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(1 - p if a in axes else p for a, p in enumerate(parity))
