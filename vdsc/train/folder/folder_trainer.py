"""Training on a folder of sequences, behind the front door: all that a config says is found out."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from vdsc.errors import InvalidInput
from vdsc.train import checkpoint
from vdsc.train.folder import bases, sizes
from vdsc.train.folder.best_state import BestState
from vdsc.train.folder.folder_data import FolderData
from vdsc.train.folder.folder_domain import FolderDomain, posed
from vdsc.train.folder.run_plan import COARSE, TRAINED, RunPlan, new_plan, print_of, read_plan
from vdsc.train.loop import TrainingRun
from vdsc.train.step_report import ReportStep, TrainStep
from vdsc.train.train_config import Stage, TrainConfig

JUDGED = 12
"""How often in a run the networks are judged on the kept sequences."""

SAVED = 60.0
"""Seconds after which the state is saved, at the latest."""


@dataclass(frozen=True, eq=False)
class FolderTrainer:
    """One run on a folder: its data, the training loop, the best networks so far, and words."""

    data: FolderData
    run: TrainingRun
    best: BestState
    words: str

    @classmethod
    def open(cls, data: FolderData, name: str, runs: Path, minutes: float) -> FolderTrainer:
        """Begin a run, or go on with it; its state lies in runs/<name>.

        Raises:
            InvalidInput: no window of the sequences can be learned from, or the state is of others.
        """
        scales, fps = data.scales, data.fps
        seen = posed([clip.values for clip in data.train], scales, fps, sizes.CHUNK)
        whole = [clip.astype(np.float64) for clip in seen]
        gap = max(1, round(fps / sizes.rates(whole, fps)[0] / 2))
        basis, axes = bases.best_basis(whole, scales.frames["kinds"], gap)
        net = sizes.config_of(whole, axes.shape[1], fps)
        domain = FolderDomain(seen, scales, axes, net.window)
        config = TrainConfig(name, "folder", sizes.CHUNK, data.folder, net, ())
        wanted = print_of(data.train + data.kept, {**net.as_dict(), **scales.frames})
        folder = runs / name
        plan = read_plan(folder, wanted) or _planned(config, domain, folder, wanted, minutes)
        run = TrainingRun(_with(config, plan.stages), domain, folder)
        kept = posed([clip.values for clip in data.kept], scales, fps, sizes.CHUNK)
        words = (
            f"{net.latent} latents from components of {basis}, {net.rates[0]:g} to "
            f"{net.rates[1]:g} knots a second, {run.steps} steps"
        )
        return cls(data, run, BestState(folder, kept, net.window), words)

    def train(self, report: ReportStep, *, minutes: float | None) -> None:
        """Take the steps that are left; the networks are judged at the start and now and then."""
        run, every = self.run, max(1, self.run.steps // JUDGED)
        began, first, saved = time.monotonic(), run.step, time.monotonic()
        if run.step == 0:
            self.best.judge(run.model, run.config.stages[-1], 0)
        while run.step < run.steps:
            stage = run.stage()[0]
            terms = run.advance()
            if run.step % every == 0 or run.step == run.steps:
                terms["kept"] = self.best.judge(run.model, run.config.stages[-1], run.step)
                run.save()
            elif time.monotonic() - saved > SAVED:
                run.save()
                saved = time.monotonic()
            pace = (time.monotonic() - began) / (run.step - first)
            left = pace * (run.steps - run.step) / TRAINED
            report(TrainStep(run.step, run.steps, stage.kind, terms, left))
            if minutes is not None and time.monotonic() - began > 60 * minutes:
                run.save()
                return

    def write(self, out: Path) -> None:
        """Fit the tables of the best networks and write both."""
        run, data = self.run, self.data
        self.best.restore(run.model)
        run.model.eval()
        checkpoint.export(
            run.model,
            data.scales.frames,
            run.domain.sequences(),
            out,
            name=run.config.name,
            chunk=run.config.chunk,
            cap=run.config.cap,
            card={"domain": "folder", "data": data.folder.name, "kept": len(data.kept)},
            pose=data.scales.pose,
        )


def _with(config: TrainConfig, stages: tuple[Stage, ...]) -> TrainConfig:
    return TrainConfig(config.name, config.domain, config.chunk, config.data, config.net, stages)


def _planned(
    config: TrainConfig, domain: FolderDomain, folder: Path, wanted: str, minutes: float
) -> RunPlan:
    """A plan as long as the minutes allow, by the pace of a run that is thrown away."""
    stage = RunPlan(1 << 20, "").stages[1]
    trial = TrainingRun(_with(config, (stage,)), domain, folder / "trial")
    return new_plan(folder, wanted, minutes, lambda: _ignore(trial.advance()))


def _ignore(_: Any) -> None:
    """Nobody looks at the terms of a trial."""


def check_out(out: Path) -> None:
    """Raise InvalidInput where `out` is something else than a model or nothing."""
    if out.name in {"", ".", ".."}:
        raise InvalidInput(f"--out {out} has no name; write for example --out models/mine")
    if out.is_dir() and any(out.iterdir()) and not (out / "model.json").exists():
        raise InvalidInput(f"{out} is a folder of other files; give --out a name of its own")
    if out.exists() and not out.is_dir():
        raise InvalidInput(f"{out} is a file; give --out the name of a folder")


Say = Callable[[str], None]
"""Called with lines for the user."""

__all__ = ["COARSE", "FolderTrainer", "Say", "check_out"]
