"""The clips that a sketch is trained on: parts of those below some folders, also turned around."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import Dataset

from vdsc.core.types import Values
from vdsc.errors import InvalidInput
from vdsc.train.field.field_examples import FieldExamples
from vdsc.train.sketch.sketch_config import SketchConfig

AXES, COLOURS = 3, 3
SIDE = 128
"""Rows and columns of a part at most."""

TRIES = 20
"""Draws in a row that may be no colour video."""

LEAST = 8
"""Rows and columns at least."""

GAMMA, GAIN, TINT = (0.75, 1.35), (0.8, 1.15), (0.75, 1.25)
"""Between what lie the power of a painted clip's levels, what all are multiplied by, and each
colour besides."""


class SketchClips:
    """Clips of several places, each drawn from as often as its share says."""

    def __init__(self, places: Sequence[Path], shares: Sequence[float], kept: int) -> None:
        for place in places:
            if not place.exists():
                raise InvalidInput(f"no training data at {place}; set data=[...] or its variable")
        if shares and len(shares) != len(places):
            raise InvalidInput(f"{len(shares)} shares for {len(places)} places; give one each")
        self._places = [FieldExamples([place], AXES, pixels=True) for place in places]
        counts = [len(one) for one in self._places]
        self._shares = np.array(shares or counts, dtype=np.float64)
        self._shares /= self._shares.sum()
        self._step = kept if kept > 1 else 1 << 30

    def __len__(self) -> int:
        """How many there are, those that are kept, too."""
        return sum(map(len, self._places))

    def any(self, most: int) -> bool:
        """Whether any of the first ones is colour video."""
        rng = np.random.default_rng(0)
        some = ((place, i) for place in self._places for i in range(min(most, len(place))))
        return any(_moves(place.example(i, rng)) for place, i in some)

    def part(
        self, rng: np.random.Generator, frames: int, fast: float, painted: float = 0.0
    ) -> Values:
        """A part (frames, H, W, 3) of a clip that is not kept, also mirrored or backwards.

        fast, painted: how often a clip goes twice as fast, and in other colours.
        """
        for _ in range(TRIES):
            place = self._places[int(rng.choice(len(self._places), p=self._shares))]
            number = int(rng.integers(len(place)))
            if number % self._step == self._step - 1:
                continue
            clip = place.example(number, rng)
            if not _colour_video(clip):
                continue
            if len(clip) >= frames and rng.random() < fast:
                clip = clip[int(rng.integers(2)) :: 2]
            clip = _some(clip, frames, rng)
            if rng.random() < 0.5:
                clip = clip[:, :, ::-1]
            clip = clip[::-1] if rng.random() < 0.5 else clip
            return np.ascontiguousarray(_painted(clip, rng) if rng.random() < painted else clip)
        raise InvalidInput("the training data has hardly any colour video (T, H, W, 3) of uint8")

    def kept(self, count: int) -> list[Values]:
        """Whole clips that are kept from training, at most so many."""
        made: list[Values] = []
        for place in self._places:
            for number in range(self._step - 1, len(place), self._step):
                clip = place.example(number, np.random.default_rng(number))
                if _colour_video(clip) and len(made) < count:
                    made.append(clip)
        return made


class SketchBatches(Dataset[Tensor]):
    """What each step of a run is trained on: parts of one shape (n, frames, H, W, 3) uint8.

    Fewer than `config.batch` where the next one drawn is of another shape.
    """

    def __init__(self, clips: SketchClips, config: SketchConfig) -> None:
        self._clips, self._config = clips, config

    def __getitem__(self, step: int) -> Tensor:
        """The parts of a step, which depend on the seed and its number alone."""
        config, rng = self._config, np.random.default_rng((self._config.seed, step))
        parts: list[Values] = []
        while len(parts) < config.batch:
            one = self._clips.part(rng, config.frames, config.fast, config.painted)
            if parts and one.shape != parts[0].shape:
                break
            parts.append(one)
        return torch.from_numpy(np.stack(parts))


def _painted(clip: Values, rng: np.random.Generator) -> Values:
    """A clip with other light and other colours."""
    power, gain = rng.uniform(*GAMMA), rng.uniform(*GAIN)
    tint = gain * rng.uniform(*TINT, COLOURS)
    levels = 255 * (np.arange(256)[:, None] / 255) ** power * tint
    table = levels.clip(0, 255).round().astype(np.uint8)
    return np.stack([np.take(table[:, c], clip[..., c]) for c in range(COLOURS)], axis=-1)


def _colour_video(clip: Values) -> bool:
    sound = clip.ndim == AXES + 1 and clip.shape[-1] == COLOURS and clip.dtype == np.uint8
    return sound and min(clip.shape[1:3]) >= LEAST


def _moves(clip: Values) -> bool:
    return _colour_video(clip) and len(clip) > 1


def _some(clip: Values, frames: int, rng: np.random.Generator) -> Values:
    """So many frames of a clip, forth and back where it has fewer, and no more pixels than fit."""
    while len(clip) < frames:
        clip = np.concatenate((clip, clip[::-1]))
    begin = int(rng.integers(len(clip) - frames + 1))
    top, left = (int(rng.integers(max(1, n - SIDE + 1))) for n in clip.shape[1:3])
    return clip[begin : begin + frames, top : top + SIDE, left : left + SIDE]
