"""The path between knots, and the frames that the decoder draws of it."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np

from tests.docs.lossless_page.bitsback import reals
from tests.docs.lossless_page.bitsback.layers import (
    UNIT,
    Ints,
    Layers,
    half_up,
    product,
    sigmoid,
    silu,
)  # fmt: skip

ONE = reals.ONE


def weights(rate: int, gap: int) -> list[int]:
    """Q30 weights of a bridge's later end."""
    if rate * gap < 1 << 83:
        return [(j << 30) // gap for j in range(gap + 1)]
    decay, p = reals.exp(-rate), [ONE]
    for _ in range(2 * gap):
        p.append(p[-1] * decay >> 96)
    return [p[gap - j] * (ONE - p[2 * j]) // (ONE - p[2 * gap]) >> 66 for j in range(gap + 1)]


def bridge(rate: int, knots: list[int], z: list[int]) -> list[int]:
    """One dimension."""
    path = [z[0]]
    for (a, b), (one, two) in zip(pairwise(knots), pairwise(z), strict=True):
        w, gap = weights(rate, b - a), b - a
        path += [(w[gap - j] * one + w[j] * two + (1 << 29)) >> 30 for j in range(1, gap + 1)]
    return path


def spline(knots: list[int], z: list[int]) -> list[int]:
    """One dimension."""
    m, h = len(knots), [b - a for a, b in pairwise(knots)]
    slope = [((b - a) << 8) // gap for (a, b), gap in zip(pairwise(z), h, strict=True)]
    pivot, bend = [0] * m, [0] * m
    for i in range(1, m - 1):
        over = (h[i - 1] << 40) // pivot[i - 1] if i > 1 else 0
        pivot[i] = (2 * (h[i - 1] + h[i]) << 20) - over * h[i - 1]
        bend[i] = 6 * (slope[i] - slope[i - 1]) - (over * bend[i - 1] >> 20)
    for i in range(m - 2, 0, -1):
        bend[i] = ((bend[i] - h[i] * bend[i + 1]) << 20) // pivot[i]
    path = [z[0]]
    for i, gap in enumerate(h):
        for u in range(1, gap + 1):
            v = gap - u
            line = ((v * z[i] + u * z[i + 1]) << 8) // gap
            curve = v * (v * v - gap * gap) * bend[i] + u * (u * u - gap * gap) * bend[i + 1]
            path.append((line + curve // (6 * gap) + 128) >> 8)
    return path


class Synthesis:
    """The decoder's side of a checkpoint."""

    def __init__(self, net: dict[str, Any], tensors: dict[str, Any], nu: list[int]) -> None:
        self.size = tuple(net["frame"][:2])
        self.objects, self.side = int(net["objects"]), int(net["glimpse"])
        self.channels = net["frame"][2] * (2 if net.get("parts") else 1)
        layers = Layers(tensors)
        self.pictures = net["decoder"] == "pictures"
        if self.pictures:
            self.spread = [layers.linear(f"decoder.spread.{i}") for i in (0, 2)]
            self.grow = [layers.conv(f"decoder.grow.{i}", 1, 1) for i in range(3)]
        else:
            self.layers = [layers.linear(f"decoder.sprite.{i}") for i in (0, 2, 4)]
        top, bottom = float(net["fps"]).as_integer_ratio()
        self.rates = [(n * n >> 97) * bottom // top for n in nu]
        self.bridged = net["interpolation"] == "bridge"

    def path(self, knots: list[int], z: list[list[int]]) -> Ints:
        """Values (T, objects, ...) at all frames."""
        columns = []
        for rate, column in zip(self.rates, zip(*z, strict=True), strict=True):
            made = bridge(rate, knots, [*column]) if self.bridged else spline(knots, [*column])
            columns.append(made)
        path = np.array(columns, np.int64).T
        return path if self.pictures else path.reshape(len(path), self.objects, -1)

    def places(self, z: Ints) -> Ints:
        """Middles (T, objects, 2), Q16 pixels from the middle of the frame."""
        return z[..., :2] * (50 * (self.size[0] - 28)) // 173

    def levels(self, z: Ints) -> Ints:
        """Grey levels (T, H, W) of the drawn frames."""
        return (self.sprites(z)[..., 0] * 255 + (1 << 15)) >> 16

    def drawn(self, z: Ints) -> Ints:
        """Planes (T, H, W, 2 C), Q16."""
        return self.grown(z) if self.pictures else self.sprites(z)

    def grown(self, z: Ints) -> Ints:
        """Planes of pictures."""
        a = self.spread[1](silu(self.spread[0](z << 4)))
        a = np.stack(
            [one.reshape(48, self.size[0] // 8, self.size[1] // 8) for one in a]
        ).transpose(0, 2, 3, 1)
        for grow in self.grow:
            wide = grow(silu(a))
            n, rows, columns, many = wide.shape
            a = np.zeros((n, 2 * rows, 2 * columns, many // 4), np.int64)
            for c in range(many // 4):
                for y in (0, 1):
                    for x in (0, 1):
                        a[:, y::2, x::2, c] = wide[..., 4 * c + 2 * y + x]
        return half_up(sigmoid(a), 4)

    def sprites(self, z: Ints) -> Ints:
        """Planes of sprites (T, H, W, channels), Q16."""
        x = z[..., 2:] << 4
        for layer in self.layers[:-1]:
            x = silu(layer(x))
        looks = sigmoid(self.layers[-1](x))
        looks = looks.reshape(*x.shape[:2], self.channels, self.side, self.side)
        places, made = self.places(z), []
        for look, place in zip(looks, places, strict=True):
            frame = np.zeros((self.channels, *self.size), np.int64)
            for sprite, (row, column) in zip(look, place.tolist(), strict=True):
                for c, one in enumerate(sprite):
                    tall = moved(one, row, self.size[0])
                    frame[c] += moved(tall.T, column, self.size[1]).T
            made.append(half_up(np.minimum(frame, UNIT), 4))
        return np.stack(made).transpose(0, 2, 3, 1)


def moved(sprite: Ints, place: int, size: int) -> Ints:
    """Rows of a sprite on `size` rows."""
    side = len(sprite)
    start = ((side - size) << 15) - place
    whole, part = start >> 16, (start & 65535) << 4
    rows = []
    for i in range(size):
        low, high = (
            sprite[r] if 0 <= r < side else np.zeros_like(sprite[0])
            for r in (whole + i, whole + i + 1)
        )
        rows.append(low + product(high - low, np.int64(part)))
    return np.stack(rows)
