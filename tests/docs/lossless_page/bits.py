"""Numbers of the page, and the stack with those that `lossless` pops."""

from __future__ import annotations

from tests.docs.page_decoder import Stack, clip

R = 1 << 40


def wrap(x: int) -> int:
    """Modulo 2^64, signed."""
    return ((x + (1 << 63)) & ((1 << 64) - 1)) - (1 << 63)


def shift(x: int, n: int) -> int:
    return x << n if n >= 0 else x >> -n


def length(x: int) -> int:
    """len(x), of x >= 0."""
    assert x >= 0
    return x.bit_length()


class Bits(Stack):
    """The stack, with the numbers that arrays need."""

    def uniform(self, n: int) -> int:
        """Pop a uniform symbol of n values."""
        if n == 1:
            return 0
        each, r = (1 << 24) // n, self.state % (1 << 24)
        k = min(r // each, n - 1)
        right = (1 << 24) if k == n - 1 else (k + 1) * each
        self.state = (self.state >> 24) * (right - k * each) + r - k * each
        self.refill()
        return k

    def wide(self, sizes: list[int]) -> list[int]:
        """Pop a group of wide numbers."""
        b = [max(length(n - 1) - 22, 0) for n in sizes]
        a = [min(x, 22) for x in b]
        first = [self.uniform(((n - 1) >> x) + 1) for n, x in zip(sizes, b, strict=True)]
        second = [self.uniform(1 << (x - y)) for x, y in zip(b, a, strict=True)]
        third = [self.uniform(1 << y) for y in a]
        parts = zip(first, second, third, a, b, strict=True)
        return [(f * (1 << (x - y)) + s) * (1 << y) + t for f, s, t, y, x in parts]

    def long(self, count: int) -> list[int]:
        """Pop a group of long numbers."""
        least = [1 << (clip(self.uniform(64), 1, 62) - 1) for _ in range(count)]
        return [w + n - 1 for w, n in zip(self.wide(least), least, strict=True)]
