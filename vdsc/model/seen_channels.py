"""Frames as a linear decoder could draw them, and what rounding knot values does to each."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from vdsc.core.types import Floats
from vdsc.model.frame_decoder import LinearDecoder
from vdsc.model.latent_sde import LatentSDE

WEAKEST = 1e-4
"""Directions of the decoder this much weaker than its strongest explain no frames."""

STATIC = 1e-9
"""Variance below which no rounding reaches a channel: the decoder does not move it."""


@dataclass(frozen=True, slots=True)
class SeenChannels:
    """Channels that move, network units: what splines are to follow, and what they cannot.

    reached (T, C): the part of the frames that latents can make; rest (T, C) what is left.
    noise (C,): variance of a channel where every latent is rounded to its cell.
    """

    reached: Floats
    rest: Floats
    noise: Floats

    @classmethod
    def of(cls, net: LatentSDE, frames: torch.Tensor, path: Floats, cell: Floats) -> SeenChannels:
        """Of frames (T, C) around a path (T, D), cells (D,) wide; the bend is that of the path."""
        decoder = net.decoder
        assert isinstance(decoder, LinearDecoder)
        with torch.no_grad():
            bend = decoder.bend(torch.as_tensor(path, dtype=frames.dtype, device=frames.device))
            flat = (frames - bend - decoder.linear.bias).double().cpu().numpy()
        weight = decoder.linear.weight.detach().double().cpu().numpy()
        noise = np.square(weight) @ np.square(cell) / 12
        moves = noise > STATIC
        axes, strength, _ = np.linalg.svd(weight[moves], full_matrices=False)
        axes = axes[:, strength > WEAKEST * strength.max(initial=0)]
        reached = flat[:, moves] @ axes @ axes.T
        return cls(reached, flat[:, moves] - reached, noise[moves])

    def part(self, frames: slice) -> SeenChannels:
        """The same of some frames alone."""
        return SeenChannels(self.reached[frames], self.rest[frames], self.noise)
