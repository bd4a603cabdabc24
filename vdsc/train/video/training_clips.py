"""The clips that the observation networks of lossless video are trained on."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vdsc.errors import InvalidInput
from vdsc.train import moving_mnist
from vdsc.train.digits import HELD_OUT
from vdsc.train.video import synthetic_clips

Clips = NDArray[np.uint8]


def clips(data: Path, rng: np.random.Generator) -> dict[str, Clips]:
    """The training clips by set, (N, T, H, W, C) uint8 each.

    data: folder that holds `video/` and `images/`. Raises InvalidInput where a file is missing.
    """
    maze = np.delete(_load(data / "video" / "maze64_train.npz"), np.arange(100, 106), axis=0)
    minetest = _load(data / "video" / "minetest64_train.npz")[:29]
    tiles = _load(data / "images" / "photo_tiles32_train.npz")
    digits = _load(data / "video" / "mnist_train.npz")[:HELD_OUT]
    few = [synthetic_clips.gif(clip, rng) for clip in (*minetest[:24], *maze[24:34])]
    footage = [synthetic_clips.footage(tiles, minetest, 100, rng) for _ in range(50)]
    return {
        "maze": maze[::2],
        "minetest": minetest,
        "footage": np.stack(footage),
        "photo": np.stack([synthetic_clips.photo(tiles, 100, 64, rng) for _ in range(14)]),
        "gif": np.stack(few),
        "digits": moving_mnist.clips(digits, 130, 5, 1),
    }


def _load(path: Path) -> Clips:
    """The array `x` of an .npz file."""
    if not path.is_file():
        raise InvalidInput(f"no training data at {path}; see benchmarks/README.md for VDSC_DATA")
    with np.load(path, allow_pickle=False) as archive:
        found: Clips = archive["x"]
        return found
