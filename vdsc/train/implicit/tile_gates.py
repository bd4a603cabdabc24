"""Gates of a coordinate network: each weight counts 1 + (U V) times, U and V moved by latents."""

from __future__ import annotations

import math

import numpy as np
import torch
from torch import Tensor, nn

from vdsc.train.implicit.tile_crops import SHADES

FARTHEST = 8.0
"""A gate of reach FARTHEST may do nearly anything; one of reach 1 lies between 0 and 2."""


class TileGates(nn.Module):
    """Latents (N, G) to gates (N, in + 1, out) of all layers, 1 - reach to 1 + reach.

    lefts: of each layer (1 + G, in + 1, rank), rights: (1 + G, rank, out). The first entry is
    that of latents 0. Of the last layer, gates are those of colours.
    """

    def __init__(
        self, shapes: list[tuple[int, int]], latents: int, rank: int, reach: float
    ) -> None:
        super().__init__()
        self.reach = reach
        lefts = [torch.randn(latents + 1, rows, rank) * 0.01 for rows, _ in shapes]
        rights = [torch.randn(latents + 1, rank, columns) * 0.01 for _, columns in shapes]
        for left, right in zip(lefts, rights, strict=True):
            left[0] = 0
            right[0] = torch.randn(right.shape[1:]) / math.sqrt(rank)
        self.lefts, self.rights = nn.ParameterList(lefts), nn.ParameterList(rights)

    def begin_with(self, weights: Tensor, rows: list[tuple[int, int, float]]) -> bool:
        """Let each of the first latents begin as one row of the last layer, in one shade.

        weights: (in + 1, shades), which are changed. rows: of each latent the row, the shade and
        what a latent of 1 should add. Returns whether these gates can.
        """
        left, right = self.lefts[-1], self.rights[-1]
        rank, columns = right.shape[1:]
        if rank <= columns or self.reach < FARTHEST:
            return False  # gates that cannot be 0 and of any sign for each colour
        with torch.no_grad():
            right[0, 0], right[0, 1 : columns + 1] = 1.0, torch.eye(columns)
            for latent, (row, shade, size) in enumerate(rows[: len(left) - 1]):
                if not shade:
                    weights[row] = torch.tensor([size, 0, 0])  # as much of each colour
                left[0, row, 0] = -1.0
                left[1 + latent, row] = 0
                share = size / (float(weights[row, 0]) * SHADES[0])
                left[1 + latent, row, 1 : columns + 1] = torch.from_numpy(share * SHADES[shade])
        return True

    def gated(self, layers: list[Tensor], latents: Tensor) -> list[Tensor]:
        """Layers (in + 1, out), of which the last one gives shades, each times its gates."""
        shades = torch.from_numpy(SHADES.astype(np.float32))
        *gates, last = self(latents)
        made = [layer * gate for layer, gate in zip(layers, gates, strict=False)]
        return [*made, ((layers[-1] @ shades) * last) @ shades.T]

    def forward(self, latents: Tensor) -> list[Tensor]:
        """The gates of all layers."""
        ones = torch.cat([torch.ones_like(latents[:, :1]), latents], dim=1)
        made = []
        for left, right in zip(self.lefts, self.rights, strict=True):
            u = (ones @ left.flatten(1)).reshape(-1, *left.shape[1:])
            v = (ones @ right.flatten(1)).reshape(-1, *right.shape[1:])
            made.append((1 + u @ v).clamp(1 - self.reach, 1 + self.reach))
        return made


def plain(parameter: Tensor) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """A parameter as an array of doubles."""
    return parameter.detach().numpy().astype(np.float64)
