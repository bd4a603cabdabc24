"""The encoder's half of the base: which blocks each tile of a chunk is worth."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from vdsc.codecs.field.base_layer import BaseLayer, DrawnBase
from vdsc.codecs.field.block_choice import TileChooser
from vdsc.core.types import Floats, Ints, Values

NOISE = 0.25
"""The squared error that is as good as none, in squared steps of the latents above the base."""


@dataclass(frozen=True, eq=False)
class BaseEncoder:
    """Chooses blocks for the tiles of a file.

    Args:
        most: blocks of a tile at most.
        unit: the step of the latents above the base.
        price: squared steps that a bit is worth.
    """

    layer: BaseLayer
    most: int
    unit: float
    price: float

    def drawn(self, values: Values) -> DrawnBase:
        """The base of values (*shape, 3)."""
        indices = self._chosen(values.astype(np.float64))
        return DrawnBase(self.layer, values.shape[:-1], indices)

    def _chosen(self, values: Floats) -> list[Ints]:
        """Indices of the blocks of each tile."""
        square = self.unit * self.unit
        noise, price = NOISE * square, self.price * square
        most = min(self.most, len(self.layer.blocks))
        tiles, choose = self.layer.cut(values), self._chooser
        return [choose.chosen(tile, most=most, noise=noise, price=price) for tile in tiles]

    @cached_property
    def _chooser(self) -> TileChooser:
        return self.layer.checkpoint.once(
            "tile chooser", lambda: TileChooser(self.layer.network, self.layer.blocks)
        )
