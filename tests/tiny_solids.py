"""A checkpoint of solids with small untrained networks, and solids for it."""

from __future__ import annotations

from pathlib import Path

import numpy as np

INPUTS = {"alone": 142, "beside": 183, "finer": 93}
OUTPUTS = {"alone": 1, "beside": 1, "finer": 8}
WIDTHS = (6, 4)


def write_solids(out: Path, seed: int = 0) -> Path:
    """Write the checkpoint, called as its folder."""
    from vdsc.train.checkpoint_folder import write_folder

    write_folder(out, {"name": out.name, "kind": "solids"}, weights(seed), {})
    return out


def weights(seed: int = 0) -> dict[str, np.ndarray]:
    """Layers with random weights; those for the nearest places say that voxels are as they are."""
    rng, made = np.random.default_rng(seed), {}
    for name, count in INPUTS.items():
        widths = (count, *WIDTHS, OUTPUTS[name])
        for i in range(3):
            raw = rng.normal(size=(widths[i + 1], widths[i])) * 300
            if i == 0:
                raw[:, :3] += 1500
            made[f"{name}.{i}.weight"] = raw.astype(np.int16)
            made[f"{name}.{i}.bias"] = (rng.normal(size=widths[i + 1]) * 900).astype(np.int16)
        if name != "finer":
            made[f"{name}.rare"] = np.array([[3, 5], [40, 70]], np.int32)
    return made


def solid(*shape: int, seed: int = 0, alike: bool = False) -> np.ndarray:
    """A lump (D, H, W) uint8 of 0 and 1 off the middle; alike: the same on both sides of axis 1."""
    rng = np.random.default_rng(seed)
    at = np.stack(np.meshgrid(*(np.linspace(-1, 1, n) for n in shape), indexing="ij"))
    if alike:
        at[1] = abs(at[1])
    bumps = sum(
        0.15 * np.sin(rng.uniform(2, 6, 3) @ at.reshape(3, -1) + rng.uniform(0, 6))
        for _ in range(4)
    ).reshape(shape)
    return (np.square(at).sum(axis=0) < 0.6 + bumps).astype(np.uint8)
