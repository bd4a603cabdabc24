"""Untrained checkpoints of bits-back under a learned mixture: sprites, and pictures in colour."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from tests.tiny import untrained

SPRITES, PICTURES = "untrained-sprites", "untrained-pictures"
FRAMES = {SPRITES: (16, 16, 1), PICTURES: (16, 24, 3)}
CHUNK = 12
SHAPED = {
    SPRITES: {"decoder": "sprites", "objects": 2, "glimpse": 6, "latent": 8},
    PICTURES: {"decoder": "pictures", "latent": 5, "interpolation": "spline"},
}


def network(name: str, **more):
    """A network (LatentSDE) whose law of pixels is not the same everywhere."""
    import torch

    net = untrained(
        frame=FRAMES[name], fps=10.0, window=12, parts=2, rates=(0.5, 4.0), **SHAPED[name], **more
    )
    with torch.no_grad():
        for part in net.pixels.parameters():
            part.add_(0.4 * torch.randn_like(part))
        net.posterior.raw_nu[:1] = -12.0
    return net


def clip(name: str, count: int, seed: int = 0) -> np.ndarray:
    """Frames (count, H, W, C) uint8: a soft pattern that drifts."""
    height, width, channels = FRAMES[name]
    rng = np.random.default_rng(seed)
    t, y, x, c = np.ogrid[:count, :height, :width, :channels]
    soft = 128 + 90 * np.sin((y + t) / 3 + c + rng.uniform(0, 6)) * np.cos((x - 2 * t) / 4)
    return np.clip(soft + rng.normal(0, 9, soft.shape), 0, 255).astype(np.uint8)


class Clips:
    """Training clips of one kind."""

    count = 3

    def __init__(self, name: str) -> None:
        self.name = name

    def clip(self, number: int) -> np.ndarray:
        """The clip of a number."""
        return clip(self.name, 24, number)


def write(folder: Path, name: str, *, half: bool = False) -> Path:
    """Write the checkpoint of a name below a folder."""
    from vdsc.train.bitsback.bitsback_config import BitsbackConfig
    from vdsc.train.bitsback.bitsback_folder import export

    net = network(name)
    config = BitsbackConfig(name, "tests", CHUNK, Path(), net.config, (), 3, half=half)
    export(net, Clips(name), config, folder / name)
    return folder / name
