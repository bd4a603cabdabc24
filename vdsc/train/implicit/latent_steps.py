"""Latents by a few steps down the slope, with step sizes that are learned (Meta-SGD)."""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor, nn

from vdsc.train.implicit.tile_crops import SIDE

STEPS, SHORTER = 3, 0.25
"""Steps from latents of 0; by how much those of a tile become shorter when one led uphill."""

_BEND = 300.0  # of the squared error, in units, by a latent, before anything is learned

_OFTEN = 20.0  # how many latents move one thing together, before anything is learned

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
        latents = best = last = torch.zeros(len(wanted), len(self.certain))
        length, least = torch.ones(len(wanted), 1), torch.full((len(wanted), 1), math.inf)
        for bend in [*self.bends, None]:
            energy, slope = self._slope(drawn, latents.detach(), wanted, scale * precision)
            uphill = ~(energy < least)
            best, least = torch.where(uphill, best, latents), torch.minimum(energy, least)
            if bend is None:
                break
            length = torch.where(uphill, SHORTER * length, length)
            last = torch.where(uphill, last, slope)
            latents = best - length * last / (1 + torch.exp(bend) * precision)
        return best, -torch.log1p(torch.exp(self.certain) * precision) / 2

    def _slope(
        self, drawn: Drawn, at: Tensor, wanted: Tensor, weight: Tensor
    ) -> tuple[Tensor, Tensor]:
        """What is to become least (N, 1), and its slope (N, D), at some latents."""
        with torch.enable_grad():
            moved = at.requires_grad_()
            error = ((drawn(moved) - wanted).square().sum(2) * weight).sum(1, keepdim=True)
            energy = (error + moved.square().sum(1, keepdim=True)) / 2
            slope: Tensor = torch.autograd.grad(energy.sum(), moved)[0]
        return energy.detach(), slope
