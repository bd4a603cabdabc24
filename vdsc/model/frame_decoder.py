"""Latents to frames: the mean of p(x | z), equation (9)."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn.functional import grid_sample

from vdsc.model.net_config import NetConfig
from vdsc.model.picture_decoder import PictureDecoder


class LinearDecoder(nn.Module):
    """Channels from latents: a linear path with a network beside it.

    z --W--> + --> x        The linear path carries people the network never saw;
    z -MLP-> +              the network adds what is curved.
    """

    def __init__(self, config: NetConfig) -> None:
        super().__init__()
        channels = config.frame[0]
        self.linear = nn.Linear(config.latent, channels)
        self.bend = nn.Sequential(
            nn.Linear(config.latent, config.features),
            nn.SiLU(),
            nn.Linear(config.features, config.features),
            nn.SiLU(),
            nn.Linear(config.features, channels),
        )
        last = self.bend[-1]
        assert isinstance(last, nn.Linear)
        nn.init.zeros_(last.weight)
        nn.init.zeros_(last.bias)

    def forward(self, z: Tensor) -> Tensor:
        """(..., latent) to (..., channels)."""
        drawn: Tensor = self.linear(z) + self.bend(z)
        return drawn


class SpriteDecoder(nn.Module):
    """Images from latents: each object has a place and a look, drawn as a sprite and summed.

        z = objects x [row, column | look]
        look --MLP--> glimpse x glimpse sprite --shift to place--> sum over objects, cut at 1

    The shift is a bilinear spatial transformer (Jaderberg et al. 2015) without scale or rotation.
    """

    def __init__(self, config: NetConfig) -> None:
        super().__init__()
        height, _, _ = config.frame
        self.frame, self.objects, self.glimpse = config.frame, config.objects, config.glimpse
        self.look = config.latent // config.objects - 2
        self.planes = config.planes
        pixels = config.glimpse**2 * self.planes
        self.sprite = nn.Sequential(
            nn.Linear(self.look, 256),
            nn.SiLU(),
            nn.Linear(256, 512),
            nn.SiLU(),
            nn.Linear(512, pixels),
        )
        self.reach = (height - 28) / 2 / 1.73

    def place(self, z: Tensor) -> Tensor:
        """Sprite centres (..., objects, 2) in pixels from the middle of the frame."""
        centres: Tensor = z.unflatten(-1, (self.objects, -1))[..., :2] * self.reach
        return centres

    def sprites(self, z: Tensor) -> Tensor:
        """(N, latent) to sprites (N, objects, planes, glimpse, glimpse) in [0, 1]."""
        look = z.unflatten(-1, (self.objects, -1))[..., 2:]
        flat: Tensor = self.sprite(look).sigmoid()
        drawn: Tensor = flat.unflatten(-1, (self.planes, self.glimpse, self.glimpse))
        return drawn

    def forward(self, z: Tensor) -> Tensor:
        """(..., latent) to (..., H, W, planes) in [0, 1]."""
        flat = z.reshape(-1, z.shape[-1])
        drawn = self.draw(self.sprites(flat), self.place(flat))
        return drawn.view(*z.shape[:-1], *self.frame[:2], self.planes)

    def draw(self, sprites: Tensor, place: Tensor) -> Tensor:
        """Sum of sprites (N, S, planes, g, g) centred at (N, S, 2) pixels: (N, H, W, planes)."""
        height, width, _ = self.frame
        rows = torch.arange(height, dtype=place.dtype, device=place.device) - (height - 1) / 2
        columns = torch.arange(width, dtype=place.dtype, device=place.device) - (width - 1) / 2
        place = place.flatten(0, 1)
        y = (rows - place[:, :1]) * (2 / self.glimpse)
        x = (columns - place[:, 1:]) * (2 / self.glimpse)
        grid = torch.stack(
            [x[:, None, :].expand(-1, height, -1), y[:, :, None].expand(-1, -1, width)], -1
        )
        layers = grid_sample(sprites.flatten(0, 1), grid, align_corners=False)
        count = place.shape[0] // max(1, len(sprites))
        summed = layers.view(-1, count, *layers.shape[1:]).sum(1)
        return summed.clamp_max(1.0).permute(0, 2, 3, 1)


def build(config: NetConfig) -> LinearDecoder | SpriteDecoder | PictureDecoder:
    """The decoder that the config names."""
    if config.decoder == "pictures":
        return PictureDecoder(config)
    return SpriteDecoder(config) if config.decoder == "sprites" else LinearDecoder(config)
