"""Training of bits-back behind the front door: stages, steps, a state on disk, a checkpoint."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from vdsc.errors import InvalidInput
from vdsc.model.latent_sde import LatentSDE
from vdsc.model.store import Checkpoint
from vdsc.train import digits, state_file
from vdsc.train.bitsback import bitsback_config, lossless_objective, training_pool
from vdsc.train.bitsback.bitsback_config import BitsbackConfig, BitsbackStage
from vdsc.train.bitsback.training_pool import ClipPool
from vdsc.train.loop import schedule
from vdsc.train.step_report import ReportStep, TrainStep

BIT = float(np.log(2))
LAW_PACE = 4.0  # it starts from nothing


class BitsbackTrainer:
    """One run: networks, optimiser, and how far it got; see `Trainer`."""

    def __init__(self, config: BitsbackConfig, pool: ClipPool, folder: Path) -> None:
        self.config, self.pool, self.folder = config, pool, folder
        torch.manual_seed(config.seed)
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self.model, self.step = LatentSDE(config.net), 0
        if config.net.decoder == "sprites":
            digits.start_still(self.model)
        if config.start:
            take_over(self.model, Path(config.start))
        self.model.to(self.device)
        self.params = list(self.model.parameters())
        self.optimiser = torch.optim.Adam(groups(self.model), lr=1e-3)
        folder.mkdir(parents=True, exist_ok=True)
        if self.state_path.exists():
            found = state_file.restore(
                self.state_path, {"model": self.model}, self.optimiser, self.params
            )
            self.step = int(found["step"])

    @classmethod
    def open(cls, values: dict[str, Any], folder: Path) -> BitsbackTrainer:
        """Open a run with the settings of a config file; see `Trainer`."""
        config = bitsback_config.build(values)
        return cls(config, training_pool.build(config.domain, config.data, config.clips), folder)

    @property
    def state_path(self) -> Path:
        """Where the state is kept."""
        return self.folder / "state.safetensors"

    def train(self, report: ReportStep, *, minutes: float | None) -> None:
        """Take the steps of all stages that are left, or those of the minutes."""
        began, first = time.monotonic(), self.step
        while self.step < self.config.steps:
            stage, at = self._stage()
            terms = self._advance(stage, at)
            spent = time.monotonic() - began
            left = spent / (self.step - first) * (self.config.steps - self.step)
            report(TrainStep(self.step, self.config.steps, stage.kind, terms, left))
            late = minutes is not None and spent > 60 * minutes
            if late or self.step % self.config.save_every == 0 or self.step == self.config.steps:
                self.save()
            if late:
                return

    def save(self) -> None:
        """Write the state."""
        state_file.save(
            self.state_path, {"model": self.model}, self.optimiser, self.params, {"step": self.step}
        )

    def write(self, out: Path) -> None:
        """Fit the prior of the knots and write the checkpoint."""
        from vdsc.train.bitsback.bitsback_folder import export

        export(self.model.cpu().eval(), self.pool, self.config, out)

    def compared(self, out: Path) -> str:
        """Nothing: files of these networks are without loss."""
        return ""

    def _stage(self) -> tuple[BitsbackStage, int]:
        """The current stage and the step within it."""
        left = self.step
        for stage in self.config.stages:
            if left < stage.steps:
                break
            left -= stage.steps
        return stage, left

    def _advance(self, stage: BitsbackStage, at: int) -> dict[str, float]:
        """Take one step; returns its terms in bits, by pixel or by frame."""
        rng = np.random.default_rng([self.config.seed, self.step])
        pace = {"networks": 1.0, "scales": stage.scale_pace, "process": stage.process_pace}
        pace["law"] = LAW_PACE
        for group in self.optimiser.param_groups:
            group["lr"] = stage.lr * pace[group["kind"]] * schedule(at, stage.steps)
        self.optimiser.zero_grad(set_to_none=True)
        found = self._terms(stage, rng)
        values = stage.window * int(np.prod(self.config.net.frame))
        (found.loss / values).backward()
        torch.nn.utils.clip_grad_norm_(self.params, 1.0)
        self.optimiser.step()
        self.step += 1
        frames = stage.window * BIT
        return {
            "bits a value": float(found.observations.mean()) / values / BIT,
            "values": float(found.values.mean()) / frames,
            "times": float(found.times.mean()) / frames,
            "knots": float(found.knots.mean()),
        }

    def _terms(
        self, stage: BitsbackStage, rng: np.random.Generator
    ) -> lossless_objective.LosslessTerms:
        """The objective on some windows of training clips."""
        numbers = rng.integers(0, self.pool.count, stage.batch)
        whole = [self.pool.clip(int(number)) for number in numbers]
        begin = int(rng.integers(len(whole[0]) - stage.window + 1))
        some = slice(begin, begin + stage.window)
        clips = np.stack([clip[some] for clip in whole])
        pick = np.sort(rng.permutation(stage.window)[: stage.frames])
        return lossless_objective.terms(
            self.model,
            self._features(stage, numbers, clips, some),
            training_pool.seen(clips[:, pick]).to(self.device),
            torch.from_numpy(pick).to(self.device),
            grids=stage.grids,
            density=None if stage.kind == "full" else float(rng.random()),
            generator=torch.Generator().manual_seed(int(rng.integers(2**31))),
            bf16=self.config.bf16,
        )

    def _features(
        self,
        stage: BitsbackStage,
        numbers: NDArray[np.int64],
        clips: NDArray[np.uint8],
        some: slice,
    ) -> Tensor:
        """Features (B, T, F) of some frames of clips, or those that are kept of them."""
        if not stage.kept:
            x = training_pool.seen(clips).to(self.device)
            with torch.autocast(self.device.type, torch.bfloat16, enabled=self.config.bf16):
                found = self.model.encoder.features(x)
            return found.float()
        path = self.folder / "features.npy"
        kept = training_pool.features(self.model.encoder, self.pool, path)
        return torch.from_numpy(kept[numbers, some].astype(np.float32)).to(self.device)


def groups(model: LatentSDE) -> list[dict[str, Any]]:
    """The parameters of a network by the pace at which they learn."""
    assert model.pixels is not None
    apart = {
        "scales": [model.posterior.raw_nu, model.posterior.spread],
        "process": list(model.knots.parameters()),
        "law": list(model.pixels.parameters()),
    }
    known = {id(p) for some in apart.values() for p in some}
    every = {"networks": [p for p in model.parameters() if id(p) not in known], **apart}
    return [{"params": some, "kind": kind} for kind, some in every.items()]


def take_over(model: LatentSDE, start: Path) -> None:
    """Give a network a checkpoint's tensors, the first rows of those that have grown.

    Raises:
        InvalidInput: none fits.
    """
    old, own, taken = Checkpoint.open(start).tensors[0], model.state_dict(), 0
    for name, values in old.items():
        now = own.get(name)
        if now is None or now.shape[1:] != values.shape[1:] or len(now) < len(values):
            continue
        now[: len(values)] = torch.from_numpy(values)
        now[len(values) :] = 0
        taken += 1
    if not taken:
        raise InvalidInput(f"{start} holds other networks than [net] says; change either")
    model.load_state_dict(own)
