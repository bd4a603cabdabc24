"""The networks of the Clockwork VAE in NumPy, one tick at a time; trained by benchmarks/."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Weights = Mapping[str, NDArray[Any]]

MOST, NARROWEST, WIDEST = 4.0, -8.0, 2.0
"""Limits of the logs of standard deviations, as training has them."""


@dataclass(frozen=True, slots=True, eq=False)
class ClockTick:
    """One tick of a level: its state (H,), and mean and log scale (Z,) of its latent's prior."""

    h: Array
    mean: Array
    wide: Array


class Net:
    """Runs the weights of one trained Clockwork VAE; levels are counted from the quickest, 0."""

    def __init__(self, weights: Weights) -> None:
        self.w = {name: np.asarray(value, np.float64) for name, value in weights.items()}
        self.levels = sum(name.endswith(".keep") for name in weights)
        self.latents = [len(self.w[f"levels.{i}.keep"]) for i in range(self.levels)]
        self.hidden = len(self.w["levels.0.cell.bias_hh"]) // 3

    def seen(self, ticks: Array) -> tuple[list[Array], list[Array]]:
        """Embeddings (N, H) of each level, and what they are made of, for ticks (N0, 384)."""
        out, raw = [], [ticks]
        for level in range(self.levels):
            out.append(self._mlp(f"embed.{level}", raw[-1]))
            if level + 1 < self.levels:
                raw.append(out[-1].reshape(-1, 4 * self.hidden))
        return out, raw

    def tick(self, level: int, h: Array, z: Array, above: Array, coarse: float) -> ClockTick:
        """The next tick of a level after state h and latent z, below the state `above`."""
        name, dial = f"levels.{level}", np.array([coarse])
        h = self._gru(f"{name}.cell", np.concatenate([z, above, dial]), h)
        mean, wide = np.split(self._mlp(f"{name}.prior", np.concatenate([h, dial])), 2)
        return ClockTick(h, mean + self.w[f"{name}.keep"] * z, MOST * np.tanh(wide / MOST))

    def goal(
        self, level: int, at: ClockTick, seen: Array, raw: Array, coarse: float
    ) -> tuple[Array, Array]:
        """Mean and log scale (Z,) of the posterior."""
        name, dial = f"levels.{level}", np.array([coarse])
        out = self._mlp(f"{name}.posterior", np.concatenate([at.h, seen, dial]))
        mean, narrow = np.split(out, 2)
        narrow = np.clip(narrow + self.w[f"{name}.narrow"] + coarse, NARROWEST, WIDEST)
        return mean + self._linear(f"{name}.read", raw), narrow

    def draw(self, states: Array, coarse: float) -> Array:
        """Ticks (N, 384) from the states and latents (N, H + Z) of the quickest level."""
        dial = np.full((len(states), 1), coarse)
        bent = self._mlp("bend", np.concatenate([states, dial], axis=1))
        return self._linear("line", states) + bent

    def _linear(self, name: str, x: Array) -> Array:
        return np.asarray(x @ self.w[f"{name}.weight"].T + self.w[f"{name}.bias"])

    def _mlp(self, name: str, x: Array) -> Array:
        middle = self._linear(f"{name}.0", x)
        return self._linear(f"{name}.2", middle * _sigmoid(middle))

    def _gru(self, name: str, x: Array, h: Array) -> Array:
        fresh = np.split(self.w[f"{name}.weight_ih"] @ x + self.w[f"{name}.bias_ih"], 3)
        past = np.split(self.w[f"{name}.weight_hh"] @ h + self.w[f"{name}.bias_hh"], 3)
        reset, update = _sigmoid(fresh[0] + past[0]), _sigmoid(fresh[1] + past[1])
        new = np.tanh(fresh[2] + reset * past[2])
        return np.asarray((1 - update) * new + update * h)


def _sigmoid(x: Array) -> Array:
    return np.asarray(0.5 * (1 + np.tanh(x / 2)))
