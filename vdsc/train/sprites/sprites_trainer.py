"""Training of the networks of looks, behind the front door.

Held out: the last thousand pictures below `pictures`, to tune on, and all from there on.
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
from numpy.typing import NDArray
from torch import Tensor, nn

from vdsc.core.types import Ints
from vdsc.entropy import frequencies
from vdsc.errors import InvalidInput
from vdsc.model.store import SPRITES
from vdsc.train import state_file
from vdsc.train.checkpoint_folder import write_folder
from vdsc.train.sprites import look_networks
from vdsc.train.sprites.look_batches import Pixels, cut
from vdsc.train.step_report import ReportStep, TrainStep

TUNING = 1000
"""Pictures that are kept from training."""

SAVE_EVERY = 100
HIDDEN = (192, 112, 64)
"""Units of the layers of fine, coarse and smooth."""

RATES = {"fine": 2e-3, "coarse": 3e-3}
_WARM = 200  # steps in which the rate rises


@dataclass(frozen=True, slots=True)
class SpritesConfig:
    """A whole run.

    data: .npz whose `x` has pictures (N, cell, cell) uint8; the first `pictures` are used. fine,
    coarse: steps of each, `batch` pictures a step. hidden: units of fine, coarse and smooth.
    """

    name: str
    domain: str
    data: Path
    pictures: int = 50000
    batch: int = 24
    fine: int = 6000
    coarse: int = 2500
    hidden: tuple[int, int, int] = HIDDEN
    seed: int = 0
    card: dict[str, Any] = field(default_factory=dict)


class SpritesTrainer:
    """One run: the state of its networks in `folder`; see `Trainer`."""

    def __init__(self, config: SpritesConfig, folder: Path, every: Pixels) -> None:
        torch.manual_seed(config.seed)
        self._config, self._state = config, folder / "state.safetensors"
        self._pictures = every[: config.pictures]
        self.networks = look_networks.networks(*config.hidden)
        self._parameters = [p for net in self.networks.values() for p in net.parameters()]
        self._adam = torch.optim.AdamW(self._parameters, weight_decay=1e-3)
        self.step = 0
        if self._state.exists():
            kept = state_file.restore(self._state, self._plain(), self._adam, self._parameters)
            self.step = int(kept["step"])

    @classmethod
    def open(cls, values: dict[str, Any], folder: Path) -> SpritesTrainer:
        """Open a run with the settings of a config file; raises InvalidInput without data."""
        data = Path(os.path.expandvars(values.pop("data")))
        hidden = _three(values.pop("hidden", HIDDEN))
        config = SpritesConfig(data=data, hidden=hidden, **values)
        if not data.is_file():
            raise InvalidInput(f"no training data at {data}; set data=... or its variable")
        every = np.load(data)["x"]
        if every.dtype != np.uint8 or every.ndim != 3 or every.shape[1] != every.shape[2]:
            raise InvalidInput(f"{data}: x must be pictures (N, side, side) uint8")
        return cls(config, folder, every)

    def train(self, report: ReportStep, *, minutes: float | None) -> None:
        """Train the law of all levels, then that of few levels and what draws them."""
        begun = time.monotonic()
        deadline = math.inf if minutes is None else begun + 60 * minutes
        total, first = self._config.fine + self._config.coarse, self.step
        self._state.parent.mkdir(parents=True, exist_ok=True)
        while self.step < total and time.monotonic() < deadline:
            stage = "fine" if self.step < self._config.fine else "coarse"
            loss = self._one(stage)
            self.step += 1
            if self.step % SAVE_EVERY == 0 or self.step == total:
                self._save()
            pace = (time.monotonic() - begun) / (self.step - first)
            left = pace * (total - self.step)
            report(TrainStep(self.step, total, stage, {"nats a pixel": loss}, left))
        self._save()

    def write(self, out: Path) -> None:
        """Write the networks so far, and the sizes of boxes, as a checkpoint."""
        cell = int(self._pictures.shape[1])
        settings = {"name": self._config.name, "kind": SPRITES, "net": {"cell": cell}}
        card = {"domain": self._config.domain, **self._config.card}
        arrays: dict[str, NDArray[Any]] = dict(look_networks.exported(self.networks))
        sizes = box_sizes(self._pictures[:: max(1, len(self._pictures) // 16384)])
        write_folder(out, {**settings, "card": card}, arrays | {"sizes": sizes}, {})

    def compared(self, out: Path) -> str:
        """Bytes of a look of all levels that was kept from training."""
        kept = self._pictures[-TUNING:][:100]
        with torch.no_grad():
            nats = look_networks.fine_loss(self.networks["fine"], list(kept), None)
        pixels = sum(cut(one).size for one in kept) / len(kept)
        return f"{float(nats) * pixels / math.log(256):.1f} bytes a look without loss"

    def _one(self, stage: str) -> float:
        """One step of a stage; its loss."""
        config = self._config
        rng = np.random.default_rng((config.seed, self.step))
        count = max(1, len(self._pictures) - TUNING)
        some = self._pictures[rng.integers(0, count, config.batch)]
        for group in self._adam.param_groups:
            group["lr"] = self._rate(stage)
        self._adam.zero_grad(set_to_none=True)
        loss = self._loss(stage, some, rng)
        loss.backward()
        self._adam.step()
        return float(loss.detach())

    def _loss(self, stage: str, some: Pixels, rng: np.random.Generator) -> Tensor:
        if stage == "fine":
            return look_networks.fine_loss(self.networks["fine"], list(some), rng)
        parts = self.networks["coarse"], self.networks["smooth"]
        return look_networks.coarse_loss(*parts, list(some), rng)

    def _rate(self, stage: str) -> float:
        """The rate of this step: it rises, then falls as a cosine to the end of its stage."""
        fine = stage == "fine"
        at = self.step if fine else self.step - self._config.fine
        share = at / (self._config.fine if fine else self._config.coarse)
        return RATES[stage] * min(1.0, (at + 1) / _WARM) * (1 + math.cos(math.pi * share)) / 2

    def _plain(self) -> dict[str, nn.Module]:
        return dict(self.networks)

    def _save(self) -> None:
        counters = {"step": self.step}
        state_file.save(self._state, self._plain(), self._adam, self._parameters, counters)


def _three(units: Any) -> tuple[int, int, int]:
    fine, coarse, smooth = (int(one) for one in units)
    return fine, coarse, smooth


def box_sizes(pictures: Pixels) -> Ints:
    """Frequencies (cell * cell + 1,) of heights and widths, at several thresholds of ink."""
    cell = pictures.shape[1]
    counts = np.full(cell * cell + 1, 0.02)
    counts[-1] = len(pictures) / 1000
    for threshold in (0, 60, 128):
        for picture in pictures:
            ink = picture * (picture > threshold)
            if ink.any():
                tall, wide = cut(ink).shape
                counts[(tall - 1) * cell + wide - 1] += 1
    below = np.cumsum(counts)[:-1] / counts.sum()
    row: Ints = frequencies.share((below * (1 << 30)).astype(np.int64)[None])[0]
    return row.astype(np.int32).astype(np.int64)
