"""Descriptions of method 1, and the plans that they tell."""

# ruff: noqa: D102 -- the page says what its words mean

from __future__ import annotations

import zlib
from itertools import accumulate
from math import prod
from typing import Any

import numpy as np

from tests.docs.lossless_page.alphabets import Lattice, Listed, plain


class Lists:
    """A description's lists."""

    def __init__(self, data: bytes, limit: int) -> None:
        inflate = zlib.decompressobj(-15)
        self.rest = inflate.decompress(data, limit)
        assert inflate.eof
        assert not inflate.unused_data

    def take(self, count: int, low: int = -(1 << 63), high: int = 1 << 63) -> list[int]:
        """Read the next list."""
        w, body = self.rest[0], self.rest[1:]
        assert w in {0, 1, 2, 4, 8}
        assert len(body) >= w * count
        parts = [body[i * w : (i + 1) * w] for i in range(count)]
        self.rest = body[w * count :]
        items = [int.from_bytes(part, "little", signed=True) for part in parts]
        assert all(low <= item <= high for item in items)
        return items

    def one(self, low: int, high: int) -> int:
        """Read a list of one item."""
        return self.take(1, low, high)[0]


def read_alphabet(lists: Lists, dtype: np.dtype[Any], count: int) -> Any:
    numbers = lists.take(4)
    if numbers[0] != 3:
        return plain(numbers, dtype)
    assert 2 <= numbers[1] <= count
    steps = lists.take(numbers[1] - 1, 1)
    other = plain(lists.take(4), dtype)
    assert not isinstance(other, Lattice)
    return Listed(other, [*accumulate(steps, initial=numbers[2])])


class Scheme:
    """A description; `order` are live channels, `parents` are places in it or -1."""

    def __init__(self, data: bytes, shape: tuple[int, ...], dtype: np.dtype[Any]) -> None:
        count = prod(shape)
        lists = Lists(data, 256 + 128 * count)
        self.axis = lists.one(0, len(shape) - 1)
        self.lanes = lists.one(1, shape[self.axis])
        self.alphabet = read_alphabet(lists, dtype, count)
        self.kinds = lists.take(self.matrix(shape)[1], 0, 3)
        details = iter(lists.take(sum(kind > 0 for kind in self.kinds)))
        self.details = [next(details) if kind else 0 for kind in self.kinds]
        live = [i for i, kind in enumerate(self.kinds) if not kind]
        for i, (kind, detail) in enumerate(zip(self.kinds, self.details, strict=True)):
            assert kind < 2 or (0 <= detail < i and not self.kinds[detail])
        many = len(live)
        self.mixed, self.start = divmod(lists.one(0, 83), 42)
        self.activity = lists.take(many, 0, 49) if many <= 256 else [lists.one(0, 49)] * many
        self.curved = many <= 256 and lists.one(0, 1) == 1
        self.order, self.p = live, 0
        self.rounds = [[*range(many)]]
        self.parents: list[list[int]] = [[] for _ in live]
        self.reach = self.middle = [0] * many
        if self.curved:
            self.read_curved(lists, live)
        elif 256 < many <= 1 << 14 and self.lanes == 1:
            self.neighbours(shape, live)
        self.related = any(p >= 0 for row in self.parents for p in row)
        assert not lists.rest

    def read_curved(self, lists: Lists, live: list[int]) -> None:
        many, rounds = len(live), lists.one(1, 4)
        when = lists.take(many, 0, rounds - 1)
        flat = lists.take(3 * many, 0, many)
        self.p = 3
        self.parents = [[flat[j * many + i] - 1 for j in range(3)] for i in range(many)]
        more = lists.take(many, -62, 62)
        self.reach = [a + r for a, r in zip(self.activity, more, strict=True)]
        assert all(0 <= r <= 42 for r in self.reach)
        self.middle = lists.take(many, -32, 32)
        self.place(live, when)
        for group in self.rounds:
            for i in group:
                assert all(p < group[0] for p in self.parents[i])
                missing = [p < 0 for p in self.parents[i]]
                assert missing == sorted(missing)

    def place(self, live: list[int], when: list[int]) -> None:
        """Put channels in the order of their rounds."""
        self.order = [c for _, c in sorted(zip(when, live, strict=True))]
        sizes = [when.count(w) for w in range(max(when, default=0) + 1)]
        ends = [*accumulate(sizes, initial=0)]
        self.rounds = [[*range(a, a + n)] for a, n in zip(ends, sizes, strict=False) if n]

    def neighbours(self, shape: tuple[int, ...], live: list[int]) -> None:
        """The grid."""
        others = [n for axis, n in enumerate(shape) if axis != self.axis]
        others = {1: [1, *others, 1], 2: [*others, 1]}.get(len(others), others)
        rows, columns, colours = prod(others[:-2]), others[-2], others[-1]
        corners = [(-1, -1), (-1, 1), (1, -1), (1, 1)]
        sides = [(-1, 0), (0, -1), (0, 1), (1, 0)]
        here, found, when = set(live), {}, []
        for channel in live:
            point, colour = divmod(channel, colours)
            y, x = divmod(point, columns)
            turn, ways = 0, []
            for i, step in enumerate((4, 2, 1)):
                if y % step == 0 and x % step == 0:
                    odd = (y // step % 2, x // step % 2)
                    if any(odd):
                        turn = 2 * i + (1 if all(odd) else 2)
                        ways = [(a * step, b * step) for a, b in (corners if all(odd) else sides)]
                        break
            found[channel] = []
            for a, b in ways or [(rows, 0)] * 4:
                inside = 0 <= y + a < rows and 0 <= x + b < columns
                at = ((y + a) * columns + x + b) * colours + colour
                found[channel].append(at if inside and at in here else -1)
            when.append(turn)
        used = sorted(set(when))
        self.p = 4
        self.place(live, [used.index(w) for w in when])
        places = {channel: place for place, channel in enumerate(self.order)} | {-1: -1}
        self.parents = [[places[p] for p in found[channel]] for channel in self.order]

    def matrix(self, shape: tuple[int, ...]) -> tuple[int, int]:
        """Steps and channels."""
        n = shape[self.axis]
        return -(-n // self.lanes), prod(shape) // n * self.lanes
