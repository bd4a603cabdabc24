"""The float networks' view of one window: what they draw, and its log q and log p.

Nothing here is rounded but the knots, to ticks, and, where a grid is given, the values, to cells:
then each cell has its exact probability. Equations (11)-(20).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from benchmarks.real_probabilities import cells_bits, edges, gaps_bits, normal_kl
from vdsc.codecs.lossless.bitsback.window import Latent
from vdsc.core.fixed import ONE
from vdsc.core.types import Floats, Ints
from vdsc.model.path_model import PathModel
from vdsc.quant import ValueGrid

FULL = 255
"""The knot density that counts as 1."""


@dataclass(frozen=True, eq=False)
class View:
    """Hidden states, a tensor (T, H), and in float64 goals and pulls (T, D), nu and spread (D,).

    pulls: the share of the way to the goal that a tick takes; spread: the standard deviation of
    the first value.
    """

    model: PathModel
    hidden: Any
    goals: Floats
    pulls: Floats
    nu: Floats
    spread: Floats

    @classmethod
    def of(cls, model: PathModel, x: NDArray[Any]) -> View:
        """Look at frames x (T, H, W, C) uint8, one a tick."""
        net, fps = model.net, model.config.fps
        hidden = model.infer(model.frames.to_network(x), np.arange(len(x)) / fps).hidden
        said = (
            net.posterior.goal(hidden),
            net.posterior.speed(hidden) / fps,
            net.nu,
            net.posterior.first_variance().sqrt(),
        )
        return cls(model, hidden, *(tensor.double().cpu().numpy() for tensor in said))

    def knots(self, density: int | None, rng: np.random.Generator) -> Ints:
        """Knots (M,) under q(T | x); None puts one at every frame."""
        span = len(self.goals) - 1
        if density is None:
            return np.arange(span + 1)
        found, below = [0], self._below(density)
        while found[-1] < span:
            gap = 1 + int(np.searchsorted(below[found[-1]], rng.random(), side="right"))
            found.append(min(found[-1] + gap, span))
        return np.array(found)

    def cells(self, knots: Ints, grid: ValueGrid, moving: Ints, rng: np.random.Generator) -> Latent:
        """Cells under q(z | T, x), each value drawn and snapped before the next is drawn."""
        drawn = [grid.snap(_q16(rng.normal(self.goals[0], self.spread)))]
        for begin, end in pairwise(knots.tolist()):
            mean, scale = self.step(grid.value(drawn[-1]) / ONE, begin, end)
            found = grid.snap(_q16(rng.normal(mean, scale)))
            drawn.append(drawn[-1].copy())
            drawn[-1][moving] = found[moving]
        return Latent(knots, np.stack(drawn))

    def step(self, value: Floats, begin: int, end: int) -> tuple[Floats, Floats]:
        """Mean and scale (D,) at frame `end` given the value at `begin`: Euler, tick by tick."""
        mean, variance = value.copy(), np.zeros_like(self.nu)
        for goal, pull in zip(self.goals[begin:end], self.pulls[begin:end], strict=True):
            mean += pull * (goal - mean)
            variance = variance * (1 - pull) ** 2 + self.nu**2 / self.model.config.fps
        return mean, np.sqrt(variance)

    def prior(self, value: Floats, ticks: int) -> tuple[Floats, Floats]:
        """Mean and scale (D,) of the OU prior `ticks` after a value, equation (15)."""
        power = self.nu**2 * ticks / self.model.config.fps
        return np.exp(-power / 2) * value, np.sqrt(-np.expm1(-power))

    def values_bits(self, latent: Latent, grid: ValueGrid, moving: Ints) -> tuple[float, float]:
        """-log2 of the cells under the posterior and under the OU prior."""
        ends, z = edges(latent, grid), grid.value(latent.cells) / ONE
        ours = cells_bits(ends[:, 0], self.goals[0], self.spread)
        priors = cells_bits(ends[:, 0], np.zeros_like(self.nu), np.ones_like(self.nu))
        for i, (begin, end) in enumerate(pairwise(latent.knots.tolist())):
            laws = self.step(z[i], begin, end), self.prior(z[i], end - begin)
            one, other = (cells_bits(ends[:, i + 1, moving], *_take(law, moving)) for law in laws)
            ours, priors = ours + one, priors + other
        return ours, priors

    def values_kl(self, knots: Ints, moving: Ints, rng: np.random.Generator) -> float:
        """KL of the posterior from the OU prior, bits, along one path of values in full precision.

        What the paper counts: the mean over paths is the KL of the densities, without cells.
        """
        total = normal_kl((self.goals[0], self.spread), (0 * self.nu, np.ones_like(self.nu)))
        value = rng.normal(self.goals[0], self.spread)
        for begin, end in pairwise(knots.tolist()):
            mean, scale = self.step(value, begin, end)
            wanted = self.prior(value, end - begin)
            total += normal_kl(_take((mean, scale), moving), _take(wanted, moving))
            value = np.where(np.isin(np.arange(len(value)), moving), rng.normal(mean, scale), value)
        return total

    def times_bits(self, knots: Ints, density: int) -> tuple[float, float]:
        """-log2 of the knots under q(T | x), equations (19)-(20), and under Poisson's law, (18)."""
        process, fps = self.model.net.knots, self.model.config.fps
        low, high = process.log_rates
        rate = np.exp(low + (high - low) * density / FULL) / fps
        below = -np.expm1(-rate * np.arange(1, int(process.limit * fps) + 1))
        rows = np.broadcast_to(below / below[-1], (len(knots) - 1, len(below)))
        return gaps_bits(self._below(density)[knots[:-1]], knots), gaps_bits(rows, knots)

    def _below(self, density: int) -> Floats:
        """P(gap <= 1, 2, ... ticks) at each frame: (T, longest)."""
        process, fps = self.model.net.knots, self.model.config.fps
        wanted = self.hidden.new_full((len(self.hidden),), density / FULL)
        law = process.law(self.hidden, wanted)
        mu, scale = (part.double().cpu().numpy()[:, None] for part in law)
        ends = np.append((np.arange(1, int(process.limit * fps)) + 0.5) / fps, process.limit)
        height: Floats = expit((np.log(np.expm1(ends)) - mu) / scale)
        return height / height[:, -1:]


def _take(law: tuple[Floats, Floats], dims: Ints) -> tuple[Floats, Floats]:
    return law[0][dims], law[1][dims]


def _q16(values: Floats) -> Ints:
    return np.floor(values * ONE).astype(np.int64)
