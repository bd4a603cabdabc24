"""The learned mixture of pixels."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from tests.docs.lossless_page.bitsback.coder import Stack
from tests.docs.lossless_page.bitsback.layers import (
    Ints,
    Layers,
    half_up,
    logistic,
    sigmoid,
    silu,
    tanh,
)  # fmt: skip
from tests.docs.page_decoder import clip, frequencies


class LearnedMixture:
    """The law of a checkpoint's pixels."""

    def __init__(self, weights: dict[str, Any], net: dict[str, Any]) -> None:
        layers = Layers(weights)
        self.net = [layers.linear(f"pixels.net.{i}") for i in (0, 2, 4)]
        self.parts = int(net["parts"])
        self.lean = [[round(x * 2.0**16) for x in row] for row in weights["pixels.lean"].tolist()]
        blank = np.array([round(x * 2.0**20) for x in weights["pixels.blank"].ravel().tolist()])
        self.blank = half_up(sigmoid(blank), 4).reshape(weights["pixels.blank"].shape)
        self.row = cache(self._row)

    def _row(self, i: int, j: int) -> list[int]:
        """Frequencies at entry i of the levels and j of the doubts."""
        x = np.array([[((i << 21) + 63) // 127 - 2**20, ((j << 21) + 15) // 31 - 2**20]])
        for layer in self.net[:-1]:
            x = silu(layer(x))
        said, n = self.net[-1](x)[0], self.parts
        share = [int(s) + 10 for s in sigmoid(said[2 * n :])]
        mean = [255 * 2**16 * i // 127 + (128 * int(t) >> 4) for t in tanh(said[:n])]
        wide = map(int, sigmoid(said[n : 2 * n]))
        scale = [6144 + (3145728 * ((s * s >> 20) * s >> 20) >> 20) for s in wide]
        edges = np.arange(1, 256) * 2**16 - 2**15
        total = share[n] * 2**30 + sum(
            share[k] * logistic(((edges - mean[k]) << 16) // scale[k]) for k in range(n)
        )
        return frequencies((total // sum(share)).tolist())

    def pop(self, stack: Stack, planes: Ints) -> Ints:
        """Frames (T, H, W, C) of planes (T, H, W, 2 C)."""
        count = planes.shape[3] // 2
        made = np.zeros((*planes.shape[:3], count), np.int64)
        for c in range(count):
            for at in np.ndindex(*planes.shape[:3]):
                v = int(planes[at][c])
                for k in range(c):
                    x = int(made[at][k])
                    v += self.lean[c][k] * (((x << 16) + 127) // 255 - int(planes[at][k])) >> 16
                i = (127 * clip(v, 0, 1 << 16) + 2**15) >> 16
                j = (31 * clip(int(planes[at][count + c]), 0, 1 << 16) + 2**15) >> 16
                made[at][c] = stack.table(self.row(i, j))
        return made
