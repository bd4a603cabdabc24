"""Corners of sprites that drift between walls: coded given where they were and how they moved.

A sprite keeps its speed; what would pass a wall stops there, and the speed that follows is new.
"""

from __future__ import annotations

from vdsc.codecs.scene.adaptive import Counts, learned_bit
from vdsc.entropy.tape import Tape

FARTHEST = 15
"""The largest move in pixels a frame and axis that is coded as such."""

_ALPHABET = 2 * FARTHEST + 2
_SLOW = [1] * (FARTHEST - 8) + [3] * 4 + [24] * 9 + [3] * 4 + [1] * (FARTHEST - 8) + [1]

Pair = tuple[int, int]


class Drift:
    """What the moves of one clip have taught, those of all its sprites together."""

    def __init__(self) -> None:
        self._kept: dict[tuple[int, str], list[int]] = {}
        self._moves: dict[tuple[int, str], Counts] = {}

    def axis(
        self, tape: Tape, given: int | None, guess: int, last: int, kind: tuple[int, str], turn: int
    ) -> int:
        """One coordinate: as guessed, or moved from the last one; `turn` = -1 mirrors the move."""
        state = self._kept.setdefault(kind, [1, 1] if kind[1] != "free" else [1, 40])
        if learned_bit(tape, None if given is None else int(given == guess), state):
            return guess
        counts = self._moves.setdefault(kind, Counts(_SLOW))
        found = counts.code(tape, None if given is None else _symbol((given - last) * turn))
        if found < _ALPHABET - 1:
            return last + (found - FARTHEST) * turn
        return tape.uniform(given, 1 << 16)


def _symbol(move: int) -> int:
    return move + FARTHEST if abs(move) <= FARTHEST else _ALPHABET - 1


class Sprite:
    """Where one sprite was, how it moved, and its walls: the least and largest corner by axis."""

    def __init__(
        self, corner: Pair, walls: tuple[Pair, Pair], speed: Pair | None, way: int
    ) -> None:
        self.corner, self.walls, self.speed, self.way = corner, walls, speed, way
        self.met = (0, 0)

    def step(self, tape: Tape, drift: Drift, given: Pair | None) -> Pair:
        """Encode or decode the next corner (row, column) of the sprite."""
        guess = self._guess()
        found = []
        for axis in (0, 1):
            kind, turn = self._kind(axis, guess)
            said = None if given is None else given[axis]
            clipped = min(max(guess[axis], self.walls[axis][0]), self.walls[axis][1])
            found.append(drift.axis(tape, said, clipped, self.corner[axis], (self.way, kind), turn))
        corner = (found[0], found[1])
        known = self.speed is not None
        self.met = (self._met(0, guess) if known else 0, self._met(1, guess) if known else 0)
        self.speed = (corner[0] - self.corner[0], corner[1] - self.corner[1])
        self.corner = corner
        return corner

    def _guess(self) -> Pair:
        speed = self.speed or (0, 0)
        return self.corner[0] + speed[0], self.corner[1] + speed[1]

    def _met(self, axis: int, guess: Pair) -> int:
        """Which wall the guess passed: -1, 1, or 0 for none."""
        return int(guess[axis] > self.walls[axis][1]) - int(guess[axis] < self.walls[axis][0])

    def _kind(self, axis: int, guess: Pair) -> tuple[str, int]:
        """What is known of the next move along an axis, and its sign away from a wall."""
        if self.speed is None:
            return "unknown", 1
        if self.met[axis]:
            return "wall", -self.met[axis]
        if self.met[1 - axis]:
            return "other wall", 1
        at = [
            int(self.corner[a] == self.walls[a][1]) - int(self.corner[a] == self.walls[a][0])
            for a in (0, 1)
        ]
        if at[axis]:
            return "at wall", -at[axis]
        if at[1 - axis]:
            return "other at wall", 1
        return ("beyond", 1) if self._met(axis, guess) else ("free", 1)
