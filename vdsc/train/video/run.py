"""Train the observation networks of the lossless video codec.

python -m vdsc.train.video.run DATA WORK OUT [--hours H]

DATA holds `video/` and `images/`; WORK keeps samples and resumable states; OUT gets
a checkpoint, whose card is written by hand. Held out: maze clips 100-105, minetest clips 29-34,
digits 50000-.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.numpy import save_file

from vdsc.codecs.lossless.video.passes import PASSES
from vdsc.model.store import CONFIG, VIDEO, WEIGHTS, content_digest
from vdsc.train import moving_mnist
from vdsc.train.digits import HELD_OUT
from vdsc.train.video import fit, samples, synthetic
from vdsc.train.video.network import FloatNetwork, exported

SETS = {
    "colour": ["maze", "minetest", "footage", "photo", "gif"],
    "palette": ["gif"],
    "layers": ["digits"],
}
"""What the networks of each kind are trained on."""

SHARES = [0.5, 0.5, 0.3, 0.16, 0.08]
"""Of each pass, how many of the pixels become samples."""

HOURS = {"colour": 0.6, "palette": 0.25, "layers": 0.15}
"""The share of the time that each kind gets; each of its passes gets a share of `TIMES`."""

RATE = 2e-3

TIMES = [0.1, 0.1, 0.17, 0.25, 0.38]

Clips = NDArray[np.uint8]


def clips(data: Path, rng: np.random.Generator) -> dict[str, Clips]:
    """The training clips by set, (N, T, H, W, C) each."""
    maze = np.load(data / "video" / "maze64_train.npz")["x"]
    maze = np.delete(maze, np.arange(100, 106), axis=0)
    minetest = np.load(data / "video" / "minetest64_train.npz")["x"][:29]
    tiles = np.load(data / "images" / "photo_tiles32_train.npz")["x"]
    digits = np.load(data / "video" / "mnist_train.npz")["x"][:HELD_OUT]
    few = [synthetic.gif(clip, rng) for clip in (*minetest[:24], *maze[24:34])]
    return {
        "maze": maze[::2],
        "minetest": minetest,
        "footage": np.stack([synthetic.footage(tiles, minetest, 100, rng) for _ in range(50)]),
        "photo": np.stack([synthetic.photo(tiles, 100, 64, rng) for _ in range(14)]),
        "gif": np.stack(few),
        "digits": moving_mnist.clips(digits, 130, 5, 1),
    }


def sample(data: Path, work: Path) -> None:
    """Write the samples of every set: `<set>_<pass>_<field>.npy`."""
    rng = np.random.default_rng(0)
    for name, made in clips(data, rng).items():
        shares = [0.8] * PASSES if name == "digits" else SHARES
        passes: list[list[samples.Sample]] = [[] for _ in range(PASSES)]
        for clip in made:
            for number, new in enumerate(samples.of_clip(clip, shares, rng)):
                passes[number] += new
        for number, kept in enumerate(passes):
            for field in fit.FIELDS:
                joined = np.concatenate([part[field] for part in kept])
                np.save(work / f"{name}_{number}_{field}.npy", joined)


def train(
    work: Path, kind: str, seconds: float, teachers: list[FloatNetwork] | None = None
) -> tuple[list[FloatNetwork], dict[str, NDArray[np.int32]]]:
    """Train the networks of one kind, the last pass first, and round them.

    Each starts from its teacher, at half the rate, or from the pass after it where that has the
    same shape.
    """
    networks: list[FloatNetwork] = []
    out: dict[str, NDArray[np.int32]] = {}
    for number in reversed(range(PASSES)):
        data = fit.load(work, SETS[kind], number)
        network, rate = fit.new(data), RATE
        if teachers is not None:
            network.load_state_dict(teachers[number].state_dict())
            rate /= 2
        elif networks and _shapes(networks[0]) == _shapes(network):
            network.load_state_dict(networks[0].state_dict())
        state, share = work / f"{kind}_{number}.pt", seconds * TIMES[number]
        roots = fit.train(network, data, state, seconds=share, rate=rate)
        for name, array in exported(network, roots).items():
            out[f"{kind}.{number}.{name}"] = array
        networks.insert(0, network)
    return networks, out


def _shapes(network: FloatNetwork) -> list[torch.Size]:
    return [parameter.shape for parameter in network.parameters()]


def main() -> None:
    """Sample where that is not done, train each kind, write the weights."""
    parser = argparse.ArgumentParser(description="Train the lossless video codec's networks.")
    parser.add_argument("data", type=Path)
    parser.add_argument("work", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--hours", type=float, default=1.5)
    asked = parser.parse_args()
    asked.work.mkdir(parents=True, exist_ok=True)
    asked.out.mkdir(parents=True, exist_ok=True)
    if not (asked.work / "digits_4_high.npy").exists():
        sample(asked.data, asked.work)
    arrays: dict[str, NDArray[np.int32]] = {}
    colour: list[FloatNetwork] | None = None
    for kind, share in HOURS.items():
        teachers = colour if kind == "palette" else None
        networks, made = train(asked.work, kind, asked.hours * 3600 * share, teachers)
        colour = colour or networks
        arrays |= made
    write(arrays, asked.out)


def write(
    arrays: dict[str, NDArray[np.int32]], out: Path, card: dict[str, str] | None = None
) -> None:
    """Write the checkpoint folder `out`."""
    save_file(arrays, out / WEIGHTS)
    settings: dict[str, Any] = {"name": out.name, "kind": VIDEO, "card": card or {}}
    settings["digest"] = content_digest(settings, arrays, {}).hex()
    (out / CONFIG).write_text(json.dumps(settings, indent=1) + "\n")


if __name__ == "__main__":
    main()
