"""The network that draws a sketch, in integers: from the coarsest tier to the finest.

    a step      what a place has, and what those beside it have; added to what it has
    a group     numbers n of each place: their scales are told from what it has, and then they add
                to what it has
    a tier      steps, then groups, each followed by a step; what it has goes to the next one
    the finest  the latents of its blocks

Activations are Q10 and weights Q12 in float64; every sum stays below 2**53, so any order of
summation gives the same.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from vdsc.codecs.field.pyramid import Shape
from vdsc.codecs.field.sketch import tiers
from vdsc.core.types import Floats, Ints

PLACES, WEIGHT = 10, 12
"""Binary places of activations and of weights."""

CEILING = float(1 << 20)
"""The largest activation."""

SPREAD = 4
"""Binary places of the usual sizes of latents."""

LATENT = 8
"""Binary places of latents, in levels."""

FINENESS, USUAL, WIDE = 8, 112, 24
"""A price of 2^(k / 8) is told to the network as (k - 112) / 24, and the square of that."""

PRICES = 256
"""What k is below."""

Pick = Callable[[int, int, Floats, Floats], Ints]
"""From a tier, a group, what places have (N, W) and outputs (N, c) to numbers (N, c)."""


@dataclass(frozen=True, eq=False)
class Step:
    """Weights (W + 3, wide) and (wide + 1, W), biases last."""

    inner: Floats
    outer: Floats

    def __call__(self, held: Floats, price: Floats) -> Floats:
        """What places (*shape, W) have after it."""
        wide = held.shape[-1]
        x = tiers.shifted(held).reshape(-1, wide) @ self.inner[:wide]
        x += price @ self.inner[wide:]
        x *= 0.5**WEIGHT
        np.floor(x, out=x)
        np.clip(x, 0, CEILING, out=x)
        return _added(held, x @ self.outer[:-1] + self.outer[-1] * (1 << PLACES))


@dataclass(frozen=True, eq=False)
class NumberGroup:
    """Weights (W + 1, c) that tell scales, and (c + 1, W) of the numbers."""

    law: Floats
    back: Floats


@dataclass(frozen=True, eq=False)
class Tier:
    """What a tier does: `down` (W' + 1, 8 W) from the coarser one, None of the coarsest."""

    down: Floats | None
    steps: tuple[Step, ...]
    groups: tuple[NumberGroup, ...]


@dataclass(frozen=True, eq=False)
class SketchNetwork:
    """The whole network.

    Args:
        blocks: pixels of a block along frames, rows and columns.
        tiers: the finest first.
        start: (W,) what places of the coarsest tier have at first, Q12.
        out: (W + 1, K) latents of a block, in `spread`.
        spread: (K,) their usual sizes, Q4.
    """

    blocks: Shape
    tiers: tuple[Tier, ...]
    start: Floats
    out: Floats
    spread: Floats

    def walk(self, finest: Shape, price: int, pick: Pick) -> Floats:
        """Latents (places, K) Q8 of the finest tier, as `pick` gives numbers in their order."""
        shapes = tiers.shapes(finest, len(self.tiers))
        stated = _stated(price)
        held = np.floor(self.start * 0.5 ** (WEIGHT - PLACES))
        held = np.tile(held, (*shapes[-1], 1))
        for number in reversed(range(len(self.tiers))):
            tier = self.tiers[number]
            if tier.down is not None:
                held = tiers.split(_layer(held, tier.down), shapes[number])
            before = len(tier.steps) - len(tier.groups)
            for step in tier.steps[:before]:
                held = step(held, stated)
            for i, group in enumerate(tier.groups):
                flat = held.reshape(-1, held.shape[-1])
                found = pick(number, i, flat, _layer(flat, group.law))
                moved = found.astype(np.float64) @ group.back[:-1] + group.back[-1]
                held = tier.steps[before + i](_added(held, moved * (1 << PLACES)), stated)
        flat = held.reshape(-1, held.shape[-1])
        found = np.floor((flat @ self.out[:-1] + self.out[-1] * (1 << PLACES)) * 0.5**LATENT)
        places = PLACES + WEIGHT - LATENT + SPREAD - LATENT
        return np.asarray(np.floor(found * self.spread * 0.5**places + 0.5))


def _stated(price: int) -> Floats:
    """What the network is told of the price 2^(k / 8), and 1; Q10."""
    near = ((price - USUAL) << PLACES) // WIDE
    return np.array([near, near * near >> PLACES, 1 << PLACES], dtype=np.float64)


def _layer(held: Floats, layer: Floats) -> Floats:
    made = held @ layer[:-1] + layer[-1] * (1 << PLACES)
    return np.asarray(np.floor(made * 0.5**WEIGHT))


def _added(held: Floats, more: Floats) -> Floats:
    """What places have, and so much, Q22, more."""
    made = held + np.floor(more * 0.5**WEIGHT).reshape(held.shape)
    return np.asarray(np.clip(made, -CEILING, CEILING))
