"""Training of the context network of fields, behind the front door.

A run has rounds. In each one all examples are coded anew at random qualities, the first time by
rounding, then with the network so far; then the network learns what their latents cost.
"""

from __future__ import annotations

import math
import os
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch

from vdsc.codecs.field.context_network import ContextNetwork
from vdsc.codecs.field.field_checkpoints import LAYERS
from vdsc.codecs.field.surroundings import INPUTS
from vdsc.core.threads import one_thread
from vdsc.core.types import Floats
from vdsc.errors import InvalidInput
from vdsc.model import field_network
from vdsc.model.store import FIELD
from vdsc.train import state_file
from vdsc.train.checkpoint_folder import write_folder
from vdsc.train.field.field_examples import FieldExamples
from vdsc.train.field.field_lessons import Lessons, learned_once
from vdsc.train.field.integer_layers import integers
from vdsc.train.field.rung_training import Coded, RungConfig, RungTraining
from vdsc.train.step_report import ReportStep, TrainStep

SAVE_EVERY = 250
_WARM = 100
_LEAST = 0.003


@dataclass(frozen=True, slots=True)
class FieldConfig:
    """A whole run.

    data: folders or files. blocks: samples of a block along each axis of a field. pixels: whether
    values are uint8. hidden: units of both layers. rounds, steps: of Adam, in each round. samples:
    latents of a round. rows: from which to which entry of the first axis of arrays training goes,
    [] for all. qualities: least and highest. examples: how many a round codes, each as often as
    any; 0 for each once. rungs: see there.
    """

    name: str
    domain: str
    data: tuple[str, ...]
    blocks: tuple[int, ...]
    pixels: bool = True
    hidden: tuple[int, int] = (48, 32)
    rounds: int = 3
    steps: int = 3000
    batch: int = 1 << 14
    rate: float = 8e-3
    samples: int = 6_000_000
    qualities: tuple[int, int] = (10, 65)
    rows: tuple[int, ...] = ()
    examples: int = 0
    seed: int = 0
    rungs: RungConfig = field(default_factory=RungConfig)
    card: dict[str, Any] = field(default_factory=dict)


class FieldTrainer:
    """One run: the state of its network in `folder`; see `Trainer`."""

    def __init__(self, config: FieldConfig, folder: Path, examples: FieldExamples) -> None:
        torch.manual_seed(config.seed)
        self._config, self._examples = config, examples
        self._state = folder / "state.safetensors"
        self._net = field_network.network(INPUTS, config.hidden)
        self._before = field_network.network(INPUTS, config.hidden)
        self._parameters = list(self._net.parameters())
        self._adam = torch.optim.Adam(self._parameters, lr=config.rate)
        self._lessons: Lessons | None = None
        path = folder / "rungs.safetensors"
        self._rungs = RungTraining(config.rungs, path, config.hidden, config.seed)
        self.step = 0
        if self._state.exists():
            kept = state_file.restore(self._state, self._both(), self._adam, self._parameters)
            self.step = int(kept["step"])

    @classmethod
    def open(cls, values: dict[str, Any], folder: Path) -> FieldTrainer:
        """Open a run with the settings of a config file; raises InvalidInput without data."""
        values = {k: tuple(v) if isinstance(v, list) else v for k, v in values.items()}
        values["rungs"] = RungConfig(**values.get("rungs", {}))
        config = FieldConfig(**values)
        places = [Path(os.path.expandvars(place)) for place in config.data]
        for place in places:
            if not place.exists():
                raise InvalidInput(f"no training data at {place}; set data=[...] or its variable")
        examples = FieldExamples(places, len(config.blocks), config.rows, pixels=config.pixels)
        return cls(config, folder, examples)

    def train(self, report: ReportStep, *, minutes: float | None) -> None:
        """Train round after round, then the network for rungs."""
        deadline = math.inf if minutes is None else time.monotonic() + 60 * minutes
        self._train_context(report, deadline)
        if self._config.rungs.rounds and time.monotonic() < deadline:
            self._train_rungs(report, deadline)

    def _train_context(self, report: ReportStep, deadline: float) -> None:
        config = self._config
        total, stepping, stepped, coding = config.rounds * config.steps, 0.0, 0, 0.0
        self._state.parent.mkdir(parents=True, exist_ok=True)
        while self.step < total and time.monotonic() < deadline:
            since = time.monotonic()
            if self._lessons is None or self.step % config.steps == 0:
                self._begin_round(report, deadline)
                if self._lessons is None:
                    break
                since, coding = time.monotonic(), time.monotonic() - since
            loss = self._one(self._lessons)
            self.step += 1
            if self.step % SAVE_EVERY == 0 or self.step == total:
                self._save()
            stepping, stepped = stepping + time.monotonic() - since, stepped + 1
            rounds = (total - self.step) // config.steps
            left = stepping / stepped * (total - self.step) + coding * rounds
            stage = f"round {(self.step - 1) // config.steps + 1}"
            report(TrainStep(self.step, total, stage, {"bits a latent": loss}, left))
        self._save()

    def write(self, out: Path) -> None:
        """Write the network so far, in integers, as a checkpoint."""
        config = self._config
        net = {"blocks": list(config.blocks), "pixels": config.pixels}
        card = {"domain": config.domain, **config.card}
        settings = {"name": config.name, "kind": FIELD, "net": net, "card": card}
        layers = integers(field_network.layers_of(self._net))
        tensors = dict(zip(LAYERS, layers, strict=True)) | self._rungs.tensors()
        write_folder(out, settings, tensors, {})

    def compared(self, out: Path) -> str:
        """Nothing: its files are compared with those of other codecs by the benchmark."""
        return ""

    def _begin_round(self, report: ReportStep, deadline: float) -> None:
        config = self._config
        number, inside = divmod(self.step, config.steps)
        if not inside:
            self._before.load_state_dict(self._net.state_dict())
        known = _as_network(field_network.layers_of(self._before)) if number else None
        self._lessons = None
        made, begun = Lessons(), time.monotonic()
        count = config.examples or len(self._examples)
        order = np.random.default_rng((config.seed, number)).permutation(len(self._examples))
        with one_thread():
            for i in range(count):
                rng = np.random.default_rng((config.seed, number, i))
                quality = int(rng.integers(config.qualities[0], config.qualities[1] + 1))
                values = self._examples.example(int(order[i % len(order)]), rng)
                most = config.samples // count
                made.add(values, config.blocks, quality, known, most, rng)
                left = (time.monotonic() - begun) / (i + 1) * (count - i - 1)
                stage, terms = f"round {number + 1}: coding", {"examples": float(i + 1)}
                total = config.rounds * config.steps
                report(TrainStep(self.step, total, stage, terms, left))
                if time.monotonic() > deadline:
                    return
        made.close()
        self._lessons = made

    def _train_rungs(self, report: ReportStep, deadline: float) -> None:
        known, config = _as_network(field_network.layers_of(self._net)), self._config
        asked, begun, since = config.rungs, time.monotonic(), self._rungs.step
        count, total = asked.examples or len(self._examples), asked.rounds * asked.steps

        def examples(number: int) -> Coded:
            seed = (config.seed, config.rounds, number, 1)
            order = np.random.default_rng(seed).permutation(len(self._examples))
            coding = time.monotonic()
            for i in range(count):
                rng = np.random.default_rng((*seed, i))
                quality = int(rng.integers(config.qualities[0], config.qualities[1] + 1))
                yield self._examples.example(int(order[i % len(order)]), rng), quality, rng
                left = (time.monotonic() - coding) / (i + 1) * (count - i - 1)
                stage, terms = f"rungs, round {number + 1}: coding", {"examples": i + 1.0}
                report(TrainStep(self._rungs.step, total, stage, terms, left))

        def heard(step: int, bits: float) -> bool:
            left = (time.monotonic() - begun) / max(1, step - since) * (total - step)
            report(TrainStep(step, total, "rungs", {"bits a latent": bits}, left))
            return time.monotonic() < deadline

        def rate(step: int) -> float:
            return self._rate(step, asked.steps)

        self._rungs.begin(known)
        self._rungs.train(known, config.blocks, examples, rate, config.batch, heard)

    def _one(self, lessons: Lessons) -> float:
        rng, rate = np.random.default_rng((self._config.seed, self.step)), self._rate(self.step)
        return learned_once(self._net, self._adam, lessons, self._config.batch, rate, rng)

    def _rate(self, step: int, steps: int = 0) -> float:
        """The rate of a step: it rises, then falls as a cosine to the end of its round."""
        steps = steps or self._config.steps
        inside = step % steps
        falling = (1 + math.cos(math.pi * inside / steps)) / 2 + _LEAST
        return self._config.rate * min(1.0, (inside + 1) / _WARM) * falling

    def _both(self) -> dict[str, torch.nn.Module]:
        return {"net": self._net, "before": self._before}

    def _save(self) -> None:
        counters = {"step": self.step}
        state_file.save(self._state, self._both(), self._adam, self._parameters, counters)


def _as_network(layers: list[Floats]) -> ContextNetwork:
    first, second, third = (layer.astype(np.float64) for layer in integers(layers))
    return ContextNetwork((first, second, third))
