"""The knot process that reads motion: the next gap from how fast and how bent the path is ahead.

    path in cells --speeds, bends--> logs --MLP--> (mu, s) --> gap ~ SoftplusLogistic

Measured in cells, what a spline would miss tells by itself how densely knots should lie: one
process serves every quality, and every network whose cells are what its values are worth.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from vdsc.core.types import Floats
from vdsc.model.tpp import gap_at, gap_cdf

STRETCHES = (1, 2, 4, 8, 16, 32)
"""Sixtieths of a second over which speeds and bends are taken, at least a frame."""

FAINT = 0.02
"""Cells; less than this is no motion."""

LIMIT = 4.0
"""Seconds, the longest gap."""

WIDTH, FEATURES = 64, 3 * len(STRETCHES)
NARROWEST, WIDEST = 0.03, 1.0
RAREST = 1e-7
SHORTEST = -5.0
"""The lowest mu: a gap of 7 ms."""


class MotionProcess(nn.Module):
    """The law of the gap after a knot at any frame."""

    def __init__(self) -> None:
        super().__init__()
        self.net = nn.Sequential(
            nn.Linear(FEATURES, WIDTH), nn.SiLU(),
            nn.Linear(WIDTH, WIDTH), nn.SiLU(),
            nn.Linear(WIDTH, 2),
        )  # fmt: skip

    @classmethod
    def of(cls, weights: Mapping[str, NDArray[Any]]) -> MotionProcess | None:
        """The process that has these weights; None for none."""
        if not weights:
            return None
        made = cls()
        made.load_state_dict({name: torch.from_numpy(part) for name, part in weights.items()})
        return made.eval().requires_grad_(requires_grad=False)

    def law(self, motion: Tensor) -> tuple[Tensor, Tensor]:
        """Give mu and s of the next gap; motion (..., FEATURES) of `motion_of`."""
        out = self.net(motion)
        mu = (2 * out[..., 0] - 2).clamp(SHORTEST, LIMIT)
        return mu, NARROWEST * (WIDEST / NARROWEST) ** torch.sigmoid(out[..., 1])

    def walk(self, motion: Tensor, tick: float, share: Tensor) -> list[int]:
        """Frame numbers of one window's knots, ends included; share (T,) chooses each gap."""
        mu, scale = self.law(motion)
        gaps = (gap_at(share, mu, scale, LIMIT) / tick).round().clamp_min(1).long().tolist()
        knots, last = [0], len(gaps) - 1
        while (after := knots[-1] + gaps[knots[-1]]) < last:
            knots.append(after)
        return [*knots, last]

    def log_chances(self, motion: Tensor, tick: float, gaps: Tensor, last: Tensor) -> Tensor:
        """Log probabilities (N,), nats, of gaps (N,) frames after knots with motion (N, FEATURES).

        last (N,) bool: gaps that end a window, and stand for all that are longer.
        """
        mu, scale = self.law(motion)
        below = gap_cdf((gaps - 0.5) * tick, mu, scale, LIMIT)
        above = gap_cdf((gaps + 0.5) * tick, mu, scale, LIMIT)
        low = torch.where(gaps == 1, torch.zeros_like(below), below)
        high = torch.where(last, torch.ones_like(above), above)
        return (high - low).clamp_min(RAREST).log()

    def chances(self, motion: Tensor, tick: float, longest: int) -> Tensor:
        """Probabilities (T, longest) of the gaps after each frame, the last of all longer ones."""
        mu, scale = self.law(motion)
        ends = (torch.arange(1, longest) + 0.5) * tick
        below = gap_cdf(ends, mu[:, None], scale[:, None], LIMIT)
        ones = torch.ones(len(mu), 1)
        return torch.cat([below, ones], 1) - torch.cat([0 * ones, below], 1)


def motion_of(path: Floats, cell: Floats, tick: float) -> Tensor:
    """Motion (T, FEATURES) around each frame of a path (T, D) in cells (D,), as logs."""
    scaled, count = path / cell, len(path)
    at = np.arange(count)
    found = []
    for stretch in STRETCHES:
        step = max(1, round(stretch / 60 / tick))
        before, here = scaled[np.maximum(at - step, 0)], scaled
        after, far = (scaled[np.minimum(at + k * step, count - 1)] for k in (1, 2))
        found += [far - 2 * after + here, after - 2 * here + before, after - here]
    sizes = np.stack([np.abs(part).mean(axis=1) for part in found], axis=1)
    logs = np.log(sizes + FAINT) / math.log(4.0)
    return torch.as_tensor(logs, dtype=torch.float32)
