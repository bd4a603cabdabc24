"""Training on a folder of sequences, behind the front door: all that a config says is found out."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from pathlib import Path

from vdsc.errors import InvalidInput
from vdsc.train import checkpoint
from vdsc.train.folder import bases, sizes
from vdsc.train.folder.basis_choice import best_basis
from vdsc.train.folder.best_state import BestState
from vdsc.train.folder.folder_clips import Clip
from vdsc.train.folder.folder_data import FolderData
from vdsc.train.folder.folder_domain import FolderDomain, Seen, posed
from vdsc.train.folder.law_choice import law_pays, trial_steps
from vdsc.train.folder.run_plan import TRAINED, RunPlan, print_of, read_plan
from vdsc.train.loop import TrainingRun
from vdsc.train.step_report import ReportStep, TrainStep
from vdsc.train.train_config import TrainConfig

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
        seen, kept = _posed(data, data.train), _posed(data, data.kept)
        kinds, folder = data.scales.frames["kinds"], runs / name
        wanted = print_of(data.train + data.kept, {"fps": data.fps, **data.scales.frames})
        plan = read_plan(folder, wanted)
        basis = best_basis(seen, kinds, data.fps) if plan is None else plan.basis
        axes = bases.axes_of(seen, bases.ways(kinds)[basis])
        net = sizes.config_of(seen, axes.shape[1], data.fps)
        domain = FolderDomain(seen, data.scales, axes, net.window)
        config = TrainConfig(name, "folder", sizes.CHUNK, data.folder, net, ())
        if plan is None:
            trial = folder / "trial"
            law = law_pays(config, seen, data.scales, basis, trial, minutes)
            steps = trial_steps(_with(config, law=law), domain, trial, minutes, law=law)
            plan = RunPlan(steps, basis, wanted, law)
            plan.write(folder)
        config = replace(_with(config, law=plan.law), stages=(plan.stage,))
        run = TrainingRun(config, domain, folder)
        low, high = net.rates
        words = f"{net.latent} latents, at first components of {basis}"
        values = "a learned law" if plan.law else "tables"
        words = f"{words}; {low:.3g} to {high:.3g} knots a second under {values}"
        words = f"{words}; {run.steps} steps"
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
            left = pace * (run.steps / TRAINED - run.step)  # tables and comparison included
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


def _with(config: TrainConfig, *, law: bool) -> TrainConfig:
    """The config of a run whose knots have a learned law, or none."""
    return config if law else replace(config, net=replace(config.net, memory=0))


def _posed(data: FolderData, clips: list[Clip]) -> list[Seen]:
    """What the networks see of sequences."""
    return posed([clip.values for clip in clips], data.scales, data.fps, sizes.CHUNK)


def check_out(out: Path) -> None:
    """Raise InvalidInput where `out` is something else than a model or nothing."""
    if out.name in {"", ".", ".."}:
        raise InvalidInput(f"--out {out} has no name; write for example --out models/mine")
    if out.is_dir() and any(out.iterdir()) and not (out / "model.json").exists():
        raise InvalidInput(f"{out} is a folder of other files; give --out a name of its own")
    if out.exists() and not out.is_dir():
        raise InvalidInput(f"{out} is a file; give --out the name of a folder")
