"""The encoder's half of a sketch: the numbers that say best what a chunk's pixels are."""

from __future__ import annotations

from dataclasses import dataclass
from math import log2

import numpy as np

from vdsc.codecs.field.field_colours import turned
from vdsc.codecs.field.sketch.sketch_layer import DrawnSketch, Numbers, SketchLayer
from vdsc.codecs.field.sketch.sketch_network import FINENESS
from vdsc.core.types import Floats, Ints, Values

STEPS = (0, 0, 0, 4, 8, 12, 16, 24, 36, 50)
"""Steps of polishing at each effort."""


@dataclass(frozen=True, eq=False)
class SketchEncoder:
    """Chooses the numbers of a file's sketches.

    Args:
        price: k of the squared levels that a bit is worth, 2^(k / 8).
        steps: of polishing them.
    """

    layer: SketchLayer
    price: int
    steps: int = 0

    @classmethod
    def of(cls, layer: SketchLayer, unit: float, price: float, effort: int) -> SketchEncoder:
        """For a step of the latents above and the squared steps that a bit is worth.

        Numbers are polished at an effort above 2, where a bit is not so cheap that the latents
        above do the work.
        """
        low, high = layer.checkpoint.settings["net"]["prices"]
        asked = round(FINENESS * log2(max(price, 1e-6) * unit * unit))
        steps = STEPS[effort] if asked >= low else 0
        return cls(layer, int(np.clip(asked, low, high)), steps)

    def drawn(self, values: Values) -> DrawnSketch:
        """The sketch of values (*shape, 3)."""
        layer, shape = self.layer, values.shape[:-1]
        level = layer.level(shape)
        wanted = level.forward(turned(values.astype(np.float64) - 128))
        eyes, network = layer.eyes, layer.network
        grid = (*level.grid, -1)
        numbers: Numbers = [[] for _ in network.tiers]

        def pick(tier: int, group: int, held: Floats, outputs: Floats) -> Ints:
            found = eyes.numbers(tier, group, held, seen[tier], self.price)
            numbers[tier].append(found)
            return found

        with layer.checkpoint.building():  # whose eyes may not fit its network
            seen = eyes.features(wanted.reshape(grid), network.spread, self.price)
            latents = network.walk(level.grid, self.price, pick)
        guessed = DrawnSketch(layer, shape, self.price, numbers, latents)
        if not self.steps:
            return guessed
        from vdsc.model.sketch_polish import polished

        found = polished(layer.thawed, wanted.reshape(grid), self.price / FINENESS, self.steps)
        better = layer.drawn(shape, self.price, found)
        worth = 2.0 ** (self.price / FINENESS)
        return min(guessed, better, key=lambda one: one.cost(wanted, worth))
