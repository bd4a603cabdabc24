"""A folder's sequences as the training loop takes them; see `training_domains.TrainingDomain`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from vdsc.codecs.knots import cuts
from vdsc.codecs.knots.params import KnotParams
from vdsc.codecs.knots.pose import Rig
from vdsc.codecs.knots.posing import Poser
from vdsc.core.types import Floats, Values
from vdsc.errors import InvalidInput
from vdsc.model.latent_sde import LatentSDE
from vdsc.train.folder import bases
from vdsc.train.folder.basis_choice import some
from vdsc.train.folder.scales import Scales
from vdsc.train.train_config import Stage
from vdsc.twin.channel_decoder import exponents

Seen = NDArray[np.float32]
"""What the networks see of a stretch of frames, (T, C) in their units."""

TABLED = 6000
"""Frames, about, on which the tables are fitted."""


def posed(clips: Sequence[Values], scales: Scales, fps: float, chunk: int) -> list[Seen]:
    """What the networks see of clips (T, C) of raw values, cut where sequences begin anew."""
    return [part for clip in clips for part in _posed(clip, scales, fps, chunk)]


def _posed(clip: Values, scales: Scales, fps: float, chunk: int) -> list[Seen]:
    frames, pose = scales.frames, scales.pose
    params = KnotParams(1, ramps=sum(1 << c for c in pose["ramps"]))
    rig = Rig.of(frames, params, exponents(np.asarray(frames["scale"], np.float32)))
    assert rig is not None
    poser = Poser(frames, rig, tuple(pose["level"]))
    parts: list[list[Seen]] = []

    def read(begin: int, end: int) -> Values:
        return clip[begin:end]

    for (begin, end), fresh in cuts.parts(read, len(clip), chunk, frames):
        seen = poser.take(clip[begin:end], np.arange(begin, end) / fps, fresh=fresh).x
        if fresh:
            parts.append([seen])
        else:
            parts[-1].append(seen[1:])
    return [np.concatenate(part) for part in parts]


class FolderDomain:
    """Random windows of the sequences, each as likely as its length; starts as a linear codec."""

    def __init__(self, clips: Sequence[Seen], scales: Scales, axes: Floats, window: int) -> None:
        self.clips, self.scales, self.axes = list(clips), scales, axes
        lengths = np.array([max(0, len(clip) - window + 1) for clip in clips], float)
        self.chances, self.window = lengths / lengths.sum(), window

    def prepare(self, model: LatentSDE) -> nn.Module:
        """Linear start; no throw-away networks."""
        bases.start(model, self.clips, self.axes)
        return nn.Identity()

    def batch(self, rng: np.random.Generator, size: int, window: int | None) -> Tensor:
        """(size, window, C) network units."""
        which = rng.choice(len(self.clips), size, p=self.chances)
        starts = [rng.integers(0, len(self.clips[i]) - self.window + 1) for i in which]
        picked = [self.clips[i][a : a + self.window] for i, a in zip(which, starts, strict=True)]
        return torch.from_numpy(np.stack(picked)[:, :window])

    def warm(
        self, model: LatentSDE, extra: nn.Module, stage: Stage, at: int, rng: np.random.Generator
    ) -> tuple[Tensor, dict[str, float]]:
        """A folder's model has no warm stage."""
        raise InvalidInput("a folder's model starts as a linear codec: drop the warm stage")

    def frames(self) -> dict[str, Any]:
        """Kinds, offsets and scales of the channels."""
        return self.scales.frames

    def sequences(self) -> list[Seen]:
        """Some sequences, evenly taken from all."""
        return some(self.clips, TABLED)

    def unseen(self) -> tuple[str, list[NDArray[Any]]]:
        """Nothing: whoever opened the folder has the sequences that were kept."""
        return "", []
