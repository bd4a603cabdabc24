"""The learned law of `knots`, written from docs/format/knots.md alone in Python integers."""

from __future__ import annotations

from functools import cache
from itertools import accumulate
from math import isqrt
from typing import Any

import numpy as np

from tests.docs.page_decoder import ONE, OpenGrid, Stack, clip, distribution, frequencies

UNIT = 1 << 20


def half(x: int, n: int) -> int:
    return (x + (1 << (n - 1))) >> n


def shift(a: int, n: int) -> int:
    return a << n if n >= 0 else a >> -n


@cache
def powers() -> list[int]:
    root = 1 << 97
    for _ in range(10):
        root = isqrt(root << 96)
    return [*accumulate(range(1023), lambda p, _: p * root >> 96, initial=1 << 96)]


def exp2(x: int) -> int:
    return shift(powers()[(x % UNIT) >> 10] >> 76, x >> 20)


@cache
def digits(i: int) -> int:
    """L[i]."""
    y, found = (1024 + i) << 86, 0
    for _ in range(20):
        y, found = y * y >> 96, 2 * found
        if y >= 1 << 97:
            y, found = y >> 1, found + 1
    return found


def log2(x: int) -> int:
    w = x.bit_length() - 1
    return (w << 20) + digits(shift(x, 10 - w) - 1024)


def tanh(x: int) -> int:
    return half(distribution(1, 2 * x >> 4), 9) - UNIT


class Layer:
    """A linear layer in integers."""

    def __init__(self, weight: np.ndarray, bias: np.ndarray) -> None:
        rows = [[float(w) for w in row] for row in weight]
        biases = [float(b) for b in bias]
        for m in range(24, 7, -1):
            self.w = [[round(w * 2**m) for w in row] for row in rows]
            self.b = [round(b * 2 ** (m + 20)) for b in biases]
            sums = [sum(map(abs, row)) << 27 for row in self.w]
            if all(s + abs(b) < 1 << 52 for s, b in zip(sums, self.b, strict=True)):
                self.m = m
                return
        raise AssertionError("no m serves")

    def __call__(self, x: list[int]) -> list[int]:
        """What comes out."""
        x = [clip(v, -(1 << 27), 1 << 27) for v in x]
        return [
            half(sum(a * v for a, v in zip(row, x, strict=True)) + b, self.m)
            for row, b in zip(self.w, self.b, strict=True)
        ]


class LawPath:
    """The knots of a file under a learned law; as `page_decoder.Path`."""

    def __init__(
        self, tables: dict[str, Any], weights: dict[str, np.ndarray], steps: list[int]
    ) -> None:
        self.grids, self.steps = [OpenGrid(step, tables["cap"][0]) for step in steps], steps
        self.shares, self.widths = tables["law.shares"], tables["law.widths"]
        self.still = [bool(x) for x in tables["is_global"]]
        self.layers, d = {}, len(steps)
        for name in ("recall", "bend", "line", "pace", "gate", "first"):
            parts = (weights[f"law.{name}.{part}"] for part in ("weight", "bias"))
            self.layers[name] = Layer(*parts)
        for name in ("first_off", "first_loud", "later_off", "later_loud"):
            lower = [[w if j < i else 0.0 for j, w in enumerate(row)]
                     for i, row in enumerate(weights[f"law.within.{name}"])]  # fmt: skip
            self.layers[name] = Layer(np.array(lower), np.zeros(d))
        self.fine = log2(sum(steps) // d) - 13 * UNIT
        self.cells: list[int] | None = None
        self.lag = 0

    def values(self) -> list[int]:
        """Values of the last knot."""
        assert self.cells is not None
        return [grid.value(q) for grid, q in zip(self.grids, self.cells, strict=True)]

    def stand(self) -> None:
        """Go on as after a first knot with these values."""
        self.lag, self.before = 0, self.values()

    def first(self, stack: Stack) -> list[int]:
        """Pop the first knot of a file, or of a fresh window."""
        d = len(self.grids)
        out = self.layers["first"]([self.fine])
        means = [half(m, 4) for m in out[:d]]
        self.cells = self.pop(stack, "first", means, out[d:], [UNIT] * d, [0] * d)
        self.lag, self.before = 0, self.values()
        return self.cells

    def later(self, stack: Stack, lag: int, lag_next: int) -> list[int]:
        """Pop a later knot."""
        assert self.cells is not None
        z1, d = self.values(), len(self.grids)
        move, slope = [0] * d, [0] * d
        if self.lag:
            move = [a - b for a, b in zip(z1, self.before, strict=True)]
            slope = [m * lag // self.lag for m in move]
        within = [
            [16 * clip(v, -most * ONE, most * ONE) for v in part]
            for part, most in ((z1, 32), (slope, 4), (move, 8))
        ]
        gaps = [log2(1 + n) - 3 * UNIT for n in (lag, self.lag, lag_next)]
        pace = [*gaps, self.fine]
        h = [tanh(x) for x in self.layers["recall"]([x for part in within for x in part] + pace)]
        out = self.layers["bend"](h + pace)
        root = exp2(gaps[0] >> 1)
        line = self.layers["line"](within[0] + within[1])
        means = [
            z + half(x + half(clip(b, -64 * UNIT, 64 * UNIT) * root, 20), 4)
            for z, x, b in zip(z1, line, out[:d], strict=True)
        ]
        sizes = [w + p for w, p in zip(out[d:], self.layers["pace"]([gaps[0]]), strict=True)]
        gates = [UNIT + g for g in self.layers["gate"](h)]
        self.cells = self.pop(stack, "later", means, sizes, gates, list(self.cells))
        self.before, self.lag = z1, lag
        return self.cells

    def pop(
        self,
        stack: Stack,
        when: str,
        means: list[int],
        sizes: list[int],
        gates: list[int],
        cells: list[int],
    ) -> list[int]:
        """Pop the values of a knot."""
        d = len(cells)
        off, loud = [0] * d, [0] * d
        for i in range(d):
            if when == "later" and self.still[i]:
                continue
            s, size = self.steps[i], sizes[i]
            more = clip(self.layers[f"{when}_off"](off)[i], -64 * UNIT, 64 * UNIT)
            more = half(more * clip(gates[i], -16 * UNIT, 16 * UNIT), 20)
            wide = self.layers[f"{when}_loud"](loud)[i]
            scale = exp2(clip(size + wide, -13 * UNIT, 5 * UNIT)) >> 4
            cells[i] = self.cell(stack, i, means[i] + half(more, 4), max(1, scale + (s >> 6)))
            away = clip(self.grids[i].value(cells[i]) - means[i], -8 * UNIT, 8 * UNIT)
            off[i] = clip(16 * away, -8 * UNIT, 8 * UNIT)
            unit = exp2(clip(size, -13 * UNIT, 5 * UNIT)) + 5 * s
            loud[i] = log2((abs(off[i]) << 20) // unit + (1 << 15)) - 20 * UNIT + 5 * (1 << 18)
        return cells

    def cell(self, stack: Stack, i: int, mean: int, scale: int) -> int:
        """Pop one cell."""
        grid = self.grids[i]
        c, k = grid.snap(mean), 0
        while (grid.width(c) << k) * 4 < scale:
            k += 1
        low, rising = c - (32 << k) - ((1 << k) >> 1), []
        for j in range(1, 65):
            far = clip(grid.edge(low + (j << k)) - mean, -(1 << 36), 1 << 36) << 16
            pairs = zip(self.shares[i], self.widths[i], strict=True)
            laws = [a * distribution(1, far // max(1, scale * w >> 12)) for a, w in pairs]
            rising.append(sum(laws) >> 14)
        h = stack.table(frequencies(rising)) - 32
        if abs(h) == 32:
            h += stack.gamma(48) * (1 if h > 0 else -1)
        q = c + (h << k) + stack.uniform(1 << k) - ((1 << k) >> 1)
        assert abs(q) <= grid.limit
        return q
