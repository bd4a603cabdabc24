"""Shares of the experts of method 1, and the law that they make together."""

from __future__ import annotations

from functools import cache

from tests.docs.lossless_page.bits import length
from tests.docs.page_decoder import clip, distribution

Law = tuple[int, int, int]
"""Mean, scale and share of one expert."""


def leading(law: list[Law]) -> Law:
    """The expert with the largest share, the first of equal ones."""
    return max(law, key=lambda one: one[2])


def cells(law: list[Law], c: int, k: int) -> list[tuple[int, int]]:
    """M and W of each expert."""
    most = 32 if len(law) == 1 else 1 << 36
    found = []
    for mean, scale, _ in law:
        m = (clip(mean - 64 * c, -most, most) << 10 >> k) + ((1 << 15) >> k if k else 0)
        found.append((clip(m, -(1 << 30), 1 << 30), max(scale << 10 >> k, 1)))
    return found


def mixed(law: list[Law], c: int, k: int, edges: list[int]) -> list[int]:
    """Sums of share x F at the edges, Q46."""
    parts = list(zip(cells(law, c, k), law, strict=True))
    return [
        sum(one[2] * distribution(1, ((edge - m) << 16) // w) for (m, w), one in parts)
        for edge in edges
    ]


@cache
def power(i: int) -> int:
    """The largest n with n^256 <= 2^(4096 - i)."""
    n = int(2 ** (16 - i / 256)) + 2
    while n**256 > 1 << (4096 - i):
        n -= 1
    return n


@cache
def logarithm(x: int) -> int:
    """256 log2 of a mass Q30, rounded down twice."""
    n = length(x) - 1
    return (n - 30) * 256 + length((x << 8 >> n) ** 256) - 1 - 2048


def shares(scores: list[int], means: list[int]) -> list[int]:
    """Q16 shares of the experts of a channel."""
    together = [s + (m * 160 >> 8) for s, m in zip(scores, means, strict=True)]
    behind = [min(max(together) - s, 17 * 256) for s in together]
    weights = [power(d % 256) >> d // 256 for d in behind]
    share = [(w << 16) // sum(weights) for w in weights]
    first = share.index(max(share))
    share[first] += (1 << 16) - sum(share)
    return share


def learned(scores: list[int], law: list[Law], level: int) -> list[int]:
    """The scores after a level."""
    mean, scale, _ = leading(law)
    c, k = (mean + 32) >> 6, length((scale - 1) // 256)
    h = clip((level - c + ((1 << k) >> 1)) >> k, -(1 << 14), 1 << 14)
    found = []
    for score, (m, w) in zip(scores, cells(law, c, k), strict=True):
        high, low = (((((2 * h + side) << 15) - m) << 16) // w for side in (1, -1))
        mass = max(distribution(1, high) - distribution(1, low), 1)
        found.append(score - (score * 4 >> 6) + logarithm(mass))
    return found
