"""Training of the observation networks of lossless video, behind the front door.

clips --sample--> pixels on disk --train, one network a pass--> integer weights --write--> folder

Held out: maze clips 100-105, minetest clips 29-34, digits 50000-.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vdsc.codecs.lossless.video.passes import PASSES
from vdsc.model.store import VIDEO
from vdsc.train.checkpoint_folder import write_folder
from vdsc.train.step_report import ReportStep, TrainStep
from vdsc.train.video import pixel_samples, training_clips, video_config
from vdsc.train.video import train_network as fit
from vdsc.train.video.float_network import FloatNetwork, exported
from vdsc.train.video.video_config import VideoConfig

SETS = {
    "related": ["maze", "minetest", "footage", "photo", "gif"],
    "palette": ["gif"],
    "layers": ["digits"],
}
"""The sets of clips that the networks of each family are trained on."""

SHARES = [0.5, 0.5, 0.3, 0.16, 0.08]
"""Of each pass, how many of the pixels become samples."""
SHARE_OF_DIGITS = 0.8

HOURS = {"related": 0.6, "palette": 0.25, "layers": 0.15}
"""The share of the time that each family gets; each of its passes gets a share of `TIMES`."""
TIMES = [0.1, 0.1, 0.17, 0.25, 0.38]

RATE = 2e-3
SAMPLED = "sampled"
"""A file that says that all samples are on disk."""


@dataclass
class VideoTrainer:
    """A run: samples and the state of each network in `folder`, and the weights made so far."""

    config: VideoConfig
    folder: Path
    arrays: dict[str, NDArray[np.int32]] = field(default_factory=dict)

    @classmethod
    def open(cls, values: dict[str, Any], folder: Path) -> VideoTrainer:
        """Open a run with the settings of a config file; see `Trainer`."""
        return cls(video_config.build(values), folder)

    def train(self, report: ReportStep, *, minutes: float | None) -> None:
        """Sample where that is not done, which no deadline interrupts; then train each family."""
        deadline = math.inf if minutes is None else time.monotonic() + 60 * minutes
        self.folder.mkdir(parents=True, exist_ok=True)
        progress = VideoProgress(report, self.config.hours * 3600)
        if not (self.folder / SAMPLED).exists():
            self._sample(progress)
        related: list[FloatNetwork] = []
        for family, share in HOURS.items():
            teachers = related if family == "palette" else []
            networks = self._train_family(family, share, teachers, progress, deadline)
            related = related or networks

    def write(self, out: Path) -> None:
        """Write the weights as a checkpoint."""
        card = {"domain": self.config.domain, **self.config.card}
        settings = {"name": self.config.name, "kind": VIDEO, "card": card}
        write_folder(out, settings, self.arrays, {})

    def compared(self, out: Path) -> str:
        """Nothing: files of these networks are without loss."""
        return ""

    def _sample(self, progress: VideoProgress) -> None:
        """Write the samples of every set: `<set>_<pass>_<field>.npy`."""
        rng = np.random.default_rng(self.config.seed)
        for name, made in training_clips.clips(self.config.data, rng).items():
            progress.say(f"samples of {name}", {})
            shares = [SHARE_OF_DIGITS] * PASSES if name == "digits" else SHARES
            passes: list[list[pixel_samples.PixelSample]] = [[] for _ in range(PASSES)]
            for clip in made:
                for number, new in enumerate(pixel_samples.of_clip(clip, shares, rng)):
                    passes[number] += new
            for number, kept in enumerate(passes):
                for part in fit.FIELDS:
                    joined = np.concatenate([sample[part] for sample in kept])
                    np.save(self.folder / f"{name}_{number}_{part}.npy", joined)
        (self.folder / SAMPLED).touch()

    def _train_family(
        self,
        family: str,
        share: float,
        teachers: list[FloatNetwork],
        progress: VideoProgress,
        deadline: float,
    ) -> list[FloatNetwork]:
        """Train the networks of one family, the last pass first, and round their weights.

        Each starts from its teacher, at half the rate, or else from the network of the pass after
        it where that sees as much.
        """
        networks: list[FloatNetwork] = []
        for number in reversed(range(PASSES)):
            data = fit.load(self.folder, SETS[family], number)
            network = fit.new(data, related=family == "related")
            if start := _start(network, teachers[number : number + 1] or networks[:1]):
                network.learn_from(start)
            seconds = self.config.hours * 3600 * share * TIMES[number]
            roots = fit.train(
                network, data, self.folder / f"{family}_{number}.safetensors",
                seconds=seconds,
                rate=RATE / 2 if teachers else RATE,
                seed=self.config.seed,
                deadline=deadline,
                report=partial(progress.step, f"{family} {number}"),
            )  # fmt: skip
            progress.finish(seconds)
            for name, array in exported(network, roots).items():
                self.arrays[f"{family}.{number}.{name}"] = array
            networks.insert(0, network)
        return networks


def _start(network: FloatNetwork, others: list[FloatNetwork]) -> FloatNetwork | None:
    """The one of at most one other network that sees as much, for as many channels."""
    return next((one for one in others if _seen(one) == _seen(network)), None)


def _seen(network: FloatNetwork) -> tuple[object, ...]:
    """Features, what the last head is told of experts, and channels."""
    first, last = next(network.trunk.parameters()), list(network.out.parameters())[-1]
    return first.shape, len(last) - 3 * network.bumps[-1], len(network.bumps)


@dataclass
class VideoProgress:
    """Counts the seconds of all networks of a run and reports them."""

    report: ReportStep
    seconds: float
    before: float = 0.0
    done: float = 0.0

    def say(self, stage: str, terms: dict[str, float], spent: float = 0.0) -> None:
        """Report a stage, `spent` seconds after the networks before it: never less than before."""
        self.done = max(self.done, min(self.seconds, self.before + spent))
        left = self.seconds - self.done
        step, steps = math.floor(self.done), math.ceil(self.seconds)
        self.report(TrainStep(step, steps, stage, terms, left, unit=" s"))

    def step(self, stage: str, spent: float, bits: float) -> None:
        """Report a step of a network."""
        self.say(stage, {"bits": bits}, spent)

    def finish(self, seconds: float) -> None:
        """Count a network whose share of the time was `seconds` as done."""
        self.before += seconds
