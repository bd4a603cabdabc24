"""Training of the networks of solids, behind the front door.

solids made up --sample--> bits on disk --train, one network after another--> integer weights
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from vdsc.model.store import SOLIDS
from vdsc.train import state_file
from vdsc.train.checkpoint_folder import write_folder
from vdsc.train.solids import made_up, voxel_networks, voxel_samples
from vdsc.train.step_report import ReportStep, TrainStep

SAVE_EVERY = 500
SMALL_EVERY = 50
RATE = 8e-3
_WARM = 0.05  # the share of a network's steps in which its rate rises
SAMPLED = "sampled"
"""A file that says that all samples are on disk."""

TUNING = 8192
"""Samples of each network that are kept from training."""

WIDTHS = {"alone": (128, 32), "beside": (64, 32), "finer": (96, 32)}
STEPS = {"alone": 36000, "beside": 12000, "finer": 6000}


@dataclass(frozen=True, slots=True)
class SolidsConfig:
    """A whole run.

    solids: how many are made up, of side^3 voxels. batch: samples a step. steps, widths: of each
    network.
    """

    name: str
    domain: str
    solids: int = 1000
    side: int = 64
    batch: int = 2048
    steps: dict[str, int] = field(default_factory=lambda: dict(STEPS))
    widths: dict[str, tuple[int, int]] = field(default_factory=lambda: dict(WIDTHS))
    seed: int = 0
    card: dict[str, Any] = field(default_factory=dict)


class SolidsTrainer:
    """One run: samples and the state of its networks in `folder`; see `Trainer`."""

    def __init__(self, config: SolidsConfig, folder: Path) -> None:
        torch.manual_seed(config.seed)
        self._config, self._folder = config, folder
        self._state = folder / "state.safetensors"
        self.networks = voxel_networks.networks(config.widths)
        self._parameters = [p for net in self.networks.values() for p in net.parameters()]
        self._adam = torch.optim.Adam(self._parameters)
        self.step = 0
        if self._state.exists():
            kept = state_file.restore(self._state, self.networks, self._adam, self._parameters)
            self.step = int(kept["step"])

    @classmethod
    def open(cls, values: dict[str, Any], folder: Path) -> SolidsTrainer:
        """Open a run with the settings of a config file; raises LookupError, TypeError."""
        steps = {name: int(values.get("steps", STEPS)[name]) for name in STEPS}
        widths = {name: _two(values.get("widths", WIDTHS)[name]) for name in WIDTHS}
        return cls(SolidsConfig(**{**values, "steps": steps, "widths": widths}), folder)

    def train(self, report: ReportStep, *, minutes: float | None) -> None:
        """Make solids and their samples, which no deadline interrupts; then train each network."""
        begun = time.monotonic()
        deadline = math.inf if minutes is None else begun + 60 * minutes
        self._folder.mkdir(parents=True, exist_ok=True)
        if not (self._folder / SAMPLED).exists():
            self._sample()
        total, first, begun = sum(self._config.steps.values()), self.step, time.monotonic()
        for name, at, inputs, answers in self._stages():
            if time.monotonic() >= deadline:
                break
            loss = self._one(name, at, inputs, answers)
            self.step += 1
            if self.step % SAVE_EVERY == 0 or self.step == total:
                self._save()
            pace = (time.monotonic() - begun) / (self.step - first)
            left = pace * (total - self.step)
            report(TrainStep(self.step, total, name, {"nats a voxel": loss}, left))
        self._save()

    def write(self, out: Path) -> None:
        """Write the networks so far, and how rare surprises are, as a checkpoint."""
        settings = {"name": self._config.name, "kind": SOLIDS}
        card = {"domain": self._config.domain, **self._config.card}
        arrays: dict[str, NDArray[Any]] = dict(voxel_networks.exported(self.networks))
        for name in ("alone", "beside"):
            arrays[f"{name}.rare"] = voxel_networks.rare(self._load(name, "counts"))
        write_folder(out, {**settings, "card": card}, arrays, {})

    def compared(self, out: Path) -> str:
        """Bits of a voxel at the surface that was kept from training."""
        with torch.no_grad():
            inputs, answers = (self._load("alone", part)[:TUNING] for part in _FIELDS)
            nats = voxel_networks.loss_of(self.networks["alone"], "alone", inputs, answers)
        return f"{float(nats) / math.log(2):.4f} bits a voxel near a surface, without a mirror"

    def _sample(self) -> None:
        """Write the samples of all networks: `<network>_<field>.npy`."""
        rng = np.random.default_rng(self._config.seed)
        found: dict[str, list[voxel_samples.VoxelSamples]] = {name: [] for name in STEPS}
        for _ in range(self._config.solids):
            made = made_up.solid(rng, self._config.side)
            for name, samples in voxel_samples.of_solid(made, rng).items():
                found[name] += samples
        for name, parts in found.items():
            for key in _FIELDS:
                joined = np.concatenate([getattr(one, key) for one in parts])
                np.save(self._folder / f"{name}_{key}.npy", joined)
            counts = np.sum([one.counts for one in parts], axis=0)
            np.save(self._folder / f"{name}_counts.npy", counts)
        (self._folder / SAMPLED).touch()

    def _load(self, name: str, key: str) -> Any:
        return np.asarray(np.load(self._folder / f"{name}_{key}.npy"))

    def _stages(self) -> Iterator[tuple[str, float, Any, Any]]:
        """Each step that is left: the network, the share of its steps done, all its samples."""
        first = 0
        for name, steps in self._config.steps.items():
            if self.step < first + steps:
                inputs, answers = (self._load(name, key) for key in _FIELDS)
                for step in range(self.step - first, steps):
                    yield name, step / steps, inputs, answers
            first += steps

    def _one(self, name: str, at: float, inputs: Any, answers: Any) -> float:
        """One step of a network; its loss."""
        rng = np.random.default_rng((self._config.seed, self.step))
        some = rng.integers(min(TUNING, len(inputs) // 2), len(inputs), self._config.batch)
        for group in self._adam.param_groups:
            group["lr"] = RATE * min(at / _WARM + 0.01, (1 + math.cos(math.pi * at)) / 2)
        self._adam.zero_grad(set_to_none=True)
        loss = voxel_networks.loss_of(self.networks[name], name, inputs[some], answers[some])
        loss.backward()
        self._adam.step()
        if self.step % SMALL_EVERY == 0:
            voxel_networks.keep_small(self.networks[name])
        return float(loss.detach())

    def _save(self) -> None:
        counters = {"step": self.step}
        state_file.save(self._state, self.networks, self._adam, self._parameters, counters)


_FIELDS = ("inputs", "answers")


def _two(units: Any) -> tuple[int, int]:
    first, second = (int(one) for one in units)
    return first, second
