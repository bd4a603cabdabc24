"""A chunk whose frames follow each other along sent motion; encoders and decoders both walk it.

knot -moves-> knot -moves-> knot ..., then rungs, whose frames come from known ones on either side
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache

import numpy as np

from vdsc.codecs.field.context_network import ContextNetwork
from vdsc.codecs.field.field_chunk import FieldChunk
from vdsc.codecs.field.field_layout import FieldLayout
from vdsc.codecs.field.field_params import FieldParams
from vdsc.codecs.field.latent_code import LatentCode
from vdsc.codecs.field.moves.block_moves import BlockMoves, Sides, foretold, scaled
from vdsc.codecs.field.moves.move_laws import MoveLaws
from vdsc.codecs.field.rungs.frame_grid import FrameGrid
from vdsc.codecs.field.rungs.rung_ladder import SIDE, Foretold, unlike_in_steps
from vdsc.codecs.in_between.frame_between import LookedFrame
from vdsc.core.types import Ints, Values
from vdsc.entropy.tape import Tape

COARSER = 10
"""Eighths of a power of two that the steps of rung 0 are above those of knots; each further rung's
are one less."""

KEPT = 4
"""Known frames that are kept as they were looked at."""

APART, FOLLOWING = range(2)
"""A knot is coded as it is, or follows the one before it."""


@dataclass(frozen=True, eq=False)
class Turn:
    """Frames that are coded at once.

    Args:
        frames: (m,) their numbers.
        before: (m,) the known frames before them; () for the first knot.
        after: (m,) likewise, behind them; () for knots.
        rung: the number of the rung; None for knots.
    """

    frames: Ints
    before: Ints
    after: Ints
    rung: int | None = None

    @property
    def kind(self) -> int:
        """Of the laws of moves."""
        return 0 if self.rung is None else self.rung + 1

    @property
    def coarser(self) -> int:
        """Eighths of a power of two that its steps are above those of knots."""
        return 0 if self.rung is None else COARSER - self.rung


def turns(grid: FrameGrid) -> Iterator[Turn]:
    """Frames in the order of coding: knot after knot, then rung after rung."""
    knots, none = grid.knots, np.zeros(0, dtype=np.int64)
    for i in range(len(knots)):
        yield Turn(knots[i : i + 1], knots[i - 1 : i] if i else none, none)
    for rung in grid.rungs():
        yield Turn(rung.frames, rung.before, rung.after, rung.number)


@dataclass(frozen=True, eq=False)
class _Moved:
    """How the blocks of a known frame moved: steps (h, w, 2) over `back` frames.

    number: how many frames were known before it.
    """

    steps: Ints
    back: int
    number: int


@dataclass(eq=False)
class Known:
    """What is known of a chunk so far.

    Args:
        frames: (n, H, W, C) of uint8.
        laws: of moves.
    """

    frames: Values
    laws: MoveLaws = field(default_factory=MoveLaws)
    _moves: dict[int, _Moved] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Frames beside each other are foretold one after another from the same ones."""
        self._look = lru_cache(KEPT)(lambda at: LookedFrame(self.frames[at]))

    def sides(self, turn: Turn, i: int) -> Sides:
        """What frame i of a turn is foretold from."""
        at, before = int(turn.frames[i]), int(turn.before[i])
        one = self._look(before)
        if turn.rung is None:
            return Sides(one, at - before)
        after = int(turn.after[i])
        return Sides(one, at - before, self._look(after), after - at)

    def guess(self, turn: Turn, i: int) -> Ints:
        """How blocks (h, w, 2) of frame i of a turn move if they do as those of a known frame.

        That is, of those on either side, the one that became known last.
        """
        sides = (*turn.before[i : i + 1].tolist(), *turn.after[i : i + 1].tolist())
        last = max((self._moves[at] for at in sides), key=lambda moved: moved.number)
        return scaled(last.steps, int(turn.frames[i] - turn.before[i]), last.back)

    def take(self, turn: Turn, frames: Values, moves: list[BlockMoves] | None) -> None:
        """Know the frames (m, H, W, C) of a turn, and how they moved."""
        self.frames[turn.frames] = frames
        for i, at in enumerate(turn.frames.tolist()):
            if moves is None:
                size = LookedFrame(frames[i]).size
                rows, columns = (-(-n // size) for n in frames.shape[1:3])
                steps, back = np.zeros((rows, columns, 2), dtype=np.int64), 1
            else:
                steps, back = moves[i].steps, int(turn.frames[i] - turn.before[i])
            self._moves[at] = _Moved(steps, back, len(self._moves))


@dataclass(frozen=True, eq=False)
class MoveLadder:
    """How the frames of a chunk follow each other.

    Args:
        params: of the file.
        knots: the context network of frames that are coded as they are.
        network: that of what is left of frames that are foretold.
    """

    layout: FieldLayout
    params: FieldParams
    knots: ContextNetwork
    network: ContextNetwork

    def apart(self) -> tuple[FieldChunk, LatentCode]:
        """A frame that is coded as it is, and how."""
        params = replace(self.params, blocks=(1, SIDE, SIDE))
        chunk = FieldChunk(self.layout, params, 1)
        return chunk, LatentCode(chunk.pyramid, self.knots, params.stated)

    def following(
        self, known: Known, turn: Turn, moves: list[BlockMoves]
    ) -> tuple[FieldChunk, LatentCode, Values]:
        """Frames of a turn that are foretold, how the rest is coded, and as they are foretold."""
        params = self.params.rung(turn.coarser, SIDE)
        made, unsure = [], []
        for i, move in enumerate(moves):
            sides = known.sides(turn, i)
            frame, unlike = foretold(sides, move)
            made.append(frame)
            size, shape = sides.before.size, frame.shape[:2]
            unsure.append(unlike_in_steps(unlike, size, shape, params.unit))
        beneath = Foretold.made(made, unsure)
        chunk = FieldChunk(self.layout, params, len(made), beneath)
        code = LatentCode(chunk.pyramid, self.network, params.stated, beneath.unsure)
        return chunk, code, np.stack(made)

    def read(self, frames: Values, grid: FrameGrid, tape: Tape) -> None:
        """Fill frames (n, H, W, C) of uint8 from a tape; raises CorruptFile."""
        known = Known(frames)
        for turn in turns(grid):
            way = FOLLOWING
            if turn.rung is None:
                way = tape.uniform(None, 2) if turn.before.size else APART
            if way == APART:
                chunk, code = self.apart()
                made = chunk.values(code.code(tape, None), frames.dtype)
                known.take(turn, made.reshape(1, *frames.shape[1:]), None)
                continue
            moves = self.moves(known, known.laws, turn, tape, None)
            chunk, code, made = self.following(known, turn, moves)
            if tape.uniform(None, 2):
                made = chunk.values(code.code(tape, None), frames.dtype)
            known.take(turn, made.reshape(len(moves), *frames.shape[1:]), moves)

    @staticmethod
    def moves(
        known: Known, laws: MoveLaws, turn: Turn, tape: Tape, moves: list[BlockMoves] | None
    ) -> list[BlockMoves]:
        """Code the moves of a turn, or read them."""
        return [
            laws.code(
                tape, turn.kind, known.sides(turn, i), known.guess(turn, i),
                None if moves is None else moves[i],
            )
            for i in range(len(turn.frames))
        ]  # fmt: skip
