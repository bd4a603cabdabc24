"""The clips that bits-back is trained on, one by its number, and the features of their frames."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from vdsc.errors import InvalidInput
from vdsc.model.feature_encoder import SequenceEncoder
from vdsc.train import moving_mnist
from vdsc.train.digits import HELD_OUT

Pixels = NDArray[np.uint8]
FRAMES = 100


class ClipPool(Protocol):
    """Training clips (T, H, W, C) uint8, the same under a number whenever it is asked for."""

    count: int

    def clip(self, number: int) -> Pixels:
        """The clip of this number below `count`."""


class DigitPool:
    """Moving MNIST made of digits that are not held out."""

    def __init__(self, path: Path, count: int) -> None:
        self.count = count
        self._digits: Pixels = np.load(path)["x"][:HELD_OUT]

    def clip(self, number: int) -> Pixels:
        """Two digits that move for 100 frames."""
        frames, *_ = moving_mnist.scene(self._digits, FRAMES, np.random.default_rng([7, number]))
        return frames[..., None]


class MazePool:
    """The first clips of a file of walks through mazes, each of them and its mirror image."""

    def __init__(self, path: Path, count: int) -> None:
        self._clips: Pixels = np.load(path)["x"][:count]
        self.count = 2 * len(self._clips)

    def clip(self, number: int) -> Pixels:
        """One walk, mirrored where its number is odd."""
        found: Pixels = self._clips[number // 2]
        return found[:, :, ::-1] if number % 2 else found


def build(domain: str, path: Path, count: int) -> ClipPool:
    """The clips of a domain; raises InvalidInput where there are none."""
    kinds: dict[str, Callable[[Path, int], ClipPool]] = {"digits": DigitPool, "mazes": MazePool}
    if domain not in kinds:
        raise InvalidInput(f"bits-back trains on {' or '.join(kinds)}, not on {domain!r}")
    if not path.exists():
        raise InvalidInput(f"no training data at {path}; set data=... or its variable")
    return kinds[domain](path, count)


def seen(clips: NDArray[np.uint8]) -> Tensor:
    """Clips uint8 as the networks see them: [0, 1]."""
    return torch.from_numpy(np.ascontiguousarray(clips)) / 255.0


def features(encoder: SequenceEncoder, pool: ClipPool, path: Path) -> NDArray[np.float16]:
    """Features (N, T, F) of the frames of all clips, kept in a file."""
    if not path.exists():
        where = next(encoder.parameters()).device
        with torch.no_grad():
            made = [
                encoder.features(seen(pool.clip(number))[None].to(where))[0].half().cpu().numpy()
                for number in range(pool.count)
            ]
        scratch = path.with_suffix(".new.npy")
        np.save(scratch, np.stack(made))
        scratch.replace(path)
    found: NDArray[np.float16] = np.load(path, mmap_mode="r")
    return found
