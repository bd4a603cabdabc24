"""What lies beneath the pyramid: each tile of a chunk as a coordinate network draws it.

stack -> blocks of each tile -> latents -> the network -> tiles -> a picture, Q8
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import product
from math import prod

import numpy as np

from vdsc.codecs.field.base_blocks import LatentBlocks, code_indices
from vdsc.codecs.field.base_network import COLOURS, PICTURE, BaseNetwork
from vdsc.codecs.field.field_layout import FieldLayout
from vdsc.codecs.field.pyramid import Shape
from vdsc.core.types import Floats, Ints
from vdsc.entropy.tape import Tape
from vdsc.model.store import Checkpoint

SMALLEST = 16
"""Rows and columns of a picture at least: a tile is drawn as a whole."""


@dataclass(frozen=True, eq=False)
class BaseLayer:
    """The network of a model and the blocks that its tiles are sent in."""

    checkpoint: Checkpoint
    network: BaseNetwork
    blocks: LatentBlocks

    @classmethod
    def of(cls, checkpoint: Checkpoint) -> BaseLayer:
        """What a checkpoint of kind IMPLICIT holds; raises ModelMissing for a damaged one."""

        def build() -> BaseLayer:
            with checkpoint.building():
                arrays = checkpoint.tensors[0]
                network = BaseNetwork.of(arrays)
                return cls(checkpoint, network, LatentBlocks.of(arrays, network.latents))

        return checkpoint.once("base layer", build)

    def read(self, shape: Shape, tape: Tape) -> DrawnBase:
        """What an encoder has written to a tape."""
        return DrawnBase(self, shape, code_indices(tape, self.blocks, self.count(shape), None))

    def count(self, shape: Shape) -> int:
        """How many tiles a chunk has."""
        side = self.network.side
        return prod(shape[:-2]) * -(-shape[-2] // side) * -(-shape[-1] // side)

    def cut(self, values: Floats) -> Floats:
        """Tiles (N, side, side, 3) of values (*shape, 3), which go on beyond as they end."""
        side, shape = self.network.side, values.shape
        beyond = [(0, -n % side) for n in shape[-3:-1]]
        whole = np.pad(values.reshape(-1, *shape[-3:]), [(0, 0), *beyond, (0, 0)], mode="edge")
        tall, wide = whole.shape[1] // side, whole.shape[2] // side
        apart = whole.reshape(-1, tall, side, wide, side, COLOURS)
        return apart.swapaxes(2, 3).reshape(-1, side, side, COLOURS)

    def picture(self, shape: Shape, indices: list[Ints]) -> Floats:
        """Values (*shape, 3) of the tiles' blocks, in levels: whole numbers of 2**-8."""
        side, rows, columns = self.network.side, shape[-2], shape[-1]
        made = np.empty((prod(shape[:-2]), rows, columns, COLOURS))
        corners = product(range(len(made)), range(0, rows, side), range(0, columns, side))
        for (frame, top, left), found in zip(corners, indices, strict=True):
            place = made[frame, top : top + side, left : left + side]
            drawn = self.network.picture(self.blocks.total(found, self.network.latents))
            place[:] = drawn[: place.shape[0], : place.shape[1]]
        return made.reshape(*shape, COLOURS) * 0.5**PICTURE


@dataclass(frozen=True, eq=False)
class DrawnBase:
    """The tiles of a chunk of a shape, by the indices of the blocks of each."""

    layer: BaseLayer
    shape: Shape
    indices: list[Ints]

    def write(self, tape: Tape) -> None:
        """Put the indices on a tape."""
        code_indices(tape, self.layer.blocks, len(self.indices), self.indices)

    @cached_property
    def picture(self) -> Floats:
        """Values (*shape, 3), whole numbers of 2**-8."""
        return self.layer.picture(self.shape, self.indices)


def fits(layout: FieldLayout) -> bool:
    """Whether tiles of colour can be cut out of it."""
    return layout.colours and len(layout.shape) > 1 and min(layout.shape[-2:]) >= SMALLEST
