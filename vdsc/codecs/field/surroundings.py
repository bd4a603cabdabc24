"""What the context network sees of a latent: how large the ones around it are.

Sizes are 16 log2(1 + |q|), at most 127. Latents that are not coded yet count as 0.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

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
        seen: (B, K, 9) Q10.
        stated: (K, 14) Q10.
    """

    blocks: Ints
    group: PlaceGroup
    seen: Floats
    stated: Floats


class Surroundings:
    """The sizes (blocks, L) of one level's latents in the order of coding, as they become known.

    Args:
        step: what the network is told of the step, in eighths of a power of two.
        above: those of the level above, all known; None for the last level.
    """

    def __init__(
        self, level: Level, order: LatentOrder, step: int, above: Surroundings | None
    ) -> None:
        self._level, self._order, self._step = level, order, step
        self._above = np.zeros(level.blocks) if above is None else above.spread(level)
        self.sizes = np.zeros((level.blocks, len(order.places)))

    def views(self) -> Iterator[LatentView]:
        """All latents, in the order of coding; sizes must be set between one and the next."""
        for group in self._order.groups:
            before = self.sizes[:, : group.begin]
            near = before @ group.near
            beside = self._mean(near, self._level.axes)
            beside = np.floor(beside * (1 / SHARE) + 0.5)
            for phase in phases(self._level.grid, self._level.axes):
                yield self._view(group, phase, near, beside)

    def spread(self, below: Level) -> Floats:
        """64 times the mean size of the latents over each block (blocks,) of the level below."""
        mean = self.sizes.sum(axis=1) * (SHARE / max(1, self.sizes.shape[1]))
        found = np.floor(mean + 0.5).reshape(self._level.grid)
        for axis, size in enumerate(self._level.sizes):
            found = found.repeat(size, axis=axis)
        below_it: Floats = found[tuple(slice(n) for n in below.grid)].ravel()
        return below_it

    def _view(self, group: PlaceGroup, phase: Phase, near: Floats, beside: Floats) -> LatentView:
        some = phase.blocks
        before, own = self.sizes[some, : group.begin], self.sizes[:, group.begin : group.end]
        seen = np.empty((len(some), group.end - group.begin, SEEN))
        seen[..., 0] = before @ group.steps
        seen[..., 1] = near[some]
        seen[..., 2] = before @ group.far
        seen[..., 3] = before @ group.same
        seen[..., 4] = before @ group.around
        seen[..., 5] = self._mean(own, phase.beside)[some] if phase.beside else 0
        seen[..., 6] = self._across(own, phase.across)[some] if phase.across else 0
        seen[..., 7] = beside[some]
        seen[..., 8] = self._above[some, None]
        return LatentView(some, group, seen, self._stated(group, phase))

    def _stated(self, group: PlaceGroup, phase: Phase) -> Floats:
        stated = np.zeros((group.end - group.begin, STATED))
        stated[:, 0] = 512 * min(len(phase.beside), 2)
        stated[:, 1] = 512 * min(len(phase.across), 2)
        stated[:, 2:9] = group.place
        stated[:, 9 + min(self._level.number, 2)] = 1024
        stated[:, 12] = 128 * self._step
        stated[:, 13] = 256 * sum(n > 1 for n in self._level.sizes)
        return stated

    def _mean(self, values: Floats, axes: tuple[int, ...]) -> Floats:
        """64 times the mean of the neighbours of (blocks, n) along some axes; absent ones are 0."""
        total = self._grid(np.zeros_like(values))
        whole = self._grid(values)
        for axis in axes:
            moved, there = np.moveaxis(whole, axis, 0), np.moveaxis(total, axis, 0)
            there[1:] += moved[:-1]
            there[:-1] += moved[1:]
        total *= SHARE // max(1, 2 * len(axes))
        return total.reshape(values.shape)

    def _across(self, values: Floats, pairs: tuple[tuple[int, int], ...]) -> Floats:
        total, whole = self._grid(np.zeros_like(values)), self._grid(values)
        for pair in pairs:
            moved, there = np.moveaxis(whole, pair, (0, 1)), np.moveaxis(total, pair, (0, 1))
            there[1:, 1:] += moved[:-1, :-1]
            there[1:, :-1] += moved[:-1, 1:]
            there[:-1, 1:] += moved[1:, :-1]
            there[:-1, :-1] += moved[1:, 1:]
        total *= SHARE // (4 * len(pairs))
        return total.reshape(values.shape)

    def _grid(self, values: Floats) -> Floats:
        return values.reshape(*self._level.grid, -1)
