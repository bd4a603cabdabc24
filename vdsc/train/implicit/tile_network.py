"""A coordinate network and its analysis, in real numbers, as they are trained.

The analysis proposes the latents of a tile and how exactly each must be told. It is there for
training alone: no file needs it, and the encoder finds latents by descent.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import torch
from torch import Tensor, nn

from vdsc.train.implicit.tile_crops import BRIGHT, COLOUR, SEEN, Reals, wave_pairs, waves

INNER, HIDDEN = 32, 3
"""Numbers of a hidden layer, and hidden layers."""

ANALYSIS = 256


@dataclass(frozen=True, slots=True)
class TileSizes:
    """early: waves that the first layer sees. waves: those that the last one sees.

    latents: those that move all layers. last: those that move the last layer only.
    """

    early: int = 64
    waves: int = 128
    latents: int = 128
    last: int = 224


class TileNetwork(nn.Module):
    """Latents (N, latents + last) to tiles (N, points, 3), in units and shades."""

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
        total = sizes.latents + sizes.last
        self.first = nn.Linear(SEEN + 1, ANALYSIS)
        self.second = nn.Linear(ANALYSIS, ANALYSIS)
        self.third = nn.Linear(ANALYSIS, 2 * total)
        self.direct = nn.Linear(SEEN + 1, total)
        with torch.no_grad():
            self.third.weight.mul_(0.1)
            self.third.bias.zero_()

    def begin_with(self, seen: Reals) -> None:
        """Let each of the last latents begin as one wave of one shade, of the scale it has."""
        spread, sizes = seen.std(axis=0), self.sizes
        few = (sizes.last - sizes.last // 7 * 3, *[sizes.last // 14 * 3] * 2)
        at, latent = 0, 0
        with torch.no_grad():
            self.direct.weight.mul_(0.1)
            for shade, (count, side) in enumerate(zip(few, (BRIGHT, COLOUR, COLOUR), strict=True)):
                for wave, (i, j) in enumerate(wave_pairs(count)):
                    one = at + i * side + j
                    self.last_turns[latent, INNER + wave, shade] += float(spread[one] / 4)
                    row = sizes.latents + latent
                    self.direct.weight[row] = 0
                    self.direct.weight[row, one] = float(1 / spread[one])
                    self.direct.bias[row] = 0
                    latent += 1
                at += side * side

    def analysis(self, seen: Tensor, noise: Tensor) -> tuple[Tensor, Tensor]:
        """Means and log spreads (N, D) of latents, for the log noise (N,) that counts as none."""
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
        some = latents[:, : self.sizes.latents] @ self.turns
        parts = some.split([a * b for a, b in self.shapes], dim=1)
        pairs = zip(self.layers, parts, strict=True)
        made = [layer + part.reshape(-1, *layer.shape) for layer, part in pairs]
        rest = latents[:, self.sizes.latents :] @ self.last_turns.flatten(1)
        made[-1] = made[-1] + rest.reshape(-1, *self.shapes[-1])
        return made


def loss_of(network: TileNetwork, seen: Tensor, wanted: Tensor, points: Tensor) -> Tensor:
    """Error over noise plus nats of the latents, for noises of all sizes between 4 and 24 levels.

    seen: (N, SEEN). wanted: (N, points, 3).
    """
    noise = torch.empty(len(seen)).uniform_(math.log(4 / 32), math.log(24 / 32))
    means, spreads = network.analysis(seen, noise)
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


def plain(parameter: Tensor) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """A parameter as an array of doubles."""
    return parameter.detach().numpy().astype(np.float64)
