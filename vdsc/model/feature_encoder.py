"""Frames to features: e(x_i) and the bidirectional GRU over them, equation (10)."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from vdsc.model.net_config import NetConfig


def vector_encoder(width: int, features: int) -> nn.Module:
    """e(x) for a vector of channels: (N, width) to (N, features)."""
    return nn.Sequential(
        nn.Linear(width, features), nn.SiLU(), nn.Linear(features, features), nn.SiLU()
    )


class ImageEncoder(nn.Module):
    """e(x) for an image: what is there, and where.

        (N, C, H, W) --convolutions--> (N, b, H/4, W/4) --> strided convolution -> linear -> +
                                             '-> maps -> spatial softmax -> coordinates -> + --> F

    The mean coordinates of soft maps (Levine et al. 2016) place moving things to a fraction of a
    pixel, which a flattened convolution learns only slowly. trunk: features of a pixel, those of
    H/2 x W/2 pictures and b.
    """

    MAPS = 32

    def __init__(self, shape: tuple[int, ...], features: int, trunk: tuple[int, ...]) -> None:
        super().__init__()
        height, width, channels = shape
        few, many = trunk
        self.trunk = nn.Sequential(
            nn.Conv2d(channels, few, 4, stride=2, padding=1),
            nn.SiLU(),
            nn.Conv2d(few, many, 4, stride=2, padding=1),
            nn.SiLU(),
            nn.Conv2d(many, many, 3, padding=1),
            nn.SiLU(),
        )
        self.maps = nn.Conv2d(many, self.MAPS, 1)
        self.shrink = nn.Sequential(nn.Conv2d(many, many, 4, stride=4), nn.SiLU(), nn.Flatten())
        flat = many * (height // 16) * (width // 16) + 2 * self.MAPS
        self.join = nn.Sequential(
            nn.Linear(flat, features), nn.SiLU(), nn.Linear(features, features), nn.SiLU()
        )

    def forward(self, images: Tensor) -> Tensor:
        """(N, C, H, W) to (N, features)."""
        seen = self.trunk(images)
        heat = self.maps(seen)
        share = heat.flatten(2).softmax(-1).view_as(heat)
        rows = torch.linspace(-3, 3, heat.shape[2], device=heat.device)
        columns = torch.linspace(-3, 3, heat.shape[3], device=heat.device)
        places = [(share.sum(3) * rows).sum(2), (share.sum(2) * columns).sum(2)]
        found: Tensor = self.join(torch.cat([self.shrink(seen), *places], 1))
        return found


class SequenceEncoder(nn.Module):
    """Hidden states at the frame times.

        x (B, T, ...) --e--> features (B, T, F) --biGRU--> h (B, T, 2 hidden [+ L])

    For vectors, `skip` appends L linear readings of each frame itself, so that what a GRU would
    blur reaches the posterior exactly.
    """

    def __init__(self, config: NetConfig) -> None:
        super().__init__()
        self.image = len(config.frame) == 3
        if self.image:
            self.frame: nn.Module = ImageEncoder(config.frame, config.features, config.trunk)
            self.skip: nn.Linear | None = None
        else:
            self.frame = vector_encoder(config.frame[0], config.features)
            self.skip = nn.Linear(config.frame[0], config.latent)
        self.gru = nn.GRU(config.features, config.hidden, batch_first=True, bidirectional=True)
        self.width = 2 * config.hidden + (0 if self.skip is None else config.latent)

    def forward(self, frames: Tensor) -> Tensor:
        """(B, T, H, W, C) or (B, T, D) to (B, T, width)."""
        hidden = self.join(self.features(frames))
        return hidden if self.skip is None else torch.cat([hidden, self.skip(frames)], -1)

    def features(self, frames: Tensor) -> Tensor:
        """e(x_i): (B, T, H, W, C) or (B, T, D) to (B, T, F)."""
        flat = frames.flatten(0, 1)
        if self.image:
            flat = flat.permute(0, 3, 1, 2).contiguous(memory_format=torch.channels_last)
        found: Tensor = self.frame(flat)
        return found.view(*frames.shape[:2], -1)

    def join(self, features: Tensor) -> Tensor:
        """Features (B, T, F) to the states of both directions (B, T, 2 hidden)."""
        hidden: Tensor = self.gru(features)[0]
        return hidden
