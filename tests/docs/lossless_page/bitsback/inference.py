"""What the inference network says of the frames of a window."""

# ruff: noqa: D102 -- the page says what its words mean

from __future__ import annotations

from math import isqrt
from typing import Any

import numpy as np

from tests.docs.lossless_page.bitsback import reals
from tests.docs.lossless_page.bitsback.layers import (
    FAR,
    UNIT,
    Ints,
    Layers,
    Linear,
    half_up,
    logistic,
    product,
    sigmoid,
    silu,
    tanh,
)  # fmt: skip
from tests.docs.page_decoder import clip, distribution, frequencies, small


class Gru:
    """One direction."""

    def __init__(self, layers: Layers, suffix: str) -> None:
        w = layers.weights
        self.ih, self.hh = (
            Linear(w[f"encoder.gru.weight_{p}_l0{suffix}"], w[f"encoder.gru.bias_{p}_l0{suffix}"])
            for p in ("ih", "hh")
        )

    def __call__(self, features: Ints) -> list[Ints]:
        state, states = np.zeros(len(self.ih.bias) // 3, np.int64), []
        for f in features:
            (a, b, c), (d, e, g) = np.split(self.ih(f), 3), np.split(self.hh(state), 3)
            reset, update = sigmoid(a + d), sigmoid(b + e)
            new = tanh(c + product(reset, g))
            state = new + product(update, state - new)
            states.append(state)
        return states


class Inference:
    """The posterior of a checkpoint."""

    def __init__(self, net: dict[str, Any], weights: dict[str, Any]) -> None:
        layers = Layers(weights)
        frame = "encoder.frame."
        shapes = {"trunk.0": (2, 1), "trunk.2": (2, 1), "trunk.4": (1, 1)}
        self.trunk = [layers.conv(frame + n, *shape) for n, shape in shapes.items()]
        self.maps = layers.conv(f"{frame}maps", 1, 0)
        self.shrink = layers.conv(f"{frame}shrink.0", 4, 0)
        self.join = [layers.linear(f"{frame}join.{i}") for i in (0, 2)]
        self.ahead, self.back = Gru(layers, ""), Gru(layers, "_reverse")
        self.target = [layers.linear(f"posterior.target.{i}") for i in (0, 2)]
        self.pull = layers.linear("posterior.pull")
        self.knots = [layers.linear(f"knots.net.{i}") for i in (0, 2)]
        self.fps, self.limit = float(net["fps"]), float(net["limit"])
        self.rates = [reals.log(reals.fix(r)) for r in net["rates"]]
        self.longest = max(1, int(self.limit * self.fps))
        self.nu = [reals.softplus(x) for x in weights["posterior.raw_nu"].tolist()]
        spread = weights["posterior.spread"].tolist()
        self.spread = [max(reals.softplus(x) >> 80, 1) for x in spread]
        top, bottom = self.fps.as_integer_ratio()
        self.added = [min((n * n * bottom // top) >> 160, 1 << 41) for n in self.nu]
        self.still = [1000 * n < reals.ONE for n in self.nu]
        self.places = [
            reals.unsoft((2 * j + 1) * bottom * reals.ONE // (2 * top)) >> 80
            for j in range(1, self.longest)
        ]
        self.places.append(reals.unsoft(reals.fix(self.limit)) >> 80)
        low, high = reals.log(reals.fix(0.03)), reals.log(reals.fix(0.6))
        self.widths = [reals.exp(low + (high - low) * i // 256) >> 80 for i in range(257)]

    def features(self, pixels: Ints) -> Ints:
        """Features of frames (T, H, W)."""
        x = (pixels * UNIT + 127) // 255
        for layer in self.trunk:
            x = silu(layer(x))
        flat = silu(self.shrink(x)).transpose(0, 3, 1, 2).reshape(len(x), -1)
        heat = self.maps(x)
        found = np.concatenate([flat, *self.middles(heat)], axis=1)
        for layer in self.join:
            found = silu(layer(found))
        return found

    def middles(self, heat: Ints) -> tuple[Ints, Ints]:
        """Mean row and column of each map."""
        coarse = [small(i, 256) >> 72 for i in range(5120)]
        fine = np.array([small(i, 1 << 16) >> 72 for i in range(256)])
        y = np.minimum((heat.max(axis=(1, 2), keepdims=True) - heat) >> 4, 5120 << 8)
        mass = np.array([*coarse, 0])[y >> 8] * fine[y & 255] >> 24
        height, width = heat.shape[1:3]
        total = mass.sum(axis=(1, 2))
        rows = np.einsum("thwc,h->tc", mass, 2 * np.arange(height) - height + 1)
        columns = np.einsum("thwc,w->tc", mass, 2 * np.arange(width) - width + 1)
        rows = 16 * ((rows * 3 << 16) // (total * max(height - 1, 1)))
        return rows, 16 * ((columns * 3 << 16) // (total * max(width - 1, 1)))

    def see(self, pixels: Ints) -> None:
        """Take the frames of a window."""
        features = self.features(pixels)
        ahead, back = self.ahead(features), self.back(features[::-1])[::-1]
        self.hidden = np.concatenate([ahead, back], axis=1)
        goals = self.target[1](silu(self.target[0](self.hidden)))
        self.goals = half_up(np.clip(goals, -FAR, FAR), 4).tolist()
        self.pulls = logistic(self.pull(self.hidden) >> 4).tolist()

    def law(self, values: list[int], begin: int, end: int) -> tuple[list[int], list[int]]:
        """Means and scales at frame `end`, given the values at `begin`."""
        means, scales = [], []
        for d, value in enumerate(values):
            mean, variance = value, 0
            for t in range(begin, end):
                pull = self.pulls[t][d]
                mean += (pull * (self.goals[t][d] - mean) + (1 << 29)) >> 30
                keep = ((1 << 30) - pull) ** 2 >> 40
                variance = min((variance * keep >> 20) + self.added[d], 1 << 41)
            means.append(mean)
            scales.append(max(isqrt(variance), 1))
        return means, scales

    def rate(self, density: int) -> int:
        """Knots per second, Q96."""
        low, high = self.rates
        return reals.exp(low + (high - low) * density // 255)

    def gap_row(self, frame: int, density: int, left: int) -> list[int]:
        """Frequencies of the next gap."""
        wanted = np.array([density * UNIT // 255])
        x = np.concatenate([self.hidden[frame], wanted])
        bend, width = self.knots[1](silu(self.knots[0](x)))
        mean = min((1 << 192) // self.rate(density), reals.fix(self.limit))
        mu = (reals.unsoft(mean) >> 80) + (int(tanh(bend)) * (3 << 15) >> 20)
        share = 256 * int(sigmoid(width))
        i, part = share >> 20, share & (UNIT - 1)
        w = self.widths
        scale = max(w[i] + ((w[min(i + 1, 256)] - w[i]) * part >> 20), 1)
        far = [clip(((g - mu) << 16) // scale, -(1 << 22), 1 << 22) for g in self.places]
        *heights, top = [distribution(1, x) for x in far]
        rising = [min((h << 30) // max(top, 1), 1 << 30) for h in heights]
        return frequencies(rising[: left - 1])
