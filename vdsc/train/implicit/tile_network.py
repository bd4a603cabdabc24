"""A coordinate network and its analysis, in real numbers, as they are trained.

An analysis, or steps of learned sizes, propose the latents of a tile and how exactly each must be
told. They are there for training alone: no file needs them, and the encoder finds latents by
descent.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

import torch
from torch import Tensor, nn

from vdsc.train.implicit.latent_steps import LatentSteps
from vdsc.train.implicit.tile_crops import BRIGHT, COLOUR, SEEN, Reals, wave_pairs, waves
from vdsc.train.implicit.tile_gates import FARTHEST, TileGates

INNER, HIDDEN = 32, 3
"""Numbers of a hidden layer, and hidden layers."""

ANALYSIS = 256


@dataclass(frozen=True, slots=True)
class TileSizes:
    """early: waves that the first layer sees. waves: those that the last one sees.

    latents: those that move all layers. last: those that move the last layer only. gates: those
    that gate all layers, by matrices of `rank`, between 1 - reach and 1 + reach. steps: whether
    latents are found by steps with learned sizes rather than by an analysis.
    """

    early: int = 64
    waves: int = 128
    latents: int = 128
    last: int = 224
    gates: int = 0
    rank: int = 4
    reach: float = FARTHEST
    steps: bool = False

    @property
    def total(self) -> int:
        """Latents of a tile."""
        return self.latents + self.last + self.gates


class TileNetwork(nn.Module):
    """Latents (N, latents + last + gates) to tiles (N, points, 3), in units and shades."""

    def __init__(self, sizes: TileSizes) -> None:
        super().__init__()
        self.sizes = sizes
        self.inputs = torch.from_numpy(waves(sizes.waves))
        widths = [sizes.early] + [INNER] * HIDDEN
        self.shapes = [(a + 1, b) for a, b in pairwise(widths)]
        self.shapes.append((INNER + sizes.waves + 1, 3))
        self.layers = nn.ParameterList([nn.Parameter(_start(*s)) for s in self.shapes])
        with torch.no_grad():
            self.layers[-1].mul_(0.1)
        moved = sum(a * b for a, b in self.shapes)
        self.turns = nn.Parameter(torch.randn(sizes.latents, moved) * 0.02)
        self.last_turns = nn.Parameter(torch.randn(sizes.last, *self.shapes[-1]) * 0.01)
        if sizes.gates:
            self.gates = TileGates(self.shapes, sizes.gates, sizes.rank, sizes.reach)
        if sizes.steps:
            self.steps = LatentSteps(sizes.total)
            return
        self.first = nn.Linear(SEEN + 1, ANALYSIS)
        self.second = nn.Linear(ANALYSIS, ANALYSIS)
        self.third = nn.Linear(ANALYSIS, 2 * sizes.total)
        self.direct = nn.Linear(SEEN + 1, sizes.total)
        with torch.no_grad():
            self.third.weight.mul_(0.1)
            self.third.bias.zero_()

    def begin_with(self, seen: Reals) -> None:
        """Let the last latents, and those of gates, begin as a wave of a shade each, of its size.

        seen: (N, SEEN) cosines of the tiles of training.
        """
        sizes, spread = self.sizes, seen.std(axis=0)
        first = sizes.latents
        with torch.no_grad():
            for latent, (one, row, shade) in enumerate(_own_waves(sizes.last, sizes.waves)):
                self.last_turns[latent, row, shade] += float(spread[one] / 4)
                if sizes.steps:
                    self.steps.know(first + latent, float(spread[one] / 4))
                    continue
                self.direct.weight[first + latent] = 0
                self.direct.weight[first + latent, one] = float(1 / spread[one])
                self.direct.bias[first + latent] = 0
            few = [
                (r, c, float(spread[one] / 4)) for one, r, c in _own_waves(sizes.gates, sizes.waves)
            ]
            if sizes.gates and self.gates.begin_with(self.layers[-1], few) and sizes.steps:
                for latent, (_, _, size) in enumerate(few):
                    self.steps.know(first + sizes.last + latent, size)

    def found(
        self, seen: Tensor, wanted: Tensor, points: Tensor, noise: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Means and log spreads (N, D) of latents, for the log noise (N,) that counts as none.

        seen: (N, SEEN). wanted: (N, points, 3), the tiles at some points.
        """
        if self.sizes.steps:
            scale = len(self.inputs) / len(points)
            made: tuple[Tensor, Tensor] = self.steps(
                lambda z: self(z, points), wanted, scale, noise
            )
            return made
        return self.analysis(seen, noise)

    def analysis(self, seen: Tensor, noise: Tensor) -> tuple[Tensor, Tensor]:
        """What the analysis proposes."""
        x = torch.cat([seen, noise[:, None]], dim=1)
        inner = torch.relu(self.first(x))
        found = self.third(inner + torch.relu(self.second(inner)))
        means, spreads = found.chunk(2, dim=1)
        return self.direct(x) + means, spreads.clamp(-8, 1) - 1

    def forward(self, latents: Tensor, points: Tensor) -> Tensor:
        """The tiles at some points."""
        seen = self.inputs[points].expand(len(latents), -1, -1)
        x = seen[:, :, : self.sizes.early]
        *hidden, last = self._weights(latents)
        for weight in hidden:
            x = torch.relu(torch.baddbmm(weight[:, -1:], x, weight[:, :-1]))
        made: Tensor = torch.baddbmm(last[:, -1:], torch.cat([x, seen], dim=2), last[:, :-1])
        return made

    def _weights(self, latents: Tensor) -> list[Tensor]:
        sizes = self.sizes
        early, last, gating = latents.split([sizes.latents, sizes.last, sizes.gates], dim=1)
        parts = (early @ self.turns).split([a * b for a, b in self.shapes], dim=1)
        layers = [layer.expand(len(latents), -1, -1) for layer in self.layers]
        if sizes.gates:
            layers = self.gates.gated(layers, gating)
        pairs = zip(layers, parts, self.shapes, strict=True)
        made = [layer + part.reshape(-1, *shape) for layer, part, shape in pairs]
        rest = last @ self.last_turns.flatten(1)
        made[-1] = made[-1] + rest.reshape(-1, *self.shapes[-1])
        return made


def _own_waves(count: int, most: int) -> list[tuple[int, int, int]]:
    """Which number of the analysis, row of the last layer and shade each of so many waves is.

    No shade has more than `most`.
    """
    every = (count - count // 7 * 3, *[count // 14 * 3] * 2)
    few = [min(some, most) for some in every]
    found, at = [], 0
    for shade, (some, side) in enumerate(zip(few, (BRIGHT, COLOUR, COLOUR), strict=True)):
        pairs = wave_pairs(some)
        found += [(at + i * side + j, INNER + row, shade) for row, (i, j) in enumerate(pairs)]
        at += side * side
    return found


def loss_of(network: TileNetwork, seen: Tensor, wanted: Tensor, points: Tensor) -> Tensor:
    """Error over noise plus nats of the latents, for noises of all sizes between 4 and 24 levels.

    seen: (N, SEEN). wanted: (N, points, 3).
    """
    noise = torch.empty(len(seen)).uniform_(math.log(4 / 32), math.log(24 / 32))
    means, spreads = network.found(seen, wanted, points, noise)
    latents = means + torch.exp(spreads) * torch.randn_like(means)
    scale = len(network.inputs) / len(points)
    error = (network(latents, points) - wanted).square().sum((1, 2)) * scale
    nats = ((means.square() + torch.exp(2 * spreads) - 1) / 2 - spreads).sum(1)
    whole = (error / (2 * torch.exp(2 * noise)) + nats) * torch.exp(noise)
    mean: Tensor = whole.mean() / (3 * len(network.inputs))
    return mean


def _start(rows: int, columns: int) -> Tensor:
    made: Tensor = torch.randn(rows, columns) * math.sqrt(2 / rows)
    made[-1] = 0.1 * torch.randn(columns)
    return made
