"""In hindsight: when all latents are known, a network says where each one lay.

    a block    some latents, the slowest waves, the step    max(0, A x + a)
    around it  those of the blocks beside it, too           max(0, B x + b)
    a block    what to add to some latents                  C x + c

An integer that a latent was rounded to says too little alone: the ones around it tell on which side
of it the latent was, and what a 0 may have been. All of it is integers in float64 below 2**53.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np

from vdsc.codecs.field.pyramid import Level, Region, Shape, extents
from vdsc.core.types import Floats, Ints

PLACES, WEIGHT = 10, 12
"""Binary places of numbers and of weights."""

MOST = 20
"""A latent counts as no larger than so many steps."""

CEILING = float(1 << 20)
STEP = 1 << 6
"""An eighth of a power of two of the step, as the network is told it."""

FINE = 14
"""Binary places by which what comes out is finer than what is added to latents."""


@dataclass(frozen=True, eq=False)
class Hindsight:
    """The network of level 0.

    Args:
        sizes: samples of a block along each axis that has more than one in it.
        channels: of the array.
        seen: (n,) places of a block whose latents go in.
        moved: (m,) places to which something is added.
        block: (n + channels + 2, H) weights Q12, the last row those of 1.
        around: (3^d H + 1, H), blocks beside it in C order of where they are.
        moves: (H + 1, m).
    """

    sizes: Shape
    channels: int
    seen: Ints
    moved: Ints
    block: Floats
    around: Floats
    moves: Floats

    def fits(self, blocks: Shape, channels: int) -> bool:
        """Whether it was trained on such blocks."""
        return self.sizes == tuple(n for n in blocks if n > 1) and self.channels == channels

    def __call__(
        self, level: Level, blocks: Region, latents: Ints, first: Floats, step: int
    ) -> Floats:
        """What is added (B, m), in 256ths of a step, to the moved latents of some blocks.

        latents: (B, K). first: (B, C) values of the slowest waves, in 256ths of a step. step: what
        the network is told of it. Blocks at the edge of `blocks` count as beside nothing.
        """
        x = self._inputs(latents, first, step)
        hidden = _kept(x @ self.block)
        wide = hidden.shape[1]
        grid = np.pad(
            hidden.reshape(*extents(blocks), wide),
            [*((int(n > 1),) * 2 for n in level.sizes), (0, 0)],
        )
        total = np.repeat(self.around[-1:] * (1 << PLACES), len(hidden), axis=0)
        beside = product(*(range(3 if n > 1 else 1) for n in level.sizes))
        for i, corner in enumerate(beside):
            spans = zip(corner, extents(blocks), strict=True)
            some = grid[tuple(slice(at, at + n) for at, n in spans)].reshape(-1, wide)
            total += some @ self.around[i * wide : (i + 1) * wide]
        out = _kept(total) @ self.moves[:-1] + self.moves[-1] * (1 << PLACES)
        return np.asarray(np.floor(out * 0.5**FINE + 0.5))

    def _inputs(self, latents: Ints, first: Floats, step: int) -> Floats:
        count = len(self.seen)
        x = np.empty((len(latents), len(self.block)))
        x[:, :count] = np.clip(latents[:, self.seen], -MOST, MOST) * (1 << PLACES)
        x[:, count:-2] = np.clip(first, -CEILING, CEILING)
        x[:, -2] = step * STEP
        x[:, -1] = 1 << PLACES
        return x


def _kept(x: Floats) -> Floats:
    return np.asarray(np.clip(np.floor(x * 0.5**WEIGHT), 0, CEILING))
