"""The encoder's networks of a sketch: which numbers say best what the pixels are.

    latents -> features of the finest tier -> ... -> of the coarsest
    features of a tier, and what its places have when a group's turn comes -> its numbers

Nothing here decides what is decoded: they are real numbers, the same on one machine.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from vdsc.codecs.field.sketch import tiers
from vdsc.codecs.field.sketch.sketch_law import MOST
from vdsc.codecs.field.sketch.sketch_network import PLACES, USUAL, WIDE
from vdsc.core.types import Floats, Ints
from vdsc.model.store import Arrays

Reals = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class SketchEyes:
    """Networks by the names of their layers, (in + 1, out) float16, the bias last."""

    arrays: Arrays
    tiers: int

    def features(self, latents: Floats, spread: Floats, price: int) -> list[Reals]:
        """Features (*shape, W) of each tier of latents (*finest, K), in levels."""
        usual = spread / (1 << 4)
        held = self._layer((latents / usual).astype(np.float32), "see.in")
        stated, made = _stated(price), []
        for tier in range(self.tiers):
            if tier:
                held = self._layer(tiers.merged(held), f"see.{tier}.up")
            step = 0
            while f"see.{tier}.step.{step}.inner" in self.arrays:
                held = self._step(held, f"see.{tier}.step.{step}", stated)
                step += 1
            made.append(held)
        return made

    def numbers(self, tier: int, group: int, held: Floats, features: Reals, price: int) -> Ints:
        """Numbers (places, c) of a group, given what places have (places, W), Q10."""
        seen = features.reshape(len(held), -1)
        stated = np.broadcast_to(_stated(price), (len(held), 2))
        near = (held * 0.5**PLACES).astype(np.float32)
        name = f"choose.{tier}.{group}"
        x: Reals = np.concatenate((near, seen, stated), axis=1)
        hidden = np.maximum(self._layer(x, f"{name}.inner"), 0)
        found = self._layer(hidden, f"{name}.outer")
        return np.clip(np.rint(found), -MOST, MOST).astype(np.int64)

    def _step(self, held: Reals, name: str, stated: Reals) -> Reals:
        worth = np.broadcast_to(stated, (*held.shape[:-1], 2))
        beside: Reals = np.concatenate((tiers.shifted(held), worth), axis=-1)
        hidden = np.maximum(self._layer(beside, f"{name}.inner"), 0)
        return np.asarray(held + self._layer(hidden, f"{name}.outer"))

    def _layer(self, x: Reals, name: str) -> Reals:
        layer = self._real[name]
        return np.asarray(x @ layer[:-1] + layer[-1])

    @cached_property
    def _real(self) -> dict[str, Reals]:
        return {name: part.astype(np.float32) for name, part in self.arrays.items()}


def _stated(price: int) -> Reals:
    near = (price - USUAL) / WIDE
    return np.array([near, near * near], dtype=np.float32)
