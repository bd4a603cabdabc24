"""The pixels of sprites, by mixed contexts."""

# ruff: noqa: D102 -- the page says what its words mean

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from tests.docs.lossless_page.bitsback.coder import Stack
from tests.docs.lossless_page.bitsback.layers import Ints
from tests.docs.page_decoder import clip, small


@cache
def squashed() -> list[int]:
    """squash(x) for x = -2047 to 2047."""
    made = []
    for x in range(-2047, 2048):
        share = (1 << 112) // ((1 << 96) + small(abs(x), 256))
        made.append(share if x >= 0 else 65536 - share)
    return made


def squash(x: int) -> int:
    return squashed()[clip(x, -2047, 2047) + 2047]


@cache
def stretch(i: int) -> int:
    reached = [x for x in range(-2047, 2048) if squash(x) >= 16 * i + 8]
    return reached[0] if reached else 2047


class Texture:
    """What the sprites of one window have taught."""

    def __init__(self) -> None:
        self.states: dict[Any, list[int]] = {}
        self.weights: dict[int, list[int]] = {}

    def pop(self, stack: Stack, shape: tuple[int, int], met: set[Any]) -> Ints:
        """Pop a sprite."""
        made = np.zeros((shape[0] + 2, shape[1] + 4), np.int64)
        for row in range(2, shape[0] + 2):
            for column in range(2, shape[1] + 2):
                near = [(0, -1), (-1, 0), (-1, -1), (-1, 1), (0, -2), (-2, 0)]
                self.near = [int(made[row + i, column + j]) for i, j in near]
                made[row, column] = self.pixel(stack, met)
        return made[2:, 2:-2]

    def pixel(self, stack: Stack, met: set[Any]) -> int:
        if not self.bit(stack, 0, 0):
            return 0
        white = self.bit(stack, 1, 1)
        met.add("white" if white else "grey")
        node, gate, bits = 1, 2 if white else 5, 3 if white else 8
        for i in range(bits):
            node = 2 * node + self.bit(stack, 256 * gate + node, gate + i)
        assert not white or node - 8 <= 5
        return node - (1 << bits) + (250 if white else 0)

    def contexts(self, node: int) -> list[tuple[int, ...]]:
        left, up, corner = self.near[:3]
        w, n, c, e, f, h = (sum(v >= x for x in (1, 64, 160, 250)) for v in self.near)
        middle = sorted((left, up, clip(left + up - corner, 0, 255)))[1]
        return [
            (1, node, w, n), (2, node, w, n, c, e), (3, node, f, w, n, h),
            (4, node, middle >> 4), (5, node, (left + up) >> 5, e), (6, node),
        ]  # fmt: skip

    def bit(self, stack: Stack, node: int, gate: int) -> int:
        states = [self.states.setdefault(c, [32768, 0]) for c in self.contexts(node)]
        heard = []
        for p, count in states:
            s = stretch(p >> 4)
            heard.append(s * (count + 1) // (count + 3) if count < 30 else s)
        weights = self.weights.setdefault(gate, [13653] * 6)
        share = squash(sum(w * s for w, s in zip(weights, heard, strict=True)) >> 16)
        found = stack.bit(clip(share, 24, 65512))
        for i, s in enumerate(heard):
            weights[i] += s * ((found << 16) - share) >> 12
        for state in states:
            p, count = state
            state[0] = p + 2 * (65535 * found - p) // (2 * min(count, 60) + 3)
            state[1] = count + 1
        return found
