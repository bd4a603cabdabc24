"""Corners of the sprites in all frames."""

from __future__ import annotations

from itertools import accumulate
from typing import Any

from tests.docs.lossless_page.bitsback.coder import Stack
from tests.docs.page_decoder import clip, frequencies

Pair = tuple[int, int]
START = [1] * 7 + [3] * 4 + [24] * 9 + [3] * 4 + [1] * 8


class Moves:
    """What the moves of a window have taught, and where its sprites are."""

    def __init__(
        self, corners: list[list[int]], walls: list[list[Pair]], anchor: int, count: int
    ) -> None:
        self.walls, self.anchor, self.count = walls, anchor, count
        self.places = {anchor: corners}
        self.kept: dict[Any, list[int]] = {}
        self.moves: dict[Any, list[int]] = {}

    def pop(self, stack: Stack, met: set[Any]) -> list[list[list[int]]]:
        """Pop the corners of all other frames."""
        many, a = len(self.walls), self.anchor
        for way in (1, -1):
            speed: list[list[int] | None] = [None] * many
            if way < 0 and a + 1 < self.count:
                here, after = self.places[a], self.places[a + 1]
                speed = [[x - y for x, y in zip(*p, strict=True)] for p in zip(here, after)]  # noqa: B905
            wall = [[0, 0] for _ in range(many)]
            for t in range(a + way, self.count if way > 0 else -1, way):
                self.places[t] = []
                for i in range(many):
                    last = self.places[t - way][i]
                    at, wall[i] = self.step(stack, (way, i), last, speed[i], wall[i], met)
                    speed[i] = [x - y for x, y in zip(at, last, strict=True)]
                    self.places[t].append(at)
        return [self.places[t] for t in range(self.count)]

    def step(
        self, stack: Stack, who: Pair, last: list[int], speed: list[int] | None, wall: list[int],
        met: set[Any],
    ) -> tuple[list[int], list[int]]:  # fmt: skip
        """The next corner, and the walls that the guess passed."""
        way, walls = who[0], self.walls[who[1]]
        guess = [x + v for x, v in zip(last, speed or (0, 0), strict=True)]
        passed = [(g > w[1]) - (g < w[0]) for g, w in zip(guess, walls, strict=True)]
        at = []
        for axis in (0, 1):
            kind, turn = self.kind(axis, last, speed, wall, passed, walls)
            met.add(kind)
            wanted = clip(guess[axis], *walls[axis])
            at.append(self.axis(stack, (way, kind), wanted, last[axis], turn))
        return at, passed if speed else [0, 0]

    def kind(
        self, axis: int, last: list[int], speed: Any, wall: list[int], passed: list[int],
        walls: list[Pair],
    ) -> tuple[str, int]:  # fmt: skip
        """Kind of the move, and its sign."""
        if speed is None:
            return "unknown", 1
        if wall[axis]:
            return "wall", -wall[axis]
        if wall[1 - axis]:
            return "other wall", 1
        at = [(x == w[1]) - (x == w[0]) for x, w in zip(last, walls, strict=True)]
        if at[axis]:
            return "at wall", -at[axis]
        if at[1 - axis]:
            return "other at wall", 1
        return "beyond" if passed[axis] else "free", 1

    def axis(self, stack: Stack, kind: Any, wanted: int, last: int, turn: int) -> int:
        """One coordinate."""
        state = self.kept.setdefault(kind, [1, 40 if kind[1] == "free" else 1])
        hit = stack.bit(clip((state[1] << 16) // sum(state), 16, 65520))
        state[hit] += 2
        if hit:
            return wanted
        counts = self.moves.setdefault(kind, [*START])
        sums = [*accumulate(counts)]
        symbol = stack.table(frequencies([(s << 30) // sums[-1] for s in sums[:-1]]))
        counts[symbol] += 32
        return last + (symbol - 15) * turn if symbol < 31 else stack.uniform(1 << 16)
