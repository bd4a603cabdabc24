"""The network of a pass: how it sees, and how it learns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from tests.docs.lossless_page.video.sight import Sight
from tests.docs.lossless_page.video.tables import MOST, Floats, Ints, bend, clip, nearest


class Layer:
    """Weights, and the mean and square of their gradients."""

    def __init__(self, arrays: Mapping[str, Any], name: str) -> None:
        self.weight = arrays[name].astype(int)
        self.mean = np.zeros_like(self.weight)  # in 64ths
        root = arrays[f"{name}.root"].astype(float)
        self.square: Floats = root * root

    def __call__(self, x: Ints) -> Ints:
        """Sums of inputs, with the bias."""
        return x @ self.weight[:-1] + (self.weight[-1] << 10)

    def back(self, slope: Ints, count: int) -> Ints:
        """Slopes of the first `count` inputs."""
        return clip(nearest(slope @ self.weight[:count].T, 18), -MOST, MOST)

    def learn(self, x: Ints, slope: Ints, rate: int) -> None:
        """One step, from inputs and slopes."""
        ones = np.full((len(x), 1), 1 << 10)
        total = np.concatenate([x, ones], 1).T @ slope
        g = np.rint((4 * total).astype(float) / len(x))
        self.mean = nearest(7 * self.mean + 64 * g.astype(int), 3)
        self.square = np.rint(self.square * (63 / 64) + (g * g) / 64)
        step = np.rint((rate * self.mean).astype(float) / (np.sqrt(self.square) + 4))
        self.weight = clip(self.weight - step.astype(int), -MOST, MOST)


def rectified(y: Ints) -> Ints:
    return clip(nearest(y, 18), 0, 1 << 16)


def through(slope: Ints, x: Ints) -> Ints:
    """Slopes where an activation is neither 0 nor full."""
    return np.where((x > 0) & (x < 1 << 16), slope, 0)


class Network:
    """Two layers of trunk, and two of each head."""

    def __init__(self, arrays: Mapping[str, Any], prefix: str, heads: int) -> None:
        self.first, self.second = (Layer(arrays, f"{prefix}.trunk{i}") for i in range(2))
        self.hidden = [Layer(arrays, f"{prefix}.hidden{c}") for c in range(heads)]
        self.out = [Layer(arrays, f"{prefix}.out{c}") for c in range(heads)]

    def look(self, features: Ints) -> None:
        """Run the trunk."""
        self.x = 64 * features
        self.h = rectified(self.first(self.x))
        self.t = rectified(self.second(self.h))
        self.inner: list[tuple[Ints, Ints]] = []

    def outputs(self, told: Ints) -> Ints:
        """Of the next head."""
        c = len(self.inner)
        seen = np.concatenate([self.t, told], 1)
        self.inner.append((seen, rectified(self.hidden[c](seen))))
        return self.out[c](self.inner[c][1])

    def learn(self, slopes: list[Ints], every: int, rate: int) -> None:
        """From each pixel, or every other one."""
        x, h, t = (some[::every] for some in (self.x, self.h, self.t))
        steps, total = [], np.zeros_like(t)
        for c, all_slopes in enumerate(slopes):
            slope = all_slopes[::every]
            seen, g = (some[::every] for some in self.inner[c])
            back = through(self.out[c].back(slope, g.shape[1]), g)
            total += self.hidden[c].back(back, t.shape[1])
            steps += [(self.out[c], g, slope), (self.hidden[c], seen, back)]
        at_t = through(clip(total, -MOST, MOST), t)
        at_h = through(self.second.back(at_t, h.shape[1]), h)
        for layer, inputs, slope in [*steps, (self.second, h, at_t), (self.first, x, at_h)]:
            layer.learn(inputs, slope, rate)


def told(values: Ints, seen: Sight, before: list[int]) -> Ints:
    """What a head is told of the channels before it."""
    if not before:
        return np.zeros((len(values), 0), int)
    parts = []
    for channel in before:
        v = values[:, channel, None]
        away = v - np.concatenate([seen.base[:, channel, None], seen.copies[..., channel]], 1)
        parts += [64 * clip(away, -127, 127), 32 * bend(away)]
    same = (seen.copies[..., before] == values[:, None, before]).all(2)
    return np.concatenate([*parts, same << 11], 1)
