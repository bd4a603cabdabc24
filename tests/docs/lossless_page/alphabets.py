"""Ordinals and alphabets."""

# ruff: noqa: D102 -- the page says what its words mean

from __future__ import annotations

from functools import lru_cache
from math import gcd
from typing import Any

import numpy as np

from tests.docs.lossless_page.bits import R, length, shift, wrap
from tests.docs.page_decoder import clip


def ordinal(value: Any) -> int:
    """Ordinal of a numpy float."""
    n = 8 * value.dtype.itemsize
    bits = int.from_bytes(value.tobytes(), "little")
    return bits if bits < 1 << (n - 1) else -1 - (bits - (1 << (n - 1)))


def stored(o: int, dtype: np.dtype[Any]) -> bytes:
    """Bytes of the value that has an ordinal."""
    n = 8 * dtype.itemsize
    if dtype.kind == "f":
        bits = o if o >= 0 else (1 << (n - 1)) | (-1 - o)
    else:
        bits = o + (1 << 63) if dtype.str[1:] == "u8" else o
    return (bits % (1 << n)).to_bytes(dtype.itemsize, "little")


class Whole:
    """Kind 0."""

    def __init__(self, a: int, b: int, e: int) -> None:
        assert b >= 1
        assert 0 <= e <= 23
        self.a, self.b, self.e = a, b, e

    def value(self, r: int, phase: int) -> int:
        """Ordinal of rank r."""
        return wrap(self.a + self.b * r)

    def level(self, r: int) -> int:
        return clip(r >> self.e, -R, R)

    def first(self, at: int) -> int:
        return wrap(at << self.e)

    def grain(self, at: int) -> int:
        return 0


class Binary:
    """Kind 1."""

    def __init__(self, dtype: np.dtype[Any], scale: int) -> None:
        self.n = 8 * dtype.itemsize
        self.p, self.m, finest = {16: (11, -14, 63), 32: (24, -126, 188), 64: (53, -1022, 1000)}[
            self.n
        ]
        assert -984 <= scale <= finest
        self.scale = scale
        self.least = lru_cache(1 << 16)(self.search)

    def value(self, r: int, phase: int) -> int:
        """Ordinal of rank r."""
        return r

    def exact(self, r: int) -> int:
        """Level of a rank, not clipped."""
        size = r if r >= 0 else -1 - r
        top, low = size >> (self.p - 1), size & ((1 << (self.p - 1)) - 1)
        if top == (1 << (self.n - self.p)) - 1:
            whole = 1 << 4000  # infinities and NaNs
        else:
            mantissa = low | (1 << (self.p - 1) if top else 0)
            exponent = max(top, 1) - 1 + self.m - self.p + 1
            if r < 0:
                mantissa = -mantissa
            return shift(mantissa, exponent + self.scale)
        return whole if r >= 0 else -whole

    def level(self, r: int) -> int:
        return clip(self.exact(r), -R, R)

    def first(self, at: int) -> int:
        return self.least(at)

    def search(self, at: int) -> int:
        """Least rank whose level is at least this."""
        low, high = -(1 << (self.n - 1)), 1 << (self.n - 1)
        if at <= -R:
            return low
        if at > R:
            return wrap(high)
        while low < high:
            middle = (low + high) // 2
            if self.exact(middle) >= at:
                high = middle
            else:
                low = middle + 1
        return low

    def grain(self, at: int) -> int:
        return max(length(abs(at)), self.scale + self.m + 1, self.p) - self.p


class Decimal:
    """Kind 2."""

    def __init__(self, dtype: np.dtype[Any], a: int, b: int, e: int) -> None:
        assert 0 <= a <= 15
        assert 1 <= b <= 13
        assert e in {0, 1}
        self.dtype, self.a, self.b, self.e = dtype, a, b, e
        self.decade = 9 * 10 ** (b - 1)

    def size(self, r: int) -> int:
        """|K| of rank r."""
        x = r if r >= 0 else -r - self.e
        d = max((x - 10 ** (self.b - 1)) // self.decade, 0)
        return (x - d * self.decade) * 10**d

    def value(self, r: int, phase: int) -> int:
        """Ordinal of rank r."""
        value = float(self.size(r)) / float(10**self.a)
        return ordinal(np.float64(-value if r < 0 else value).astype(self.dtype))

    def level(self, r: int) -> int:
        return -self.size(r) if r < 0 else self.size(r)

    def dropped(self, k: int) -> int:
        return max((len(str(k)) if k else 0) - self.b, 0)

    def number(self, k: int) -> int:
        d = self.dropped(k)
        return d * self.decade + k // 10**d

    def first(self, at: int) -> int:
        if at > 0:
            return self.number(at + 10 ** self.dropped(at) - 1)
        return -self.number(-at) - self.e

    def grain(self, at: int) -> int:
        d = self.dropped(abs(at))
        return length(10**d) + 1 if d else 0


class Listed:
    """Kind 3."""

    def __init__(self, other: Any, table: list[int]) -> None:
        self.other, self.table = other, table
        e = [other.level(r) for r in table]
        g = 1
        if e[-1] - e[0] <= R:
            g = max(gcd(*(x - e[0] for x in e)), 1)
            e = [(x - e[0]) // g for x in e]
        self.levels = e

    def value(self, r: int, phase: int) -> int:
        """Ordinal of rank r."""
        return self.other.value(self.table[r], 0)

    def level(self, r: int) -> int:
        return self.levels[r]

    def first(self, at: int) -> int:
        return sum(level < at for level in self.levels)

    def grain(self, at: int) -> int:
        i = min(self.first(at), len(self.table) - 1)
        a, b = max(i - 4, 0), min(i + 4, len(self.table) - 1)
        return length(max((self.levels[b] - self.levels[a]) // max(b - a, 1) - 1, 0))


class Lattice:
    """Kind 4."""

    def __init__(self, dtype: np.dtype[Any], a: int, b: int) -> None:
        assert 0 <= a <= 60
        assert 1 <= b <= 1 << 24
        self.dtype, self.a, self.b = dtype, a, b

    def value(self, r: int, phase: int) -> int:
        """Ordinal of rank r."""
        k = self.b * r + phase
        assert abs(k) <= R
        return ordinal(np.float64(k * 2.0**-self.a).astype(self.dtype))

    def level(self, r: int) -> int:
        return clip(r, -R, R)

    def first(self, at: int) -> int:
        return at

    def grain(self, at: int) -> int:
        return 0


def plain(numbers: list[int], dtype: np.dtype[Any]) -> Any:
    """An alphabet that lists nothing."""
    kind, a, b, e = numbers
    if dtype.kind != "f":
        assert kind == 0
        return Whole(a, b, e)
    assert kind in {1, 2, 4}
    made = {1: (Binary, (a,)), 2: (Decimal, (a, b, e)), 4: (Lattice, (a, b))}
    return made[kind][0](dtype, *made[kind][1])
