"""The loop: stages, steps, and a state on disk from which any interrupted run goes on."""

from __future__ import annotations

import math
import time
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from vdsc.model.latent_sde import LatentSDE
from vdsc.model.motion_process import MotionProcess
from vdsc.train import law_objective, objectives, state_file
from vdsc.train.checkpoint_folder import load_networks
from vdsc.train.densities import usual_density
from vdsc.train.knot_lessons import GapLessons, Lesson, comparison
from vdsc.train.step_report import ReportStep, TrainStep
from vdsc.train.train_config import PROCESS_KINDS, Stage, TrainConfig
from vdsc.train.training_domains import TrainingDomain

SEARCHED = 2000
"""Windows that are searched for the stage "imitate"."""

PROCESS_PACE = 0.05  # REINFORCE is noisy, and Adam makes every gradient a full step


class TrainingRun:
    """One training run: networks, optimiser, and how far it got.

    The state lives in `folder` as state.safetensors; opening a
    folder that has a state goes on from there, bit for bit the same as never having stopped: every
    step seeds its own generators from (seed, step).
    """

    def __init__(self, config: TrainConfig, domain: TrainingDomain, folder: Path) -> None:
        self.config, self.domain, self.folder = config, domain, folder
        torch.manual_seed(config.seed)
        self.model = LatentSDE(config.net)
        self.extra = domain.prepare(self.model)
        self.step = 0
        if config.start:
            load_networks(self.model, Path(config.start))
        if config.even_nu:
            self.model.posterior.start_even(config.even_nu)
        kinds = {stage.kind for stage in config.stages}
        self.trains_networks = not kinds <= set(PROCESS_KINDS)
        self.motion = MotionProcess() if kinds & set(PROCESS_KINDS) else None
        self.searched: GapLessons | None = None
        motion = [] if self.motion is None else list(self.motion.parameters())
        self.params = [*self.model.parameters(), *self.extra.parameters(), *motion]
        scales = [self.model.posterior.raw_nu, self.model.log_cell]
        process = list(self.model.knots.parameters())
        law = [] if self.model.law is None else list(self.model.law.parameters())
        apart = {id(p) for p in [*scales, *process, *law]}
        groups = [
            {"params": [p for p in self.params if id(p) not in apart], "kind": "networks"},
            {"params": scales, "kind": "scales"},
            {"params": process, "kind": "process"},
            {"params": law, "kind": "law"},
        ]
        self.optimiser = torch.optim.Adam(groups, lr=1e-3)
        folder.mkdir(parents=True, exist_ok=True)
        if self.state_path.exists():
            self.restore()

    @property
    def state_path(self) -> Path:
        """Where the state is kept."""
        return self.folder / "state.safetensors"

    @property
    def steps(self) -> int:
        """Steps of all stages together."""
        return sum(stage.steps for stage in self.config.stages)

    def stage(self) -> tuple[Stage, int]:
        """The current stage and the step within it."""
        left = self.step
        for stage in self.config.stages:
            if left < stage.steps:
                return stage, left
            left -= stage.steps
        return self.config.stages[-1], self.config.stages[-1].steps

    @property
    def networks(self) -> dict[str, nn.Module]:
        """What is trained, by its name in the state."""
        own: dict[str, nn.Module] = {"model": self.model, "extra": self.extra}
        return own if self.motion is None else {**own, "motion": self.motion}

    def save(self) -> None:
        """Write the state."""
        counters = {"step": self.step}
        state_file.save(self.state_path, self.networks, self.optimiser, self.params, counters)

    def restore(self) -> None:
        """Go back to the saved state; raises InvalidInput if it is of other networks."""
        found = state_file.restore(self.state_path, self.networks, self.optimiser, self.params)
        self.step = int(found["step"])

    def advance(self) -> dict[str, float]:
        """Take one step; returns its loss terms."""
        stage, at = self.stage()
        rng = np.random.default_rng([self.config.seed, self.step])
        torch.manual_seed(int(rng.integers(2**31)))
        pace = {"networks": 1.0, "scales": stage.scale_pace, "process": PROCESS_PACE}
        pace["law"] = stage.law_pace
        for group in self.optimiser.param_groups:
            group["lr"] = stage.lr * pace[group["kind"]] * schedule(at, stage.steps)
        self.optimiser.zero_grad(set_to_none=True)
        if stage.kind == "warm":
            loss, terms = self.domain.warm(self.model, self.extra, stage, at, rng)
        elif stage.kind == "law":
            loss, terms = self.law(stage, rng)
        elif stage.kind == "imitate":
            loss, terms = self.imitate(stage, rng)
        elif stage.kind == "compare":
            loss, terms = self.compare(stage, rng)
        else:
            loss, terms = self.elbo(stage, rng)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.params, 1.0)
        self.optimiser.step()
        self.step += 1
        return terms

    def law(self, stage: Stage, rng: np.random.Generator) -> tuple[Tensor, dict[str, float]]:
        """Loss and terms of one step with the learned law."""
        law_objective.demand_law(self.model)
        x = self.domain.batch(rng, stage.batch, stage.window)
        low, high = stage.coarse
        coarse = low * (high / low) ** float(rng.random())
        density = usual_density(coarse)
        terms = law_objective.law_terms(self.model, x, density, coarse, stage.frames, rng)
        names = ("distortion", "rate", "knots")
        return terms.loss, {n: float(getattr(terms, n).mean()) for n in names}

    def imitate(self, stage: Stage, rng: np.random.Generator) -> tuple[Tensor, dict[str, float]]:
        """Nats of some gaps between knots that a search has found, once for the whole stage."""
        assert self.motion is not None
        if self.searched is None:
            first = np.random.default_rng(self.config.seed)
            lessons = self.lessons(stage, first, SEARCHED)
            self.searched = GapLessons.of(self.model, lessons)
        loss = self.searched.loss(self.motion, rng, stage.batch)
        return loss, {"gap": float(loss.detach())}

    def compare(self, stage: Stage, rng: np.random.Generator) -> tuple[Tensor, dict[str, float]]:
        """REINFORCE over several grids of each of some windows."""
        assert self.motion is not None
        lessons = self.lessons(stage, rng, stage.batch)
        generator = torch.Generator().manual_seed(int(rng.integers(2**31)))
        loss, cost = comparison(self.motion, self.model, lessons, generator)
        return loss, {"cost": cost}

    def lessons(self, stage: Stage, rng: np.random.Generator, count: int) -> list[Lesson]:
        """Some windows of training data, each at a width of cells of its own."""
        low, high = stage.coarse
        coarse = low * (high / low) ** rng.random(count)
        batch = self.domain.batch(rng, count, stage.window)
        return [Lesson.of(self.model, x, float(c)) for x, c in zip(batch, coarse, strict=True)]

    def elbo(self, stage: Stage, rng: np.random.Generator) -> tuple[Tensor, dict[str, float]]:
        """Loss and terms of one step of equation (22)."""
        x = self.domain.batch(rng, stage.batch, stage.window)
        generator = torch.Generator().manual_seed(int(rng.integers(2**31)))
        low, high = stage.coarse
        share = float(rng.random())
        plan = objectives.StepPlan(
            learned=stage.kind != "sde",
            settled=stage.kind == "settle",
            density=1.0 - share,
            coarse=low * (high / low) ** share,
            frames=stage.frames,
            objective="lossless" if stage.objective == "lossless" else "lossy",
        )
        terms = objectives.elbo(self.model, x, plan, generator)
        names = ("distortion", "rate", "grid", "knots")
        return terms.loss, {n: float(getattr(terms, n).mean()) for n in names}


def schedule(at: int, steps: int) -> float:
    """Factor on the learning rate: 100 steps of warm-up, then a cosine down to a twentieth."""
    return min(1.0, (at + 1) / 100) * (0.525 + 0.475 * math.cos(math.pi * at / max(1, steps)))


def train(run: TrainingRun, report: ReportStep, *, minutes: float | None) -> bool:
    """Advance until all steps are done (True) or the minutes spent (False), saving on the way."""
    began, first = time.monotonic(), run.step
    while run.step < run.steps:
        stage = run.stage()[0]
        terms = run.advance()
        pace = (time.monotonic() - began) / (run.step - first)
        report(TrainStep(run.step, run.steps, stage.kind, terms, pace * (run.steps - run.step)))
        if run.step % run.config.save_every == 0 or run.step == run.steps:
            run.save()
        if minutes is not None and time.monotonic() - began > 60 * minutes:
            run.save()
            return run.step == run.steps
    return True
