"""Warm start of the sprite networks: what a digit looks like, and where the two digits are.

Moving MNIST is made on the fly, so the places and the sprites of its digits are known exactly; the
encoder and decoder learn them first as a plain autoencoder and tracker, before any SDE is solved.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.functional import pad

from vdsc.model.frame_decoder import SpriteDecoder
from vdsc.model.latent_sde import LatentSDE
from vdsc.train import moving_mnist

HELD_OUT = 50000


class Digits:
    """Endless Moving MNIST from digits 0..49999; the rest is held out for validation."""

    def __init__(self, path: Path, window: int) -> None:
        every: NDArray[np.uint8] = np.load(path)["x"]
        self.digits, self.held_out = every[:HELD_OUT], every[HELD_OUT:]
        self.window = window

    def scenes(self, rng: np.random.Generator, size: int, frames: int) -> tuple[Tensor, ...]:
        """Frames (B, T, 64, 64, 1) in [0, 1], sprites (B, 2, 28, 28), places (B, T, 2, 2) px."""
        made = [moving_mnist.scene(self.digits, frames, rng) for _ in range(size)]
        x, sprites, tracks = (torch.from_numpy(np.stack(part)) for part in zip(*made, strict=True))
        middle = moving_mnist.ROOM / 2
        return x[..., None] / 255.0, sprites / 255.0, tracks.transpose(1, 2).float() - middle

    def batch(self, rng: np.random.Generator, size: int) -> Tensor:
        """(size, window, 64, 64, 1) in [0, 1]."""
        return self.scenes(rng, size, self.window)[0]


def start_still(model: LatentSDE) -> None:
    """Start the posterior of looks as nearly constant paths from z_0, that of places as quick.

    What a digit looks like does not change within a clip, but its reading from single frames does,
    and would keep nu up; whether a dimension ends below 0.001 is still for training to find.
    """
    decoder, posterior = model.decoder, model.posterior
    assert isinstance(decoder, SpriteDecoder)
    look = torch.ones(decoder.objects, decoder.look + 2, dtype=torch.bool)
    look[:, :2] = False
    with torch.no_grad():
        posterior.pull.bias.copy_(torch.where(look.flatten(), -12.0, 3.0))
        posterior.raw_nu.copy_(torch.where(look.flatten(), -4.0, -2.0))
        posterior.spread.fill_(-2.0)
        model.log_cell.fill_(-2.3)


class Looks(nn.Module):
    """Sprite to look: the throw-away encoder of the sprite autoencoder."""

    def __init__(self, look: int) -> None:
        super().__init__()
        self.net = nn.Sequential(
            nn.Flatten(),
            nn.Linear(784, 512),
            nn.SiLU(),
            nn.Linear(512, 256),
            nn.SiLU(),
            nn.Linear(256, 2 * look),
        )

    def forward(self, sprites: Tensor) -> tuple[Tensor, Tensor]:
        """Mean and log scale of the look, each (N, look)."""
        mean, log_scale = self.net(sprites).chunk(2, -1)
        return mean, log_scale.clamp(-5, 1)


def sprite_loss(decoder: SpriteDecoder, looks: Looks, sprites: Tensor) -> Tensor:
    """ELBO of single sprites (N, 28, 28), so that looks are N(0, 1) and no finer than needed."""
    mean, log_scale = looks(sprites)
    z = mean + log_scale.exp() * torch.randn_like(mean)
    edge = (decoder.glimpse - sprites.shape[-1]) // 2
    drawn = decoder.sprite(z).sigmoid().view(-1, decoder.glimpse, decoder.glimpse)
    error = (drawn - pad(sprites, (edge,) * 4)).square().sum((1, 2)) / (2 * 0.1**2)
    kl = 0.5 * (mean.square() + (2 * log_scale).exp() - 1 - 2 * log_scale).sum(1)
    loss: Tensor = (error + 3.0 * kl).mean()
    return loss


def tracking_loss(
    model: LatentSDE, looks: Looks, x: Tensor, sprites: Tensor, places: Tensor
) -> tuple[Tensor, Tensor]:
    """Distance of the posterior's goal from the true scene, objects matched once per clip.

    The best of the two assignments is taken for the whole clip, so the network is free to choose
    which digit comes first, but must keep its choice.
    """
    decoder = model.decoder
    assert isinstance(decoder, SpriteDecoder)
    goal = model.posterior.goal(model.encoder(x)).unflatten(-1, (decoder.objects, -1))
    with torch.no_grad():
        look = looks(sprites.flatten(0, 1))[0].unflatten(0, sprites.shape[:2])
    costs, offs = [], []
    for order in ([0, 1], [1, 0]):
        place = (goal[..., :2] - places[:, :, order] / decoder.reach).square()
        looked = (goal[..., 2:] - look[:, None, order]).square()
        costs.append(10 * place.mean((1, 2, 3)) + looked.mean((1, 2, 3)))
        offs.append(place.mean((1, 2, 3)))
    best = torch.stack(costs).min(0)
    off = torch.stack(offs).gather(0, best.indices[None])[0]
    return best.values.mean(), off.mean().sqrt() * decoder.reach
