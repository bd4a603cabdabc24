"""Two checkpoints with untrained networks; `python -m tests.tiny` writes them to tests/models.

They are frozen there because the last bits of what `export` fits differ between machines, and
because fitting costs half a minute.
"""

from __future__ import annotations

import json
from pathlib import Path
from unittest.mock import patch

import numpy as np

FOLDER = Path(__file__).parent / "models"
"""Where the two lie."""
VECTORS, PIXELS = "tiny-vectors", "tiny-pixels"
CHANNELS, ANGLES = 6, 4
HEIGHT = 4.0
"""What the second channel of a clip is around: it points up."""
POSE = {"ramps": [0, 1, 2], "level": [1], "metres": 1.0, "fastest": 0.1}
"""What the vectors' checkpoint says of poses: not a part of its hash."""
CHUNK = {VECTORS: 41, PIXELS: 17}
FPS = {VECTORS: 30, PIXELS: 10}


def build(folder: Path) -> Path:
    """Write both checkpoints below `folder`; one latent dimension of the first is global."""
    build_vectors(folder / VECTORS)
    build_pixels(folder / PIXELS)
    return folder


def build_vectors(out: Path, name: str = VECTORS) -> None:
    """Two plain channels and four angles; a linear decoder and splines."""
    import torch

    net = untrained(
        frame=(CHANNELS,), latent=4, fps=30.0, window=20, interpolation="spline", noise="laplace"
    )
    with torch.no_grad():
        net.posterior.raw_nu[1] = -12.0
    frames = {
        "kind": "angles", "first_angle": CHANNELS - ANGLES,
        "offset": [0.0, HEIGHT] + [0.0] * ANGLES, "scale": [1.0, 2.0] + [30.0] * ANGLES,
    }  # fmt: skip
    rng = np.random.default_rng(5)
    offset, scale = (np.array(frames[key]) for key in ("offset", "scale"))
    clips = [((waves(rng, n) - offset) / scale).astype(np.float32) for n in (40, 30)]
    write(net, frames, clips, out, name, CHUNK[VECTORS])
    settings = json.loads((out / "model.json").read_text())
    (out / "model.json").write_text(json.dumps(settings | {"pose": POSE}))


def build_pixels(out: Path) -> None:
    """One sprite on 16 x 16 pixels, and OU bridges."""
    net = untrained(
        frame=(16, 16, 1), latent=4, fps=10.0, window=12, decoder="sprites", objects=1, glimpse=8
    )
    rng = np.random.default_rng(6)
    clips = [(blobs(rng, count)[..., None] / 255).astype(np.float32) for count in (12,)]
    write(net, {"kind": "pixels"}, clips, out, PIXELS, CHUNK[PIXELS])


def untrained(**settings):
    """A network (LatentSDE) whose weights come from one seed."""
    import torch

    from vdsc.model.latent_sde import LatentSDE
    from vdsc.model.net_config import NetConfig

    torch.manual_seed(3)
    net = LatentSDE(NetConfig(**({"hidden": 4, "features": 8} | settings)))
    with torch.no_grad():
        net.log_cell.fill_(-5.0)
        net.posterior.raw_nu.uniform_(-1.5, 0.5)
        net.posterior.target[-1].weight.normal_(0, 0.3)
        net.knots.net[-1].weight.normal_(0, 0.2)
    return net


def quickly():
    """A context in which a checkpoint's quality curve has few points, which is quicker."""
    from vdsc.train import checkpoint

    few = {"DENSITIES": (-0.5, 0.25, 1.0, 2.0), "COARSE": (0.25, 1.0, 4.0), "MEASURED": 2}
    return patch.multiple(checkpoint, **few)


def write(net, frames, clips, out, name, chunk) -> None:
    """Export what has been made."""
    from vdsc.train.checkpoint import export

    card = {"domain": "tests", "data": "made up", "measured": "nothing"}
    export(net, frames, clips, out, name=name, chunk=chunk, cap=4, card=card)


def waves(rng, frames, *, fps=30.0) -> np.ndarray:
    """(frames, CHANNELS) float64: two slow channels and angles in degrees that wrap at 180."""
    time = np.arange(frames)[:, None] / fps
    pace, phase = rng.uniform(0.3, 1.5, CHANNELS), rng.uniform(0, 6, CHANNELS)
    swing = np.sin(2 * np.pi * pace * time + phase)
    swing[:, CHANNELS - ANGLES :] *= 60
    swing[:, -1] = (170 + 30 * time[:, 0] + 180) % 360 - 180
    swing[:, 1] += HEIGHT
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


if __name__ == "__main__":
    build(FOLDER)
