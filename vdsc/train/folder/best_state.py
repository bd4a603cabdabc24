"""The networks that did best on the sequences that are kept, from the start on."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import load_file, save_file
from torch import Tensor

from vdsc.model.latent_sde import LatentSDE
from vdsc.train import law_objective, objectives
from vdsc.train.densities import usual_density
from vdsc.train.train_config import Stage

SHARES = (0.1, 0.5, 0.9)
"""Places on the curve that are judged, from the densest knots on; see `TrainingRun.elbo`."""

WINDOWS = 24
"""Windows of kept sequences that are judged, at most."""


class BestState:
    """Keeps the best networks of a run in its folder; steps may be judged again."""

    def __init__(self, folder: Path, kept: Sequence[NDArray[np.float32]], window: int) -> None:
        self.path = folder / "best.safetensors"
        some = [clip[:window] for clip in kept if len(clip) >= window]
        self.windows = [torch.from_numpy(one) for one in some[:: max(1, len(some) // WINDOWS)]]
        self.step, self.cost = 0, math.inf
        if self.path.exists():
            found = load_file(self.path)
            self.step, self.cost = int(found["step"]), float(found["cost"])

    def judge(self, model: LatentSDE, stage: Stage, step: int) -> float:
        """Nats a value on the kept windows; the networks are kept if none did better."""
        costs = [self._cost(model, stage, share) for share in SHARES] if self.windows else [0.0]
        cost = float(np.mean(costs))
        if cost <= self.cost:  # without windows to judge on, the last are kept
            self.step, self.cost = step, cost
            counters = {"step": torch.tensor(step), "cost": torch.tensor(cost, dtype=torch.float64)}
            scratch = self.path.with_suffix(".new")
            save_file({**counters, **_tensors(model)}, scratch)
            scratch.replace(self.path)
        return cost

    def restore(self, model: LatentSDE) -> None:
        """Bring the best networks back."""
        if self.path.exists():
            found = load_file(self.path)
            model.load_state_dict({k: v for k, v in found.items() if k not in {"step", "cost"}})

    def _cost(self, model: LatentSDE, stage: Stage, share: float) -> float:
        """Distortion and rate at a place on the curve, with knots and rounding drawn alike."""
        low, high = stage.coarse
        coarse = low * (high / low) ** share
        x = torch.stack(self.windows)
        model.eval()  # nothing of a law is dropped
        with torch.no_grad():
            found = _terms(model, x, stage, share, coarse)
        model.train()
        return float((found.distortion + found.rate).mean()) / x[0].numel()


def _terms(
    model: LatentSDE, x: Tensor, stage: Stage, share: float, coarse: float
) -> objectives.Terms:
    """What a step of the stage would minimise on windows x (B, T, C)."""
    if stage.kind == "law":
        rng = np.random.default_rng(7)
        return law_objective.law_terms(model, x, usual_density(coarse), coarse, None, rng)
    plan = objectives.StepPlan(learned=True, settled=True, density=1 - share, coarse=coarse)
    return objectives.elbo(model, x, plan, torch.Generator().manual_seed(7))


def _tensors(model: LatentSDE) -> dict[str, Tensor]:
    return {k: v.contiguous() for k, v in model.state_dict().items()}
