"""Motion capture for training, and the linear start of its networks."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from vdsc.errors import InvalidInput
from vdsc.model.frame_decoder import LinearDecoder
from vdsc.model.latent_sde import LatentSDE
from vdsc.model.network_frames import AngleFrames
from vdsc.model.tpp import inverse_softplus
from vdsc.train.sequence_folder import sequences_at

METRES = 0.05644
"""Metres in a unit of the root's place where the settings do not say it."""

DEGREES_PER_METRE = 50.0  # half a degree weighs as much as a centimetre of the root
UNIT = 10.0  # degrees in one network unit


Frames = NDArray[np.float32]


class Motion:
    """Random windows of every training sequence, each as likely as its length, less their pose.

    Where `channels.json` beside them names the channels, each sequence also comes mirrored.
    held: names of sequences that are left out. speeds: the least and the greatest factor at which
    a window is played, one half of the windows as they are.
    Raises InvalidInput for a folder without a sequence as long as a window.
    """

    def __init__(
        self,
        folder: Path,
        window: int,
        pose: Mapping[str, Any] | None = None,
        held: Collection[str] = (),
        speeds: tuple[float, float] = (1.0, 1.0),
    ) -> None:
        self.pose, self.speeds = pose or {}, speeds
        raw = [values for name, values in sequences_at(folder).items() if name not in held]
        if max((len(values) for values in raw), default=0) < window:
            raise InvalidInput(
                f"no .npy file in {folder} is as long as a window of {window} frames"
            )
        self.frames = self.fit_frames(raw, float(self.pose.get("metres", METRES)))
        self.sequences = [self.frames.to_network(values) for values in raw]
        names = folder.parent / "channels.json"
        twins = [mirrored(v, json.loads(names.read_text())) for v in raw if names.exists()]
        self.seen = [*self.sequences, *(self.frames.to_network(values) for values in twins)]
        self.window = window
        lengths = np.array([max(0, len(s) - window + 1) for s in self.seen], float)
        self.chances = lengths / lengths.sum()

    @staticmethod
    def fit_frames(raw: list[NDArray[np.float32]], metres: float = METRES) -> AngleFrames:
        """Offsets: the mean of each channel; scales: 10 degrees, or what weighs as much."""
        width = raw[0].shape[1]
        angles = np.arange(width) >= 3
        scale = np.where(angles, UNIT, UNIT / (DEGREES_PER_METRE * metres)).astype(np.float32)
        start = AngleFrames(angles, np.zeros(width, np.float32), scale)
        smooth = np.concatenate([start.from_network(start.to_network(r)) for r in raw])
        return AngleFrames(angles, smooth.mean(0).astype(np.float32), scale)

    def posed(self, x: NDArray[np.float32]) -> NDArray[np.float32]:
        """A window (T, D) less its ramps, as the encoder of a file takes them off."""
        return without_ramps(x, self.pose.get("ramps", ()), self.pose.get("level", ()))

    def windows(self) -> list[NDArray[np.float32]]:
        """All training sequences in windows, less their pose."""
        places = [(s, at) for s in self.seen for at in range(0, len(s), self.window)]
        return [self.posed(s[at : at + self.window]) for s, at in places]

    def batch(self, rng: np.random.Generator, size: int) -> Tensor:
        """(size, window, D) network units; each window gets a small constant pose offset.

        The offset stands for people whose bones and markers differ from the few seen here.
        """
        which = rng.choice(len(self.seen), size, p=self.chances)
        x = np.stack([self.posed(self._window(self.seen[i], rng)) for i in which])
        moving = x.std(1, keepdims=True) > 1e-4
        x = x + moving * rng.normal(0, 0.2, (size, 1, x.shape[2])).astype(np.float32)
        return torch.from_numpy(x.astype(np.float32))

    def _window(self, values: NDArray[np.float32], rng: np.random.Generator) -> Frames:
        """A window (window, D) from anywhere in a sequence, played at some speed."""
        slow, fast = self.speeds
        if slow == fast or rng.integers(2):
            first = int(rng.integers(0, len(values) - self.window + 1))
            return values[first : first + self.window]
        speed = float(np.exp(rng.uniform(np.log(slow), np.log(fast))))
        speed = min(speed, (len(values) - 1) / (self.window - 1))
        at = rng.uniform(0, len(values) - 1 - speed * (self.window - 1))
        return between(values, at + speed * np.arange(self.window))


def between(values: Frames, at: NDArray[np.floating[Any]]) -> Frames:
    """Frames (T, D) at places `at` (N,) between them, by straight lines: (N, D)."""
    left = np.minimum(at.astype(np.int64), max(0, len(values) - 2))
    share = (at - left).astype(np.float32)[:, None]
    right = np.minimum(left + 1, len(values) - 1)
    mixed: Frames = values[left] * (1 - share) + values[right] * share
    return mixed


def mirrored(values: NDArray[np.float32], names: list[str]) -> NDArray[np.float32]:
    """The motion (T, D) as a mirror shows it: left and right change places, x changes its sign.

    names: joint.Xposition, joint.Zrotation and so on, the left joints called Left... or L... as
    their right twins are called Right... or R.... A rotation keeps its sign about x only.
    """
    sources = [names.index(twin(name, names)) for name in names]
    kept = [name.endswith(("Yposition", "Zposition", "Xrotation")) for name in names]
    return values[:, sources] * np.where(kept, np.float32(1), np.float32(-1))


def without_ramps(
    x: NDArray[np.float32], ramps: Sequence[int], level: Sequence[int]
) -> NDArray[np.float32]:
    """Frames (T, D) less the line from the first to the last one in the channels `ramps`.

    Ends are quarters of a unit, as in a file; in those channels that are `level`, both are at the
    median.
    """
    left, channels = x.copy(), list(ramps)
    ends = x[[0, -1]][:, channels]
    flat = np.isin(channels, list(level))
    ends[:, flat] = np.median(x[:, channels], axis=0)[flat]
    start, end = np.rint(4 * ends) / 4
    left[:, channels] -= start + np.linspace(0, 1, len(x))[:, None] * (end - start)
    return left


def twin(name: str, names: list[str]) -> str:
    """The channel on the other side of the body, or the same one."""
    for left, right in (("Left", "Right"), ("left", "right"), ("L", "R"), ("l", "r")):
        for here, there in ((left, right), (right, left)):
            other = there + name.removeprefix(here)
            if name.startswith(here) and other in names:
                return other
    return name


def start_linear(model: LatentSDE, data: Motion) -> None:
    """Set the linear paths to the principal components of the training data.

    The untrained network then is the linear reference: latents are whitened components, the
    decoder's linear path puts them back, and nu is what an OU process fitted to each would have.
    """
    windows = data.windows()
    frames = np.concatenate(windows).astype(np.float64)
    covariance = np.cov(frames.T)
    variance, axes = np.linalg.eigh(covariance)
    order = np.argsort(variance)[::-1][: model.config.latent]
    axes = axes[:, order]
    scale = np.sqrt(np.maximum(variance[order], 1e-4))
    steps = np.concatenate([np.diff(s @ axes / scale, axis=0) for s in windows])
    nu = np.sqrt(np.maximum((steps**2).mean(0), 1e-6) * model.config.fps)
    decoder, skip = model.decoder, model.encoder.skip
    assert isinstance(decoder, LinearDecoder)
    assert skip is not None
    with torch.no_grad():
        decoder.linear.weight.copy_(torch.from_numpy(axes * scale))
        decoder.linear.bias.copy_(torch.from_numpy(frames.mean(0)))
        skip.weight.copy_(torch.from_numpy((axes / scale).T))
        skip.bias.copy_(torch.from_numpy(-(axes / scale).T @ frames.mean(0)))
        model.posterior.raw_nu.copy_(inverse_softplus(torch.from_numpy(np.maximum(nu * 0.5, 2e-3))))
        model.log_cell.copy_(torch.from_numpy(np.log(0.15 / np.maximum(scale, 0.15))))
        model.posterior.pull.bias.fill_(2.0)
        model.posterior.spread.fill_(-4.0)
