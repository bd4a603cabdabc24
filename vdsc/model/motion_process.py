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

from vdsc.core.types import Floats, Ints
from vdsc.model.tpp import gap_at, gap_cdf

STRETCHES = (1, 2, 4, 8, 16, 32)
"""Sixtieths of a second over which speeds and bends are taken, at least a frame."""

FAINT = 0.02
"""Cells; less than this is no motion."""

SMOOTH, EVENED = 0.75, 0.7
"""Seconds over which densities are smoothed, and what is kept of how they differ: with less of
either, knots on walks took more bytes than evenly spaced ones."""

STRAIGHT = 0.25
"""Cells that a path on a line may be off it, in the mean over dimensions."""

FLAT = 0.008
"""Network units that count as a cell where frames themselves are on a line."""

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

    def steady(self, motion: Tensor, tick: float) -> Ints:
        """Frame numbers (M,) of knots as dense as the medians of gaps say, without jitter.

        Gaps that are drawn one after the other follow what is read at single frames; how dense
        knots are is the mean over half a second, and a little evened out.
        """
        with torch.no_grad():
            mu, scale = self.law(motion)
            gaps = gap_at(torch.full_like(mu, 0.5), mu, scale, LIMIT).double().numpy() / tick
        density = _evened(_covered(np.maximum(gaps, 1.0)), max(1, round(SMOOTH / tick)))
        passed = np.append(0.0, np.cumsum((density[1:] + density[:-1]) / 2))
        wanted = np.linspace(0, passed[-1], max(1, round(passed[-1])) + 1)
        return np.unique(np.rint(np.interp(wanted, passed, np.arange(len(gaps)))).astype(np.int64))

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


def _covered(gaps: Floats) -> Floats:
    """Knots per frame (T,): at each frame what the gaps (T,) that reach over it say, weighted."""
    count = len(gaps)
    begin, weight = np.arange(count), 1 / gaps
    end = np.minimum(begin + np.rint(gaps).astype(np.int64) + 1, count)
    total = np.zeros((2, count + 1))
    for row, part in enumerate((weight, weight**2)):
        np.add.at(total[row], begin, part)
        np.add.at(total[row], end, -part)
    weights, sums = np.cumsum(total, axis=1)[:, :count]
    return np.asarray(np.maximum(sums, 1e-12) / np.maximum(weights, 1e-12))


def _evened(density: Floats, width: int) -> Floats:
    """Densities (T,) smoothed over `width` frames and drawn towards their mean, both as logs."""
    window, ones = np.hanning(width + 2)[1:-1], np.ones_like(density)
    reach = min(len(window), len(density))
    window = window[(len(window) - reach) // 2 :][:reach]
    near = np.convolve(np.log(density), window, "same") / np.convolve(ones, window, "same")
    return np.asarray(np.exp(near.mean() + EVENED * (near - near.mean())))


def is_line(path: Floats, times: Floats, cell: Floats) -> bool:
    """Whether a path (T, D) at times (T,) keeps to the line between its ends, to a part of a cell.

    Then it needs no knot between them.
    """
    share = ((times - times[0]) / (times[-1] - times[0]))[:, None]
    off = np.abs(path - (1 - share) * path[0] - share * path[-1]) / cell
    return bool(off.mean(axis=1).max() < STRAIGHT)


def stands_still(frames: Tensor, path: Floats, times: Floats, cell: Floats) -> bool:
    """Whether the line between their ends says what frames (T, ...), or their path (T, D), do."""
    flat = frames.flatten(1).double().cpu().numpy()
    return is_line(path, times, cell) or is_line(flat, times, np.full(flat.shape[1], FLAT))


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
