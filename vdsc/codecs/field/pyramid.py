"""From an array over coordinates to latents, level above level, and back in integers.

level 1   blocks of the array       lapped cosines; the first of each block goes up
level 2   blocks of those           ... until few are left: the tops

Latents of a level are (blocks, K): the blocks in C order, the K = N_1 ... N_d C of each in the
order of their places and then channels.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import prod

import numpy as np

from vdsc.codecs.field.lapped import Lapped
from vdsc.core.types import Floats, Ints

UPPER = 4
"""Samples of a block above the first level, along axes that have more than two."""

TOPS = 8
"""The pyramid ends where no more blocks than this are left."""

Shape = tuple[int, ...]
Region = tuple[tuple[int, int], ...]
"""First and one-past-last place along each axis."""


@dataclass(frozen=True)
class Level:
    """One level: an array of `shape` in blocks of `sizes`, with so many channels."""

    number: int
    shape: Shape
    sizes: Shape
    channels: int

    @property
    def grid(self) -> Shape:
        """Blocks along each axis; the last ones may reach beyond the array."""
        return tuple(-(-n // size) for n, size in zip(self.shape, self.sizes, strict=True))

    @property
    def axes(self) -> tuple[int, ...]:
        """Axes along which blocks have neighbours: whose blocks have one sample stay apart."""
        return tuple(a for a, n in enumerate(self.grid) if n > 1 and self.sizes[a] > 1)

    @property
    def blocks(self) -> int:
        """How many blocks there are."""
        return prod(self.grid)

    @property
    def latents(self) -> int:
        """How many latents a block has."""
        return prod(self.sizes) * self.channels

    def forward(self, values: Floats) -> Floats:
        """Latents (blocks, K) of real values (*shape, C), which go on beyond as they end."""
        whole = [
            (0, n * size - m) for n, size, m in zip(self.grid, self.sizes, self.shape, strict=True)
        ]
        found = np.pad(values, [*whole, (0, 0)], mode="edge")
        for axis, lapped in self._lapped:
            found = lapped.forward(found, axis)
        return self._ordered(found)

    def around(self, region: Region) -> Region:
        """The blocks that a region of the array is made of: folds reach one block beyond it."""
        pairs = zip(region, self.sizes, self.grid, strict=True)
        return tuple(_reached(*span, size, n) for span, size, n in pairs)

    def some(self, latents: Ints, blocks: Region) -> Ints:
        """The latents (B, K) of some blocks, of those (blocks, K) of all."""
        if blocks == tuple((0, n) for n in self.grid):
            return latents
        whole = latents.reshape(*self.grid, self.latents)
        return whole[_slices(blocks)].reshape(-1, self.latents)

    def inverse(self, latents: Floats, region: Region) -> Floats:
        """Values (*region, C) of the latents (B, K) of the blocks around it; raises CorruptFile."""
        d, blocks = len(self.sizes), self.around(region)
        found = latents.reshape(*_extents(blocks), *self.sizes, self.channels)
        found = found.transpose([i for a in range(d) for i in (a, d + a)] + [2 * d])
        whole = [n * size for n, size in zip(_extents(blocks), self.sizes, strict=True)]
        found = found.reshape(*whole, self.channels)
        for axis, lapped in self._lapped:
            found = lapped.inverse(found, axis)
        first = [low * size for (low, _), size in zip(blocks, self.sizes, strict=True)]
        pairs = zip(region, first, strict=True)
        return found[tuple(slice(low - n, high - n) for (low, high), n in pairs)]

    @cached_property
    def _lapped(self) -> list[tuple[int, Lapped]]:
        return [(axis, Lapped.of(size)) for axis, size in enumerate(self.sizes) if size > 1]

    def _ordered(self, found: Floats) -> Floats:
        d = len(self.sizes)
        apart = [n for pair in zip(self.grid, self.sizes, strict=True) for n in pair]
        found = found.reshape(*apart, self.channels)
        order = [*range(0, 2 * d, 2), *range(1, 2 * d, 2), 2 * d]
        return found.transpose(order).reshape(self.blocks, self.latents)


@dataclass(frozen=True)
class Pyramid:
    """The levels of an array, the finest first."""

    levels: tuple[Level, ...]

    @classmethod
    def of(cls, shape: Shape, sizes: Shape, channels: int) -> Pyramid:
        """The levels of an array (*shape, channels) whose finest blocks have `sizes`."""
        levels = [Level(0, shape, sizes, channels)]
        while levels[-1].axes and levels[-1].blocks > TOPS:
            axes, grid = levels[-1].axes, levels[-1].grid
            upper = tuple(min(UPPER, n) if a in axes else 1 for a, n in enumerate(grid))
            levels.append(Level(len(levels), grid, upper, channels))
        return cls(tuple(levels))

    def forward(self, values: Floats) -> list[Floats]:
        """Real latents of each level; of all but the last one the first C are 0."""
        made = []
        for level in self.levels:
            latents = level.forward(values)
            made.append(latents)
            if level is not self.levels[-1]:
                values = latents[:, : level.channels].reshape(*level.grid, level.channels).copy()
                latents[:, : level.channels] = 0
        return made

    def regions(self, region: Region | None = None) -> list[Region]:
        """What a region of the array (all of it for None) needs: of each level, and its blocks.

        The region itself, that of each level above it, and last the blocks of the last level.
        """
        found = [region or tuple((0, n) for n in self.levels[0].shape)]
        for level in self.levels:
            found.append(level.around(found[-1]))
        return found

    def inverse(self, latents: list[Floats], regions: list[Region]) -> Floats:
        """Values (*region, C) of latents (integers) of each level's blocks; raises CorruptFile.

        regions: as `regions` gives them; the latents are those of the blocks that are needed.
        """
        first, values = latents[-1], np.empty(0)
        for i, level in reversed(list(enumerate(self.levels))):
            values = level.inverse(first, regions[i])
            if i:
                first = latents[i - 1].copy()
                first[:, : level.channels] = values.reshape(-1, level.channels)
        return values


def _reached(begin: int, end: int, size: int, blocks: int) -> tuple[int, int]:
    """First and one-past-last of the blocks of `size` that samples begin..end-1 depend on."""
    fold = size // 2 if size % 2 == 0 else 0
    return max(0, (begin - fold) // size), min(blocks, (end - 1 + fold) // size + 1)


def _slices(region: Region) -> tuple[slice, ...]:
    return tuple(slice(*span) for span in region)


def _extents(region: Region) -> Shape:
    return tuple(end - begin for begin, end in region)
