"""The encoder's half of sent motion: which knots stand apart, what moves, and what is left."""

from __future__ import annotations

import copy
from dataclasses import dataclass, replace

import numpy as np

from vdsc.codecs.field import field_checkpoints, network_bytes
from vdsc.codecs.field.context_network import ContextNetwork
from vdsc.codecs.field.field_chunk import FieldChunk
from vdsc.codecs.field.field_layout import FieldLayout
from vdsc.codecs.field.field_params import FieldParams
from vdsc.codecs.field.field_settings import EVERY, FieldSettings
from vdsc.codecs.field.latent_code import LatentCode
from vdsc.codecs.field.moves.block_moves import BlockMoves
from vdsc.codecs.field.moves.move_ladder import APART, FOLLOWING, Known, MoveLadder, Turn, turns
from vdsc.codecs.field.moves.move_laws import MoveLaws
from vdsc.codecs.field.moves.move_search import MoveSearch
from vdsc.codecs.field.rate_choice import chosen
from vdsc.codecs.field.rungs.climber import Climbed
from vdsc.codecs.field.rungs.frame_grid import FrameGrid
from vdsc.codecs.field.rungs.grid_choice import Exchange
from vdsc.codecs.field.rungs.rung_ladder import SIDE
from vdsc.codecs.in_between.frame_between import LookedFrame
from vdsc.core.types import Floats, Values
from vdsc.entropy.tape import WritingTape
from vdsc.model.store import Checkpoint

FINER = 2.0 ** (-10 / 8)
"""How fine the steps of knots are that others follow; those of the quality are 1."""

LEVELS = ((4,), (4, 3), (4, 3), (4, 3), (4, 3, 2))
"""Levels of grids that are coded, at each effort; above, those of the last."""

BIT = 0.6
"""Steps of a pixel's channels that the bit of a move is worth."""


@dataclass(frozen=True, eq=False)
class MoveClimber:
    """Encodes chunks whose frames follow each other.

    Args:
        ladder: how.
        settings: price, effort and grid count.
        exchange: what errors are worth.
    """

    ladder: MoveLadder
    settings: FieldSettings
    exchange: Exchange

    @classmethod
    def of(
        cls,
        checkpoint: Checkpoint,
        layout: FieldLayout,
        params: FieldParams,
        settings: FieldSettings,
        exchange: Exchange,
    ) -> MoveClimber:
        """With the networks of a checkpoint, which has one for rungs; raises ModelMissing."""
        rungs = field_checkpoints.rungs_of(checkpoint)
        assert rungs is not None
        network = field_checkpoints.network_of(checkpoint)
        return cls(MoveLadder(layout, params, network, rungs), settings, exchange)

    @property
    def network(self) -> ContextNetwork:
        """The context network of frames that are coded as they are."""
        return self.ladder.knots

    def under(self, network: ContextNetwork) -> MoveClimber:
        """With another such network."""
        return replace(self, ladder=replace(self.ladder, knots=network))

    def best(self, frames: Values) -> Climbed:
        """Frames (n, H, W, C) of uint8 on the grid that is asked for, or on the cheapest one."""
        asked = self.settings.grid
        levels = (EVERY[asked],) if asked in EVERY else LEVELS[min(self.settings.effort, 4)]
        tried = (self._on(frames, level) for level in levels)
        return min(tried, key=lambda made: made.size(self.exchange))

    def _on(self, frames: Values, level: int) -> Climbed:
        grid = FrameGrid.even(len(frames), level)
        known, tape = Known(np.empty_like(frames)), WritingTape()
        FrameGrid.coded(len(frames), tape, grid)
        for turn in turns(grid):
            self._code(frames[turn.frames], known, turn, tape)
        error = float(np.square(known.frames.astype(np.float64) - frames).sum())
        return Climbed(grid, network_bytes.KNOWN + tape.stream(), known.frames, error)

    def _code(self, frames: Values, known: Known, turn: Turn, tape: WritingTape) -> None:
        """Code the frames (m, H, W, C) of a turn in the way that costs least."""
        ways = []
        if turn.rung is None:
            ways.append(self._apart(frames, known, turn))
        if turn.before.size:
            ways.append(self._following(frames, known, turn))
        best = min(ways, key=lambda one: one.cost)
        tape.add(best.tape)
        known.laws = best.laws
        known.take(turn, best.made, best.moves)

    def _apart(self, frames: Values, known: Known, turn: Turn) -> _CodedTurn:
        """A knot as it is."""
        chunk, code = self.ladder.apart()
        tape, wanted = WritingTape(), chunk.latents(frames)
        if turn.before.size:
            tape.uniform(APART, 2)
        made, cost = self._latents(wanted, chunk, code, tape)
        return _CodedTurn(cost, tape, made, None, known.laws)

    def _following(self, frames: Values, known: Known, turn: Turn) -> _CodedTurn:
        """Frames along what moves."""
        ladder, price = self.ladder, self.settings.price
        worth = BIT * ladder.params.rung(turn.coarser, SIDE).unit
        moves = []
        for i, frame in enumerate(frames):
            search = MoveSearch(LookedFrame(frame), known.sides(turn, i), worth)
            moves.append(search.found(known.guess(turn, i)))
        tape, laws = WritingTape(), copy.deepcopy(known.laws)
        if turn.rung is None:
            tape.uniform(FOLLOWING, 2)
        ladder.moves(known, laws, turn, tape, moves)
        spent = price * 8 * len(tape.stream())
        chunk, code, foretold = ladder.following(known, turn, moves)
        rest, wanted = WritingTape(), chunk.latents(frames)
        made, cost = self._latents(wanted, chunk, code, rest)
        plain = sum(float(np.square(part).sum()) for part in wanted)
        worth_it = cost < plain
        tape.uniform(int(worth_it), 2)
        if worth_it:
            tape.add(rest)
        else:
            made, cost = foretold, plain
        return _CodedTurn(cost + spent, tape, made, moves, laws)

    def _latents(
        self, wanted: list[Floats], chunk: FieldChunk, code: LatentCode, tape: WritingTape
    ) -> tuple[Values, float]:
        """Put a chunk's latents on a tape; the frames they make, and what they cost."""
        price, some = self.settings.price, WritingTape()
        latents = chosen(code, wanted, price, chunk.params.shrink, some)
        tape.add(some)
        cost = chunk.error(latents, wanted) + price * 8 * len(some.stream())
        return chunk.values(latents, np.dtype(np.uint8)).reshape(chunk.shape), cost


@dataclass(frozen=True, eq=False)
class _CodedTurn:
    """How the frames of a turn may be coded.

    Args:
        cost: squared error, and the price of all bits, in steps.
        tape: what it takes.
        made: (m, H, W, C) the frames.
        moves: of each, if it is foretold.
        laws: of moves, as they are then.
    """

    cost: float
    tape: WritingTape
    made: Values
    moves: list[BlockMoves] | None
    laws: MoveLaws
