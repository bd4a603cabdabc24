"""Corners of sprites that drift between walls, forward in time, under laws that learn.

A sprite goes on as it moved. What would pass a wall stops there, and the speeds that follow are
new: away from that wall, and anything along it. Positions are whole parts of a pixel.
"""

from __future__ import annotations

from dataclasses import dataclass

from vdsc.codecs.scene.adaptive import Counts, learned_bit
from vdsc.entropy.tape import Tape

FARTHEST = 15
"""The largest move in whole pixels a frame and axis that is coded as such."""

_ALPHABET = 2 * FARTHEST + 2
_FAR = 1 << 20
_LIKELY = 64  # against 1 for other moves
Pair = tuple[int, int]
Walls = tuple[Pair, Pair]


@dataclass(frozen=True)
class MoveKind:
    """What is known of the next move along an axis, and how its law begins.

    least, most: moves, in pixels, that are likely where the sprite does not go on as guessed. kept:
    counts of moves that were other than guessed, and as guessed; None if a guess says nothing.
    """

    least: int
    most: int
    kept: tuple[int, int] | None = None

    def moves(self) -> Counts:
        """The law of moves that are not as guessed."""
        likely = range(self.least, self.most + 1)
        start = [_LIKELY if move in likely else 1 for move in range(-FARTHEST, FARTHEST + 1)]
        return Counts([*start, 1])


KINDS = {
    "first": MoveKind(-4, 4),
    "wall": MoveKind(1, 4),
    "other wall": MoveKind(-4, 4),
    "at wall": MoveKind(-4, 4, (1, 8)),
    "beyond": MoveKind(-4, 4, (1, 20)),
    "free": MoveKind(-4, 4, (1, 80)),
}


class Course:
    """What the moves of one clip have taught, those of all its sprites and both axes together.

    Args:
        parts: positions a pixel.
    """

    def __init__(self, parts: int) -> None:
        self.parts = parts
        self._kept = {name: list(kind.kept) for name, kind in KINDS.items() if kind.kept}
        self._moves = {name: kind.moves() for name, kind in KINDS.items()}

    def axis(
        self, tape: Tape, given: int | None, guess: int, last: int, kind: str, turn: int
    ) -> int:
        """One coordinate: as guessed, or moved from the last one; `turn` = -1 mirrors the move."""
        kept = None if given is None else int(given == guess)
        if kind in self._kept and learned_bit(tape, kept, self._kept[kind]):
            return guess
        return last + turn * self._move(
            tape, None if given is None else turn * (given - last), kind
        )

    def _move(self, tape: Tape, given: int | None, kind: str) -> int:
        """A move in parts: its whole pixels under the law of its kind, then the rest."""
        whole, rest = (None, None) if given is None else divmod(given, self.parts)
        symbol = None
        if whole is not None:
            symbol = whole + FARTHEST if abs(whole) <= FARTHEST else _ALPHABET - 1
        found = self._moves[kind].code(tape, symbol)
        if found == _ALPHABET - 1:
            return tape.uniform(None if given is None else given + _FAR, 2 * _FAR) - _FAR
        return (found - FARTHEST) * self.parts + tape.uniform(rest, self.parts)


class Mover:
    """Where one sprite was, how it moved, and its walls: the least and largest corner by axis."""

    def __init__(self, corner: Pair, walls: Walls) -> None:
        self.corner, self.walls = corner, walls
        self.speed: Pair | None = None
        self._met = (0, 0)

    def step(self, tape: Tape, course: Course, given: Pair | None) -> Pair:
        """Encode or decode the next corner (row, column) of the sprite."""
        guess, found, met = self._guess(), [], []
        for axis in (0, 1):
            kind, turn = self._kind(axis, guess)
            low, high = self.walls[axis]
            clipped = min(max(guess[axis], low), high)
            said = None if given is None else given[axis]
            found.append(course.axis(tape, said, clipped, self.corner[axis], kind, turn))
            stopped = kind == "beyond" and found[axis] == clipped
            met.append(self._beyond(axis, guess) if stopped else 0)
        corner = (found[0], found[1])
        self._met = (met[0], met[1])
        self.speed = (corner[0] - self.corner[0], corner[1] - self.corner[1])
        self.corner = corner
        return corner

    def _guess(self) -> Pair:
        speed = self.speed or (0, 0)
        return self.corner[0] + speed[0], self.corner[1] + speed[1]

    def _beyond(self, axis: int, guess: Pair) -> int:
        """Which wall the guess passed: -1, 1, or 0 for none."""
        low, high = self.walls[axis]
        return int(guess[axis] > high) - int(guess[axis] < low)

    def _kind(self, axis: int, guess: Pair) -> tuple[str, int]:
        """The name of what is known of the next move along an axis, and its sign off a wall."""
        if self.speed is None:
            return "first", 1
        if self._met[axis]:
            return "wall", -self._met[axis]
        if self._met[1 - axis]:
            return "other wall", 1
        if self._beyond(axis, guess):
            return "beyond", 1
        low, high = self.walls[axis]
        at = int(self.corner[axis] == high) - int(self.corner[axis] == low)
        return ("at wall", -at) if at else ("free", 1)
