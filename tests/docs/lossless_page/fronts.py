"""Method 6 of `lossless`, written from docs/format/fronts.md alone in Python integers."""

# ruff: noqa: D102 -- the page says what its words mean

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from tests.docs.lossless_page.bits import Bits, length
from tests.docs.lossless_page.predictor import Regression
from tests.docs.lossless_page.recast import varint
from tests.docs.page_decoder import clip, distribution, frequencies

BESIDE = [(0, -1), (-1, 0), (-1, -1), (-1, 1)]
RING = [(y, x) for y in (-1, 0, 1) for x in (-1, 0, 1)]
SEEN = [(0, *p) for p in [*BESIDE, (0, -2), (-2, 0), (-1, -2)]]
SEEN += [(1, *p) for p in RING if p != (0, 0)] + [(2, *p) for p in RING] + [(3, 0, 0)]
CHOSEN = [SEEN.index(p) for p in ((0, 0, -1), (0, -1, 0), (0, -1, 1))]
CHOSEN += [SEEN.index(p) for p in ((1, 0, 1), (1, 1, 0), (2, 0, 0))]
FAR, MOST = 1 << 30, 1 << 22

Place = tuple[int, int]


@dataclass
class Known:
    """A value that is decoded, in 64ths but for its number."""

    number: int
    error: int
    size: int


@dataclass
class Film:
    """All that is kept."""

    board: Place
    origin: int
    coarse: int
    usual: int
    everywhere: Regression
    own: dict[Place, Regression]
    slow: dict[Place, int]
    fast: dict[Place, int]
    sums: list[int]
    counts: list[int]
    known: dict[tuple[int, int, int], Known] = field(default_factory=dict)
    frames: int = 0
    fronts: int = 0

    @classmethod
    def begun(cls, board: Place, head: tuple[int, int, int, int]) -> Film:
        origin, coarse, least, usual = head
        places = [(y, x) for y in range(board[0]) for x in range(board[1])]
        own = {p: Regression([*range(13)], 8, 40, least) for p in places}
        usually = [dict.fromkeys(places, 16 * usual) for _ in range(2)]
        sums = [16 * ((4 + i % 4) * 2 ** (i // 4) // 4) for i in range(128)]
        everywhere = Regression([*range(26)], 9, 11, 12)
        return cls(board, origin, coarse, usual, everywhere, own, *usually, sums, [16] * 128)

    def f(self, v: int) -> int:
        return clip(v >> self.coarse, -(1 << 16), 1 << 16)

    def change(self, weights: list[int], features: list[int]) -> int:
        total = sum(w * x for w, x in zip(weights, features, strict=True))
        return clip((clip(total, -(1 << 54), 1 << 54) << self.coarse) >> 24, -FAR, FAR)

    def at(self, t: int, y: int, x: int) -> Known | None:
        return self.known.get((t, y, x))

    def expect(self, t: int, y: int, x: int) -> Any:
        """Means, features, and what the law is made of."""
        b = self.known[t - 1, y, x].number if t else 0
        seen = []
        for back, down, right in SEEN:
            frame = max(t - back, 0) if t else t - back
            there = self.at(frame, y + down, x + right)
            seen.append(there.number - b if there else 0)
        every = [*(self.f(64 * v) for v in seen), 64]
        if t:
            m = self.change(self.everywhere.weights, every)
        else:
            m = clip(48 * seen[0] + 48 * seen[1] - 32 * seen[2], -FAR, FAR)
        beside = [self.at(t, y + down, x + right) for down, right in BESIDE]
        past = [self.at(t - 1, y + down, x + right) for down, right in RING]
        errors = [one.error if one else 0 for one in (past[4], *beside)]
        own = [self.f(m), self.f(errors[0]), 64, *map(self.f, errors[1:])]
        own += [every[i] for i in CHOSEN]
        first = 64 * b + m
        mean = first + (self.change(self.own[y, x].weights, own) if t else 0)
        slow, fast = self.slow[y, x] >> 4, self.fast[y, x] >> 4
        left, above, one, other = (k.size if k else slow for k in beside)
        nine = [k.size if k else slow for k in past]
        e = 28 * slow + 5 * fast + sum(nine) + 2 * nine[4]
        e += 7 * left + 6 * above + 3 * one + 3 * other + 5 * abs(mean - first)
        e = clip(e >> 6, 4, (1 << 30) - 1)
        level = 4 * (length(e) - 1) + (e >> (length(e) - 3)) % 4
        return b, first, mean, level, every, own

    def numbers(self, stack: Bits, expected: list[Any]) -> list[int]:
        laws, symbols = [], []
        for _, _, mean, level, _, _ in expected:
            scale = max(38 * self.sums[level] // (64 * self.counts[level]), 3)
            c, k = clip((mean + 32) >> 6, -MOST, MOST), length((scale - 1) // 128)
            laws.append((c, k))
            m = (clip(mean - 64 * c, -32, 32) << 10 >> k) + ((1 << 15 >> k) if k else 0)
            d = max(scale << 10 >> k, 1)
            inner = [((((2 * j - 33) << 15) - m) << 16) // d for j in range(1, 33)]
            symbols.append(stack.table(frequencies([distribution(1, v) for v in inner])))
        outer = [i for i, s in enumerate(symbols) if s in {0, 32}]
        z = [stack.uniform(24) for _ in outer]
        more = dict(zip(outer, [(1 << n) + stack.uniform(1 << n) - 1 for n in z], strict=True))
        low = [stack.uniform(1 << k) if k else 0 for _, k in laws]
        found = []
        for i, (c, k) in enumerate(laws):
            h = symbols[i] - 16
            h += (1 if h > 0 else -1) * more.get(i, 0)
            found.append(c + (h << k) + low[i] - (1 << k >> 1))
        assert all(abs(n) <= MOST for n in found)
        return found

    def decode(self, stack: Bits, frames: int) -> np.ndarray[Any, Any]:
        """The values of the next frames."""
        rows, columns = self.board
        end, old = self.frames + frames, self.frames
        order = sorted((2 * y + x, y, x) for y, x in self.own)
        last = 4 * (end - 1) + order[-1][0]
        for number in range(4 * old, last + 1):
            here = [((number - s) // 4, y, x) for s, y, x in order if (number - s) % 4 == 0]
            here = [p for p in here if old <= p[0] < end]
            if here:
                self.front(number, here, stack)
        made = np.empty((frames, rows, columns), dtype=np.int64)
        for t, y, x in np.ndindex(made.shape):
            made[t, y, x] = self.known[old + t, y, x].number + self.origin
        gone = max(end - 3, 0)
        self.known = {(t - gone, y, x): k for (t, y, x), k in self.known.items() if t >= gone}
        self.frames = end - gone
        return made

    def front(self, number: int, here: list[tuple[int, int, int]], stack: Bits) -> None:
        expected = [self.expect(*p) for p in here]
        found = self.numbers(stack, expected)
        self.fronts += 1
        lessons = []
        for (t, y, x), n, (b, first, mean, level, every, own) in zip(
            here, found, expected, strict=True
        ):
            self.known[t, y, x] = Known(n, 64 * n - first, min(abs(64 * n - mean), FAR))
            if t:
                lessons.append([*every, self.f(64 * n - 64 * b)])
            one = [*own, self.f(64 * n - first)] if t else [0] * 14
            self.own[y, x].learn([one], 0, again=number // 4 % 2 == 0)
            size = self.known[t, y, x].size
            self.sums[level] += size
            self.counts[level] += 1
            self.slow[y, x] += (16 * size - self.slow[y, x]) * 11 >> 8
            self.fast[y, x] += (16 * size - self.fast[y, x]) * 43 >> 8
        again = self.fronts < 64 or self.fronts % 4 == 0
        self.everywhere.learn(lessons, 0, again=again)
        for i in range(128):
            if self.counts[i] > 1 << 14:
                self.counts[i] >>= 1
                self.sums[i] >>= 1


def fronts(
    payload: bytes, shape: tuple[int, ...], dtype: np.dtype[Any], film: Film | None
) -> tuple[bytes, Film]:
    """The values' bytes of a chunk, and what is kept."""
    board = tuple(n for n in shape[1:] if n > 1)
    assert len(board) == 2
    assert min(board) >= 4
    assert 1 << 8 <= board[0] * board[1] <= 1 << 18
    assert payload[0] in {0, 1}
    at = 1
    if payload[0] == 0:
        z, at = varint(payload, 1)
        coarse, least = payload[at : at + 2]
        usual, at = varint(payload, at + 2)
        assert coarse <= 7
        assert least <= 40
        assert 1 <= usual <= MOST
        origin = z >> 1 if z % 2 == 0 else -(z >> 1) - 1
        film = Film.begun((board[0], board[1]), (origin, coarse, least, usual))
    assert film is not None
    stack = Bits(payload[at:])
    made = film.decode(stack, shape[0])
    assert not stack.state
    return made.astype(dtype).tobytes(), film
