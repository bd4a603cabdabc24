"""A second decoder of `vdsde` frames, written from docs/format.md alone: one number after another.

It shares no code with vdsc. A Python float is a float64, and each of its operations is rounded as
IEEE 754 says, so where the two agree to the bit the page leaves nothing open.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from functools import cache
from itertools import accumulate, pairwise, repeat
from typing import Any

import numpy as np

from tests.docs.lossless_page.bitsback import reals
from tests.docs.lossless_page.bitsback.layers import UNIT, Layers, sigmoid, silu
from tests.docs.lossless_page.bitsback.synthesis import moved
from tests.docs.page_decoder import clip, small

FAR = 1 << 36


@cache
def powers(d: int) -> list[float]:
    """P(d)."""
    steps = accumulate(repeat(small(1, d), 255), lambda p, s: p * s >> 96, initial=1 << 96)
    return [p / (1 << 96) for p in steps]


def e(x: float) -> float:
    """The falling exponential of the page."""
    x = min(x, 32.0)
    n = math.floor(65536 * x)
    s = x - n / 65536
    made = powers(1)[n >> 16] * powers(256)[n >> 8 & 255] * powers(65536)[n & 255]
    return made * (1.0 - s + s * s / 2)


def curvatures(t: list[float], z: list[int]) -> list[float]:
    """The c of a spline."""
    h = [b - a for a, b in pairwise(t)]
    m = [(b - a) / gap for (a, b), gap in zip(pairwise(z), h, strict=True)]
    q, c = [0.0] * len(t), [0.0] * len(t)
    for i in range(1, len(t) - 1):
        o = h[i - 1] / q[i - 1] if i > 1 else 0.0
        q[i] = 2 * (h[i - 1] + h[i]) - o * h[i - 1]
        c[i] = 6 * (m[i] - m[i - 1]) - o * c[i - 1]
    for i in range(len(t) - 2, 0, -1):
        c[i] = (c[i] - h[i] * c[i + 1]) / q[i]
    return c


def path(t: list[float], z: list[int], rate: float | None, times: list[float]) -> list[float]:
    """One dimension."""
    if len(t) == 1:
        return [float(z[0])] * len(times)
    c = curvatures(t, z)
    found = []
    for time in times:
        i = min(bisect_right(t, time) - 1, len(t) - 2)
        h = t[i + 1] - t[i]
        u = (time - t[i]) / h
        v = 1 - u
        if rate is None:
            bend = (v * v * v - v) * c[i] + (u * u * u - u) * c[i + 1]
            found.append((v * z[i] + u * z[i + 1]) + bend * (h * h / 6))
            continue
        p, left, right = rate * h, v, u
        if p >= 2.0**-13:
            whole = 1 - e(2 * p)
            left = e(p * u) * (1 - e(2 * p * v)) / whole
            right = e(p * v) * (1 - e(2 * p * u)) / whole
        found.append(left * z[i] + right * z[i + 1])
    return [clip(x, -FAR, FAR) for x in found]


def channel_rows(settings: dict[str, Any], tensors: dict[str, Any]) -> list[Any]:
    """Of each channel its exponent, b, W and B."""
    rows = []
    parts = [
        tensors[f"decoder.{name}"].tolist()
        for name in ("linear.weight", "bend.4.weight", "linear.bias", "bend.4.bias")
    ]
    units = [np.float32(settings["frames"][name]).tolist() for name in ("scale", "offset")]
    for scale, offset, one, two, bias, more in zip(*units, *parts, strict=True):
        power = math.frexp(scale)[1] - 1
        power = 0 if 0.25 <= scale < 1024 else power
        s, o = scale / 2.0**power, offset / 2.0**power
        for b in range(36, 19, -1):
            w = [round(x * s * 2.0**b) for x in (*one, *two)]
            if sum(map(abs, w)) < 1 << 37:
                break
        rows.append((power, b, w, round(((bias * s + more * s) + o) * 2.0**24)))
    return rows


class Frames:
    """The frames of a checkpoint, from `model.json` and its float32 tensors."""

    def __init__(self, settings: dict[str, Any], tensors: dict[str, Any]) -> None:
        net, layers = settings["net"], Layers(tensors)
        self.net, self.sprites = net, net["decoder"] == "sprites"
        self.rates: list[float | None] = [None] * net["latent"]
        if net["interpolation"] == "bridge":
            nu = [reals.softplus(x) for x in tensors["posterior.raw_nu"].tolist()]
            self.rates = [(n * n >> 97) / (1 << 96) for n in nu]
        if self.sprites:
            self.layers = [layers.linear(f"decoder.sprite.{i}") for i in (0, 2, 4)]
        else:
            self.layers = [layers.linear(f"decoder.bend.{i}") for i in (0, 2)]
            self.rows = channel_rows(settings, tensors)

    def at(self, t: list[float], values: list[list[int]], times: list[float]) -> list[Any]:
        """Frames at times: levels (H, W, C), or pairs (channel, exponent)."""
        columns = [
            path(t, list(z), rate, times)
            for z, rate in zip(zip(*values, strict=True), self.rates, strict=True)
        ]
        draw = self.levels if self.sprites else self.channels
        return [draw(list(z)) for z in zip(*columns, strict=True)]

    def channels(self, z: list[float]) -> list[tuple[int, int]]:
        """One frame's channels."""
        x = [round(16 * v) for v in z]
        hidden = np.array([x])
        for layer in self.layers:
            hidden = silu(layer(hidden))
        found = []
        for power, b, w, bias in self.rows:
            total = sum(a * v for a, v in zip(w, [*x, *hidden[0].tolist()], strict=True)) >> 15
            y = ((total + (1 << b - 20)) >> b - 19) + bias
            found.append(((y + 128) >> 8, power))
        return found

    def levels(self, z: list[float]) -> Any:
        """One frame's pixels."""
        height, width, colours = self.net["frame"]
        objects = np.array([round(v) for v in z]).reshape(self.net["objects"], -1)
        frame = np.zeros((height, width, colours), np.int64)
        for one in objects:
            x = one[None, 2:] << 4
            for layer in self.layers[:-1]:
                x = silu(layer(x))
            side = self.net["glimpse"]
            looks = sigmoid(self.layers[-1](x)).reshape(colours, side, side)
            row, column = (int(v) * (50 * (height - 28)) // 173 for v in one[:2])
            for colour, look in enumerate(looks):
                tall = moved(look, row, height)
                frame[..., colour] += moved(tall.T, column, width).T
        return (255 * ((np.minimum(frame, UNIT) + 8) >> 4) + (1 << 15)) >> 16
