"""The loop: stages, steps, and a state on disk from which any interrupted run goes on."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

from vdsc.errors import InvalidInput
from vdsc.model.latent_sde import LatentSDE
from vdsc.train import objectives
from vdsc.train.domains import Domain
from vdsc.train.train_config import Stage, TrainConfig

PROCESS_PACE = 0.05  # REINFORCE is noisy, and Adam makes every gradient a full step


@dataclass(frozen=True, slots=True)
class TrainStep:
    """What happened at a step: loss terms in nats per sequence, and the time still to go."""

    step: int
    steps: int
    stage: str
    terms: dict[str, float]
    seconds_left: float


class Run:
    """One training run: networks, optimiser, and how far it got.

    The state lives in `folder` as state.safetensors; opening a
    folder that has a state goes on from there, bit for bit the same as never having stopped: every
    step seeds its own generators from (seed, step).
    """

    def __init__(self, config: TrainConfig, domain: Domain, folder: Path) -> None:
        self.config, self.domain, self.folder = config, domain, folder
        torch.manual_seed(config.seed)
        self.model = LatentSDE(config.net)
        self.extra = domain.prepare(self.model)
        self.step = 0
        self.params = [*self.model.parameters(), *self.extra.parameters()]
        scales = [self.model.posterior.raw_nu, self.model.log_cell]
        process = list(self.model.knots.parameters())
        apart = {id(p) for p in [*scales, *process]}
        groups = [
            {"params": [p for p in self.params if id(p) not in apart], "kind": "networks"},
            {"params": scales, "kind": "scales"},
            {"params": process, "kind": "process"},
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

    def save(self) -> None:
        """Write the state beside the old one, then replace it: a cut leaves one of the two."""
        tensors = {f"model.{k}": v for k, v in self.model.state_dict().items()}
        tensors |= {f"extra.{k}": v for k, v in self.extra.state_dict().items()}
        for i, parameter in enumerate(self.params):
            for key, value in self.optimiser.state.get(parameter, {}).items():
                tensors[f"adam.{i}.{key}"] = torch.as_tensor(value)
        tensors["step"] = torch.tensor(self.step)
        scratch = self.state_path.with_suffix(".new")
        save_file({k: v.contiguous() for k, v in tensors.items()}, scratch)
        scratch.replace(self.state_path)

    def restore(self) -> None:
        """Go back to the saved state; raises InvalidInput if it is of other networks."""
        tensors = load_file(self.state_path)

        def part(prefix: str) -> dict[str, Tensor]:
            named = tensors.items()
            return {k.removeprefix(prefix): v for k, v in named if k.startswith(prefix)}

        try:
            self.model.load_state_dict(part("model."))
            self.extra.load_state_dict(part("extra."))
        except RuntimeError:
            advice = "give the config another name, or remove that folder"
            raise InvalidInput(f"{self.folder} holds other networks: {advice}") from None
        for i, parameter in enumerate(self.params):
            state: dict[str, Any] = part(f"adam.{i}.")
            if state:
                self.optimiser.state[parameter] = state
        self.step = int(tensors["step"])

    def advance(self) -> dict[str, float]:
        """Take one step; returns its loss terms."""
        stage, at = self.stage()
        rng = np.random.default_rng([self.config.seed, self.step])
        torch.manual_seed(int(rng.integers(2**31)))
        pace = {"networks": 1.0, "scales": stage.scale_pace, "process": PROCESS_PACE}
        for group in self.optimiser.param_groups:
            group["lr"] = stage.lr * pace[group["kind"]] * schedule(at, stage.steps)
        self.optimiser.zero_grad(set_to_none=True)
        if stage.kind == "warm":
            loss, terms = self.domain.warm(self.model, self.extra, stage, at, rng)
        else:
            loss, terms = self.elbo(stage, rng)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.params, 1.0)
        self.optimiser.step()
        self.step += 1
        return terms

    def elbo(self, stage: Stage, rng: np.random.Generator) -> tuple[Tensor, dict[str, float]]:
        """Loss and terms of one step of equation (22)."""
        x = self.domain.batch(rng, stage.batch, stage.window)
        generator = torch.Generator().manual_seed(int(rng.integers(2**31)))
        low, high = stage.coarse
        share = float(rng.random())
        plan = objectives.Plan(
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


def train(run: Run, report: Callable[[TrainStep], None], *, minutes: float | None) -> bool:
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
