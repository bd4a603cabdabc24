"""What the context network sees of a latent: how large the ones around it are.

Sizes are 16 log2(1 + |q|), at most 127. Latents that are not coded yet count as 0.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vdsc.codecs.field.latent_order import SHARE, LatentOrder, Phase, PlaceGroup, phases
from vdsc.codecs.field.pyramid import Level
from vdsc.core.types import Floats, Ints

SEEN = 9
"""Means of sizes that the network sees."""

STATED = 14
"""What else it is told: how much is known (2), of the place (7), of the level (3), the step (1),
and of how many axes there are (1)."""

INPUTS = SEEN + STATED
_LARGEST = 127
_SIZES = np.array(
    [min(_LARGEST, ((1 + q) ** 32).bit_length() // 2) for q in range(256)], dtype=np.float64
)


def sizes(latents: Ints) -> Floats:
    """16 log2(1 + |q|) of latents, at most 127."""
    return _SIZES.take(np.minimum(np.abs(latents), 255))


@dataclass(frozen=True, eq=False)
class LatentView:
    """Some latents that are coded at once, and what is known around them.

    Args:
        blocks: (B,) and `group` (K places): which they are.
        some: (A,) those of the B blocks around which there may be sizes that are not 0.
        around: (8, A, K) Q10, what is seen there; elsewhere these are 0.
        above: (B,) Q10, the ninth that is seen of each block.
        stated: (K, 14) Q10.
        hints: (B, m) Q10, what else is known of each block.
    """

    blocks: Ints
    group: PlaceGroup
    some: Ints
    around: Floats
    above: Floats
    stated: Floats
    hints: Floats

    @property
    def seen(self) -> Floats:
        """All that is seen (B, K, 9), Q10."""
        found = np.zeros((len(self.blocks), len(self.stated), SEEN))
        found[self.some, :, : SEEN - 1] = np.moveaxis(self.around, 0, -1)
        found[..., SEEN - 1] = self.above[:, None]
        return found


class Surroundings:
    """The sizes (blocks, L) of one level's latents in the order of coding, as they become known.

    Args:
        step: what the network is told of the step, in eighths of a power of two.
        above: those of the level above, all known; None for the last level.
        hints: (blocks, m) Q10, what else the network is told of the level's blocks.
    """

    def __init__(
        self,
        level: Level,
        order: LatentOrder,
        step: int,
        above: Surroundings | None,
        hints: Floats,
    ) -> None:
        self._level, self._order, self._step = level, order, step
        self._above = np.zeros(level.blocks) if above is None else above.spread(level)
        self._hints = hints
        self._wide = np.zeros((level.blocks + 1, len(order.places)))  # the last is never there
        self.sizes = self._wide[:-1]

    def views(self) -> Iterator[LatentView]:
        """All latents, in the order of coding; sizes must be set between one and the next."""
        busy = np.zeros(len(self._wide), dtype=bool)  # blocks with sizes that are not 0, before
        for group in self._order.groups:
            where = np.flatnonzero(busy)
            near = np.zeros((len(self._wide), group.end - group.begin))
            near[where] = self._wide[where, : group.begin] @ group.near
            own = np.zeros_like(busy)
            for phase in phases(self._level.grid, self._level.axes):
                yield self._view(group, phase, near, busy, own)
                own[phase.blocks] = self.sizes[phase.blocks, group.begin : group.end].any(axis=1)
            busy |= own

    def spread(self, below: Level) -> Floats:
        """64 times the mean size of the latents over each block (blocks,) of the level below."""
        mean = self.sizes.sum(axis=1) * (SHARE / max(1, self.sizes.shape[1]))
        found = np.floor(mean + 0.5).reshape(self._level.grid)
        for axis, size in enumerate(self._level.sizes):
            found = found.repeat(size, axis=axis)
        below_it: Floats = found[tuple(slice(n) for n in below.grid)].ravel()
        return below_it

    def _view(
        self,
        group: PlaceGroup,
        phase: Phase,
        near: Floats,
        busy: NDArray[np.bool_],
        own: NDArray[np.bool_],
    ) -> LatentView:
        """busy, own: blocks with sizes that are not 0, before the group and in it."""
        there = busy[phase.blocks] | busy[phase.all_sides].any(axis=0)
        there |= own[phase.sides].any(axis=0) | own[phase.corners].any(axis=0)
        some = np.flatnonzero(there)
        blocks, width = phase.blocks[some], group.end - group.begin
        around = np.zeros((SEEN - 1, len(some), width))
        around[1] = near[blocks]
        self._before(np.flatnonzero(busy[blocks]), blocks, group, around)
        mine = self._wide[:, group.begin : group.end]
        _add(mine, phase.sides[:, some], around[5], SHARE // max(1, 2 * len(phase.beside)))
        _add(mine, phase.corners[:, some], around[6], SHARE // max(1, 4 * len(phase.across)))
        beside = around[7]
        _add(near, phase.all_sides[:, some], beside, SHARE // max(1, len(phase.all_sides)))
        np.floor(beside * (1 / SHARE) + 0.5, out=beside)
        above, stated = self._above[phase.blocks], self._stated(group, phase)
        hints = self._hints[phase.blocks]
        return LatentView(phase.blocks, group, some, around, above, stated, hints)

    def _before(self, some: Ints, blocks: Ints, group: PlaceGroup, around: Floats) -> None:
        """The means over a block's own latents before, of some of these blocks."""
        before = self._wide[blocks[some], : group.begin]
        for i, weights in ((0, group.steps), (2, group.far), (3, group.same), (4, group.around)):
            around[i, some] = before @ weights

    def _stated(self, group: PlaceGroup, phase: Phase) -> Floats:
        stated = np.zeros((group.end - group.begin, STATED))
        stated[:, 0] = 512 * min(len(phase.beside), 2)
        stated[:, 1] = 512 * min(len(phase.across), 2)
        stated[:, 2:9] = group.place
        stated[:, 9 + min(self._level.number, 2)] = 1024
        stated[:, 12] = 128 * self._step
        stated[:, 13] = 256 * sum(n > 1 for n in self._level.sizes)
        return stated


def hints_of(level: Level, hints: Floats | None) -> Floats:
    """What a network is told of a level's blocks (blocks, m): 0 of those above level 0."""
    if hints is None or level.number:
        return np.zeros((level.blocks, 0 if hints is None else hints.shape[1]))
    return hints


def _add(values: Floats, numbers: Ints, total: Floats, share: int) -> None:
    """Add the rows of `values` that numbers (n, A) name to `total` (A, K), times `share`."""
    for row in numbers:
        total += values[row]
    total *= share
