"""Training of a coordinate network on photographs, behind the front door."""

from __future__ import annotations

import math
import os
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch

from vdsc.errors import InvalidInput
from vdsc.model.store import IMPLICIT
from vdsc.train import state_file
from vdsc.train.checkpoint_folder import write_folder
from vdsc.train.implicit.frozen_tiles import LatentLaw, frozen
from vdsc.train.implicit.tile_crops import SIDE, analysed, crops, shaded
from vdsc.train.implicit.tile_network import TileNetwork, TileSizes, loss_of
from vdsc.train.step_report import ReportStep, TrainStep

POINTS, LAW = 256, 3000
"""Points of a tile at a step; tiles that the law of the latents is fitted to."""

SAVE_EVERY = 500
_WARM = 300  # steps in which the rate rises
_LOUDEST = 90.0  # levels of spread beyond which a tile is no likelier to be taken
_CALMEST = 12.0


@dataclass(frozen=True, slots=True)
class ImplicitConfig:
    """A whole run.

    data: a folder of .png photographs. held: names of those that are kept from training. steps:
    of `batch` tiles each. rate: of Adam. sizes: see `TileSizes`.
    """

    name: str
    domain: str
    data: Path
    held: tuple[str, ...] = ()
    steps: int = 15000
    batch: int = 64
    rate: float = 2e-3
    seed: int = 0
    sizes: TileSizes = field(default_factory=TileSizes)
    card: dict[str, Any] = field(default_factory=dict)


class ImplicitTrainer:
    """One run: the state of its network in `folder`; see `Trainer`."""

    def __init__(self, config: ImplicitConfig, folder: Path) -> None:
        torch.manual_seed(config.seed)
        self._config, self._state = config, folder / "state.safetensors"
        tiles, names = crops(config.data, config.seed + 1)
        held = np.isin(names, config.held)
        self._tiles, self._held = tiles[~held], tiles[held]
        if not len(self._tiles):
            raise InvalidInput(f"all photographs of {config.data} are held out; leave some")
        self._seen = analysed(self._tiles)
        self.network = TileNetwork(config.sizes)
        self.network.begin_with(self._seen)
        self._parameters = list(self.network.parameters())
        self._adam = torch.optim.Adam(self._parameters, betas=(0.9, 0.99))
        spread = np.clip(
            self._tiles.reshape(len(self._tiles), -1)[:, ::7].std(1), _CALMEST, _LOUDEST
        )
        self._odds = np.cumsum(spread / spread.sum())
        self.step = 0
        if self._state.exists():
            networks = {"network": self.network}
            kept = state_file.restore(self._state, networks, self._adam, self._parameters)
            self.step = int(kept["step"])

    @classmethod
    def open(cls, values: dict[str, Any], folder: Path) -> ImplicitTrainer:
        """Open a run with the settings of a config file; raises InvalidInput without data."""
        data = Path(os.path.expandvars(values.pop("data")))
        sizes, held = TileSizes(**values.pop("sizes", {})), tuple(values.pop("held", ()))
        return cls(ImplicitConfig(data=data, sizes=sizes, held=held, **values), folder)

    def train(self, report: ReportStep, *, minutes: float | None) -> None:
        """Train the network and its analysis together."""
        begun, first, total = time.monotonic(), self.step, self._config.steps
        deadline = math.inf if minutes is None else begun + 60 * minutes
        self._state.parent.mkdir(parents=True, exist_ok=True)
        while self.step < total and time.monotonic() < deadline:
            loss = self._one()
            self.step += 1
            if self.step % SAVE_EVERY == 0:
                self._save()
            pace = (time.monotonic() - begun) / (self.step - first)
            terms, left = {"loss": loss}, pace * (total - self.step)
            report(TrainStep(self.step, total, "tiles", terms, left))
        self._save()

    def write(self, out: Path) -> None:
        """Write the network so far as a checkpoint."""
        config = self._config
        some = np.random.default_rng(config.seed).permutation(len(self._tiles))[:LAW]
        arrays = frozen(self.network, LatentLaw.of(self.network, self._tiles[some]))
        settings = {"name": config.name, "kind": IMPLICIT, "net": {"side": SIDE}}
        card = {"domain": config.domain, **config.card}
        write_folder(out, {**settings, "card": card}, arrays, {})

    def compared(self, out: Path) -> str:
        """The loss of tiles that were kept from training."""
        if not len(self._held):
            return ""
        kept = self._held[:: max(1, len(self._held) // 256)]
        torch.manual_seed(0)
        with torch.no_grad():
            wanted = torch.from_numpy(shaded(kept))
            points = torch.arange(wanted.shape[1])
            loss = loss_of(self.network, torch.from_numpy(analysed(kept)), wanted, points)
        return f"loss {float(loss):.4f} on tiles of photographs that were held out"

    def _one(self) -> float:
        """One step; its loss."""
        config = self._config
        rng = np.random.default_rng((config.seed, self.step))
        torch.manual_seed(config.seed + self.step)
        chosen = np.searchsorted(self._odds[:-1], rng.random(config.batch))
        points = torch.from_numpy(rng.choice(SIDE * SIDE, POINTS, replace=False))
        wanted = torch.from_numpy(shaded(self._tiles[chosen]))[:, points]
        share = self.step / config.steps
        for group in self._adam.param_groups:
            fall = (1 + math.cos(math.pi * share)) / 2 + 0.01
            group["lr"] = config.rate * min(1.0, (self.step + 1) / _WARM) * fall
        self._adam.zero_grad(set_to_none=True)
        loss = loss_of(self.network, torch.from_numpy(self._seen[chosen]), wanted, points)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self._parameters, 1.0)
        self._adam.step()
        return float(loss.detach())

    def _save(self) -> None:
        networks, counters = {"network": self.network}, {"step": self.step}
        state_file.save(self._state, networks, self._adam, self._parameters, counters)
