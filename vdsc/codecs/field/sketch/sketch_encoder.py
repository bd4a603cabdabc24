"""The encoder's half of a sketch: the numbers that say best what a chunk's pixels are."""

from __future__ import annotations

from dataclasses import dataclass
from math import log2

import numpy as np

from vdsc.codecs.field.field_colours import turned
from vdsc.codecs.field.sketch.sketch_layer import DrawnSketch, Numbers, SketchLayer
from vdsc.codecs.field.sketch.sketch_network import FINENESS
from vdsc.core.types import Floats, Ints, Values


@dataclass(frozen=True, eq=False)
class SketchEncoder:
    """Chooses the numbers of a file's sketches.

    Args:
        price: k of the squared levels that a bit is worth, 2^(k / 8).
    """

    layer: SketchLayer
    price: int

    @classmethod
    def of(cls, layer: SketchLayer, unit: float, price: float) -> SketchEncoder:
        """For a step of the latents above and the squared steps that a bit is worth."""
        low, high = layer.checkpoint.settings["net"]["prices"]
        asked = FINENESS * log2(max(price, 1e-6) * unit * unit)
        return cls(layer, int(np.clip(round(asked), low, high)))

    def drawn(self, values: Values) -> DrawnSketch:
        """The sketch of values (*shape, 3)."""
        layer, shape = self.layer, values.shape[:-1]
        level = layer.level(shape)
        wanted = level.forward(turned(values.astype(np.float64) - 128))
        eyes, network = layer.eyes, layer.network
        numbers: Numbers = [[] for _ in network.tiers]

        def pick(tier: int, group: int, held: Floats, outputs: Floats) -> Ints:
            found = eyes.numbers(tier, group, held, seen[tier], self.price)
            numbers[tier].append(found)
            return found

        with layer.checkpoint.building():  # whose eyes may not fit its network
            seen = eyes.features(wanted.reshape(*level.grid, -1), network.spread, self.price)
            latents = network.walk(level.grid, self.price, pick)
        return DrawnSketch(layer, shape, self.price, numbers, latents)
