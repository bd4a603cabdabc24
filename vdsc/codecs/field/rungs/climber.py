"""A chunk on its grid: knots as any chunk is coded, rungs above them, and the grid that pays."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from vdsc.codecs.field import field_checkpoints
from vdsc.codecs.field.context_network import ContextNetwork
from vdsc.codecs.field.drawers import Drawer
from vdsc.codecs.field.field_chunk import FieldChunk
from vdsc.codecs.field.field_layout import FieldLayout
from vdsc.codecs.field.field_params import FieldParams
from vdsc.codecs.field.field_settings import EVERY, FieldSettings
from vdsc.codecs.field.first_network import REFERRED, bare, coded
from vdsc.codecs.field.rungs.frame_grid import FrameGrid
from vdsc.codecs.field.rungs.grid_choice import Exchange, ranked_grids
from vdsc.codecs.field.rungs.rung_encoder import RungEncoder
from vdsc.codecs.field.rungs.rung_ladder import RungLadder
from vdsc.core.types import Values
from vdsc.entropy.tape import WritingTape
from vdsc.model.store import Checkpoint

FINER = 2.0 ** (-3 / 8)
"""How fine the steps of knots are among which others are foretold; those of the quality are 1."""

SEVERAL = (0, 1, 1, 2, 2, 2, 3, 3, 5, 5)
"""How many grids are coded besides the one that looks cheapest, at each effort."""


PART = 49
"""Frames from the middle that say at effort 0 how far knots lie apart: three whole spans."""


@dataclass(frozen=True, eq=False)
class Climbed:
    """A chunk, coded on a grid.

    Args:
        grid: its knots.
        body: the bytes of the chunk.
        decoded: (n, H, W, C) what they say.
        error: squared, in levels.
    """

    grid: FrameGrid
    body: bytes
    decoded: Values
    error: float

    def size(self, exchange: Exchange) -> float:
        """Its size at equal error."""
        return exchange.size(len(self.body) + REFERRED, self.error)


@dataclass(frozen=True, eq=False)
class Climber:
    """Encodes chunks of knots and rungs.

    Args:
        ladder: how rungs are coded.
        network: the context network of knots.
        settings: price, effort and grid count.
        drawer: what draws beneath knots, if anything does.
        exchange: what errors are worth.
    """

    ladder: RungLadder
    network: ContextNetwork
    settings: FieldSettings
    drawer: Drawer | None
    exchange: Exchange

    @classmethod
    def of(
        cls,
        checkpoint: Checkpoint,
        layout: FieldLayout,
        params: FieldParams,
        settings: FieldSettings,
        drawer: Drawer | None,
        exchange: Exchange,
    ) -> Climber:
        """With the networks of a checkpoint, which has one for rungs; raises ModelMissing."""
        rungs = field_checkpoints.rungs_of(checkpoint)
        assert rungs is not None
        network = field_checkpoints.network_of(checkpoint)
        return cls(RungLadder(layout, params, rungs), network, settings, drawer, exchange)

    def under(self, network: ContextNetwork) -> Climber:
        """With another context network of knots."""
        return replace(self, network=network)

    def best(self, frames: Values) -> Climbed:
        """Frames (n, H, W, C) of uint8 on the grid that is asked for, or on the cheapest one."""
        return min(
            (self._on(frames, grid) for grid in self._grids(frames)),
            key=lambda made: made.size(self.exchange),
        )

    def _grids(self, frames: Values) -> list[FrameGrid]:
        """The grid that is asked for, or those that look cheapest."""
        count, asked = len(frames), self.settings.grid
        if asked in EVERY:
            return [FrameGrid.even(count, EVERY[asked])]
        price, effort = self.settings.price / FINER**2, self.settings.effort
        if effort or count < PART:
            ranked = ranked_grids(frames, self.ladder, price, self.exchange)
            return ranked[: 1 + SEVERAL[effort]]
        begin = (count - PART) // 2
        best, *_ = ranked_grids(frames[begin : begin + PART], self.ladder, price, self.exchange)
        return [FrameGrid.even(count, max(best.levels))]

    def _on(self, frames: Values, grid: FrameGrid) -> Climbed:
        ladder, price = self.ladder, self.settings.price
        knots = FieldChunk(ladder.layout, ladder.params, grid.knots.size)
        some = frames[grid.knots]
        if self.drawer is not None:
            knots = replace(knots, base=self.drawer.drawn(some))
        wanted = knots.latents(some)
        tried = [coded(knots, wanted, price, self.network, ladder.params.stated)]
        if self.drawer is not None:
            tried.append(bare(knots))
        made = min(tried, key=lambda one: one.cost(knots, wanted, price))
        decoded = np.empty_like(frames)
        decoded[grid.knots] = knots.values(made.latents, frames.dtype)
        tape = WritingTape()
        FrameGrid.coded(len(frames), tape, grid)
        tape.add(made.tape)
        tape.add(RungEncoder(ladder, price).fill(frames, decoded, grid))
        body = made.head + tape.stream()
        error = float(np.square(decoded.astype(np.float64) - frames).sum())
        return Climbed(grid, body, decoded, error)
