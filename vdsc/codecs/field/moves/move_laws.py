"""Moves of blocks on a tape, under laws that learn: most blocks move as what is known says.

Blocks come in five phases, each between those that are known already, as on a grid that is refined.
Each is expected to move as a frame that is known did there, plus what its neighbours differ from
that by, the median of these.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from vdsc.codecs.field.moves.block_moves import BlockMoves, Sides
from vdsc.core.types import Ints
from vdsc.entropy.tape import Tape
from vdsc.errors import CorruptFile

KINDS = 5
"""Frames behind a knot, and those of rungs 0 to 3, have laws of their own."""

MODES, SIZES = 3, 10
"""Where blocks come from, and how many binary digits a difference has at most, and one."""

AROUND = 4
"""What the neighbours that are known are like: all as expected, some, none, or none is known."""

GAIN, FULL = 32, 1 << 11
"""What a symbol adds to its count, and the sum of counts at which all are halved."""

_ABSENT = 1 << 30
_DIAGONAL = ((-1, -1), (-1, 1), (1, -1), (1, 1))
_CROSS = ((-1, 0), (0, -1), (0, 1), (1, 0))


@dataclass(frozen=True, eq=False)
class BlockPhase:
    """Blocks that are coded at once.

    Args:
        rows: (n,) where they are.
        columns: (n,) likewise.
        beside: (n, 4) the known blocks around them, row after row; -1 where there is none.
    """

    rows: Ints
    columns: Ints
    beside: Ints


@cache
def block_phases(height: int, width: int) -> tuple[BlockPhase, ...]:
    """The five phases of a grid of blocks, those without blocks left out."""
    phase = np.full((height, width), 4)
    phase[1::2, 1::2] = 3
    phase[::2, ::2] = 2
    phase[2::4, 2::4] = 1
    phase[::4, ::4] = 0
    made = []
    for number in range(5):
        rows, columns = np.nonzero(phase == number)
        if not rows.size:
            continue
        apart = 2 if number < 3 else 1
        beside = []
        for up, left in _DIAGONAL if number % 2 else _CROSS:
            y, x = rows + apart * up, columns + apart * left
            there = (y >= 0) & (y < height) & (x >= 0) & (x < width) & (number > 0)
            beside.append(np.where(there, y * width + x, -1))
        made.append(BlockPhase(rows, columns, np.stack(beside, axis=1)))
    return tuple(made)


class Expectation:
    """What is expected of the moves of one frame, as they become known.

    Args:
        sides: what it is foretold from.
        guess: (h, w, 2) how its blocks move if they do as those of a known frame.
    """

    def __init__(self, sides: Sides, guess: Ints) -> None:
        self._sides, self._guess = sides, np.clip(guess, -sides.most, sides.most)
        self.modes = np.full(guess.shape[:2], sides.usual, dtype=np.int64)
        self.steps = self._guess.copy()
        self._same = np.zeros(guess.shape[:2], dtype=bool)

    def of(self, phase: BlockPhase) -> tuple[Ints, Ints]:
        """The steps (n, 2) that are expected, and what the neighbours are like (n,)."""
        off = (self.steps - self._guess).reshape(-1, 2)[phase.beside]
        absent = phase.beside < 0
        count = 4 - absent.sum(axis=1)
        off = np.sort(np.where(absent[..., None], _ABSENT, off), axis=1)
        low, high = (np.maximum(count - 1 + more, 0) // 2 for more in (0, 1))
        each = np.arange(len(off))
        middle = np.where(count[:, None], (off[each, low] + off[each, high]) >> 1, 0)
        steps = self._guess[phase.rows, phase.columns] + middle
        alike = (self._same.ravel()[phase.beside] & ~absent).sum(axis=1)
        around = np.where(alike == count, 0, np.where(alike, 1, 2))
        return np.clip(steps, -self._sides.most, self._sides.most), np.where(count, around, 3)

    def take(self, phase: BlockPhase, modes: Ints, steps: Ints, expected: Ints) -> None:
        """Know the blocks of a phase."""
        at = phase.rows, phase.columns
        self.modes[at], self.steps[at] = modes, steps
        self._same[at] = same(modes, steps, expected, self._sides)


def same(modes: Ints, steps: Ints, expected: Ints, sides: Sides) -> NDArray[np.bool_]:
    """Which blocks (n,) are all that is expected."""
    found: NDArray[np.bool_] = (modes == sides.usual) & (steps == expected).all(axis=1)
    return found


class MoveLaws:
    """Frequencies of what moves are coded with; they learn from every phase."""

    def __init__(self) -> None:
        self._same = np.full((KINDS, AROUND, 2), GAIN)
        self._modes = np.full((KINDS, MODES), GAIN)
        self._sizes = np.full((KINDS, 2, SIZES), GAIN)

    def code(
        self, tape: Tape, kind: int, sides: Sides, guess: Ints, moves: BlockMoves | None
    ) -> BlockMoves:
        """Code the moves of a frame, or read them; raises CorruptFile for steps too far."""
        known = Expectation(sides, guess)
        for phase in block_phases(*guess.shape[:2]):
            expected, around = known.of(phase)
            modes, steps = None, None
            if moves is not None:
                modes, steps = (x[phase.rows, phase.columns] for x in (moves.modes, moves.steps))
            found = self._phase(tape, kind, sides, expected, around, modes, steps)
            known.take(phase, *found, expected)
        return BlockMoves(known.modes, known.steps)

    def _phase(
        self,
        tape: Tape,
        kind: int,
        sides: Sides,
        expected: Ints,
        around: Ints,
        modes: Ints | None,
        steps: Ints | None,
    ) -> tuple[Ints, Ints]:
        alike = None
        if modes is not None and steps is not None:
            alike = same(modes, steps, expected, sides).astype(np.int64)
        alike = self._coded(tape, self._same[kind], around, alike)
        other = np.flatnonzero(alike == 0)
        made, moved = np.full(len(expected), sides.usual, dtype=np.int64), expected.copy()
        if not other.size:
            return made, moved
        none = np.zeros(other.size, dtype=np.int64)
        if sides.after is not None:
            some = None if modes is None else modes[other]
            made[other] = self._coded(tape, self._modes[kind][None], none, some)
        for axis in (0, 1):
            off = None if steps is None else steps[other, axis] - expected[other, axis]
            moved[other, axis] += self._difference(tape, self._sizes[kind, axis][None], none, off)
        if np.abs(moved).max() > sides.most:
            raise CorruptFile("blocks come from too far away; the file is damaged")
        return made, moved

    def _difference(self, tape: Tape, counts: Ints, none: Ints, off: Ints | None) -> Ints:
        """Differences (n,): how many digits each has, then these and its sign."""
        digits, rest = None, None
        if off is not None:
            size = np.abs(off)
            digits = np.array([int(n).bit_length() for n in size], dtype=np.int64)
            rest = np.where(digits, 2 * (size - (1 << np.maximum(digits, 1) - 1)) + (off < 0), 0)
        digits = self._coded(tape, counts, none, digits)
        rest = tape.uniforms(rest, 1 << digits)
        size = np.where(digits, (rest >> 1) + (1 << np.maximum(digits, 1) - 1), 0)
        found: Ints = np.where(rest & 1, -size, size)
        return found

    @staticmethod
    def _coded(tape: Tape, counts: Ints, which: Ints, symbols: Ints | None) -> Ints:
        """Symbols (n,) under rows `which` (n,) of counts (m, K), which then count them."""
        sums, choices = counts.sum(axis=1, keepdims=True), counts.shape[1]
        rows = counts * ((1 << 16) - choices) // sums + 1
        rows[:, 0] += (1 << 16) - rows.sum(axis=1)
        found = tape.rows(symbols, rows[which])
        np.add.at(counts, (which, found), GAIN)
        while (full := counts.sum(axis=1) > FULL).any():
            counts[full] = (counts[full] + 1) >> 1
        return found
