"""Latents by a few steps down the slope, with step sizes that are learned (Meta-SGD)."""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor, nn

from vdsc.train.implicit.tile_crops import SIDE

STEPS = 3
"""Steps from latents of 0."""

_BEND = 3e4  # of the squared error, in units, by a latent, before anything is learned

_OFTEN = 3.0  # waves at some points only are not at right angles

Drawn = Callable[[Tensor], Tensor]


class LatentSteps(nn.Module):
    """Steps of 1 / (1 + bend / noise^2) down the slope of error over noise plus the prior's nats.

    Each step has a bend of its own for each latent. Training is of the first order: how a slope
    moves with the latents before it is left out.
    """

    def __init__(self, latents: int) -> None:
        super().__init__()
        self.bends = nn.Parameter(torch.full((STEPS, latents), math.log(_BEND)))
        self.certain = nn.Parameter(torch.full((latents,), math.log(_BEND)))

    def know(self, latent: int, size: float) -> None:
        """Begin with the bend of a latent that moves a wave by this much, in units."""
        bend = math.log(_OFTEN * SIDE * SIDE * size * size)
        with torch.no_grad():
            self.bends[:, latent] = bend
            self.certain[latent] = bend

    def forward(
        self, drawn: Drawn, wanted: Tensor, scale: float, noise: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Means and log spreads (N, D) of latents; see `TileNetwork.found`."""
        precision = torch.exp(-2 * noise)[:, None]
        latents = torch.zeros(len(wanted), len(self.certain))
        for bend in self.bends:
            slope = self._slope(drawn, latents.detach(), wanted, scale * precision)
            latents = latents - slope / (1 + torch.exp(bend) * precision)
        return latents, -torch.log1p(torch.exp(self.certain) * precision) / 2

    def _slope(self, drawn: Drawn, at: Tensor, wanted: Tensor, weight: Tensor) -> Tensor:
        """The slope (N, D) at some latents."""
        with torch.enable_grad():
            moved = at.requires_grad_()
            error = (drawn(moved) - wanted).square().sum(2) * weight
            energy = error.sum() / 2 + moved.square().sum() / 2
            slope: Tensor = torch.autograd.grad(energy, moved)[0]
        return slope
