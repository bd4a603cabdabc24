"""Two checkpoints with untrained networks, made in a second or two."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch

from vdsc.model.latent_sde import LatentSDE
from vdsc.model.net_config import NetConfig
from vdsc.train.checkpoint import export

VECTORS, PIXELS = "tiny-vectors", "tiny-pixels"
CHANNELS, ANGLES = 6, 4
CHUNK = {VECTORS: 41, PIXELS: 17}
FPS = {VECTORS: 30, PIXELS: 10}


def build(folder: Path) -> Path:
    """Write both checkpoints below `folder`; one latent dimension of the first is global."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    build_vectors(folder / VECTORS)
    build_pixels(folder / PIXELS)
    torch.set_num_threads(threads)
    return folder


def build_vectors(out: Path, name: str = VECTORS) -> None:
    """Two plain channels and four angles; a linear decoder and splines."""
    net = untrained(
        frame=(CHANNELS,), latent=4, fps=30.0, window=20, interpolation="spline", noise="laplace"
    )
    with torch.no_grad():
        net.posterior.raw_nu[1] = -12.0
    frames = {
        "kind": "angles", "first_angle": CHANNELS - ANGLES,
        "offset": [0.0] * CHANNELS, "scale": [1.0, 2.0] + [30.0] * ANGLES,
    }  # fmt: skip
    rng = np.random.default_rng(5)
    clips = [
        (waves(rng, count) / np.array(frames["scale"])).astype(np.float32) for count in (40, 30)
    ]
    write(net, frames, clips, out, name, CHUNK[VECTORS])


def build_pixels(out: Path) -> None:
    """One sprite on 16 x 16 pixels, and OU bridges."""
    net = untrained(
        frame=(16, 16, 1), latent=4, fps=10.0, window=12, decoder="sprites", objects=1, glimpse=8
    )
    rng = np.random.default_rng(6)
    clips = [(blobs(rng, count)[..., None] / 255).astype(np.float32) for count in (12,)]
    write(net, {"kind": "pixels"}, clips, out, PIXELS, CHUNK[PIXELS])


def untrained(**settings) -> LatentSDE:
    """A network whose weights come from one seed."""
    torch.manual_seed(3)
    net = LatentSDE(NetConfig(**({"hidden": 4, "features": 8} | settings)))
    with torch.no_grad():
        net.log_cell.fill_(-5.0)
        net.posterior.raw_nu.uniform_(-1.5, 0.5)
        net.posterior.target[-1].weight.normal_(0, 0.3)
        net.knots.net[-1].weight.normal_(0, 0.2)
    return net


def write(net, frames, clips, out, name, chunk) -> None:
    """Export what has been made."""
    card = {"domain": "tests", "data": "made up", "measured": "nothing"}
    export(net, frames, clips, out, name=name, chunk=chunk, cap=4, card=card)


def waves(rng, frames, *, fps=30.0) -> np.ndarray:
    """(frames, CHANNELS) float64: two slow channels and angles in degrees that wrap at 180."""
    time = np.arange(frames)[:, None] / fps
    pace, phase = rng.uniform(0.3, 1.5, CHANNELS), rng.uniform(0, 6, CHANNELS)
    swing = np.sin(2 * np.pi * pace * time + phase)
    swing[:, CHANNELS - ANGLES :] *= 60
    swing[:, -1] = (170 + 30 * time[:, 0] + 180) % 360 - 180
    return swing


def blobs(rng, frames) -> np.ndarray:
    """(frames, 16, 16) uint8: a soft spot that drifts."""
    at = 7.5 + 3 * np.sin(np.arange(frames)[:, None] / 5 + rng.uniform(0, 6, 2))
    grid = np.arange(16)
    away = (grid[:, None] - at[:, 0, None, None]) ** 2 + (grid - at[:, 1, None, None]) ** 2
    return np.rint(255 * np.exp(-away / 6)).astype(np.uint8)


def clip(model: str, frames: int, seed: int = 0) -> np.ndarray:
    """A clip that `model` takes: float32 vectors, or uint8 pixels with their channel axis."""
    rng = np.random.default_rng(seed)
    if model == PIXELS:
        return blobs(rng, frames)[..., None]
    return waves(rng, frames).astype(np.float32)
