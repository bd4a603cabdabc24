"""Palettes, and the lists of values that channels choose from."""

from __future__ import annotations

import zlib
from itertools import pairwise
from math import isqrt

import numpy as np


class Lists:
    """What one channel can be: list after list of values, cells, and the next channel's lists."""

    def __init__(self, entries: list[list[tuple[int, int]]]) -> None:
        count, follow = len(entries), 0
        self.size = np.array([len(some) for some in entries])
        self.edge = np.full((count, 257), 256)
        self.value, self.next = np.zeros((count, 256), int), np.zeros((count, 256), int)
        self.cell = np.zeros((count, 256), int)
        for i, some in enumerate(entries):
            value, used = zip(*some, strict=True)
            w = [isqrt(256 * n) for n in used]
            self.edge[i, 0] = 0
            for k in range(1, len(some)):
                both, gap = w[k - 1] + w[k], value[k] - value[k - 1] - 1
                self.edge[i, k] = value[k - 1] + 1 + (gap * w[k - 1] + both // 2) // both
            self.value[i, : len(some)] = value
            self.next[i, : len(some)] = range(follow, follow + len(some))
            follow += len(some)
            begins = self.edge[i, : len(some)]
            self.cell[i] = [(begins <= level).sum() - 1 for level in range(256)]


def every_level() -> Lists:
    """One list of all values, which is that of the next channel too."""
    lists = Lists([[(v, 1) for v in range(256)]])
    lists.next[:] = 0
    return lists


def palette(data: bytes) -> list[Lists]:
    """The lists of green, red and blue."""
    inflate = zlib.decompressobj()
    raw = inflate.decompress(data, 4 * 1023 + 1)
    assert inflate.eof
    assert not inflate.unused_data
    assert len(raw) % 4 == 0
    assert 1 <= len(raw) // 4 <= 1023
    table = np.frombuffer(raw, "u1").reshape(4, -1).cumsum(1) % 256
    colours = [tuple(colour) for colour in table[:3].T.tolist()]
    assert all(a < b for a, b in pairwise(colours))
    assert table[3].max() <= 40
    used = [1 << c for c in table[3].tolist()]
    return [lists_of(colours, used, channel) for channel in range(3)]


def lists_of(colours: list[tuple[int, ...]], used: list[int], channel: int) -> Lists:
    """One list for each beginning of colours that ends before this channel."""
    found: dict[tuple[int, ...], dict[int, int]] = {}
    for colour, n in zip(colours, used, strict=True):
        some = found.setdefault(colour[:channel], {})
        some[colour[channel]] = some.get(colour[channel], 0) + n
    return Lists([sorted(some.items()) for _, some in sorted(found.items())])
