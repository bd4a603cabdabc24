"""What the knot process learns from: grids that a search found, and its own, compared.

imitate    the likelihood of the grids that a search finds, equation (20) turned around
compare    REINFORCE (23) over several grids of each clip: what a grid costs is measured against
           the other grids of the same clip, so what differs between clips is no noise
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from vdsc.core.types import Floats, Ints
from vdsc.model import knot_search
from vdsc.model.knot_wish import KnotWish
from vdsc.model.latent_sde import LatentSDE
from vdsc.model.motion_process import MotionProcess, motion_of
from vdsc.model.ou import transition
from vdsc.model.path_model import Inference
from vdsc.model.price import Price
from vdsc.model.spline_thinning import SplineProblem
from vdsc.train.densities import usual_density

GRIDS = 8
"""Grids that are drawn of each clip."""

LONGEST_LAG = 60
"""Ticks of the longest step that has a price of its own."""

EFFORT = 3
"""Of the search whose grids are imitated."""


@dataclass(frozen=True, slots=True)
class Lesson:
    """One window at one width of cells: what the process sees, and what its grids cost."""

    motion: Tensor
    tick: float
    seen: Inference
    wish: KnotWish

    @classmethod
    def of(cls, net: LatentSDE, x: Tensor, coarse: float) -> Lesson:
        """Of frames x (T, C) in network units; coarse: factor on the width of cells."""
        tick, count = 1.0 / net.config.fps, len(x)
        with torch.no_grad():
            hidden = net.encoder(x[None])
            path: Floats = net.infer(hidden, tick, None)[0].double().numpy()
        cell = net.log_cell.detach().exp().double().numpy() * coarse
        times = np.arange(count, dtype=np.float64) * tick
        seen = Inference(x, times, path, hidden[0])
        usual = min(1.0, _usual(net, coarse) * tick)
        wish = KnotWish(EFFORT, np.arange(count), _laws(net, cell), usual, count)
        return cls(motion_of(path, cell, tick), tick, seen, wish)

    def searched(self, net: LatentSDE) -> Ints:
        """Knots (M,) that a search finds."""
        return knot_search.search(net, self.seen, self.wish)

    def problem(self, net: LatentSDE) -> SplineProblem:
        """What grids are weighed by."""
        return knot_search.spline_problem(net, self.seen, self.wish)


@dataclass(frozen=True, slots=True)
class GapLessons:
    """Gaps that a search has found: motion (N, FEATURES), frames (N,), which end a window (N,)."""

    motion: Tensor
    gaps: Tensor
    last: Tensor
    tick: float

    @classmethod
    def of(cls, net: LatentSDE, lessons: list[Lesson]) -> GapLessons:
        """Search every window."""
        grids = [torch.from_numpy(one.searched(net)) for one in lessons]
        motion = torch.cat(
            [one.motion[grid[:-1]] for one, grid in zip(lessons, grids, strict=True)]
        )
        last = torch.cat([torch.arange(len(grid) - 1) == len(grid) - 2 for grid in grids])
        return cls(motion, torch.cat([grid.diff() for grid in grids]), last, lessons[0].tick)

    def loss(self, process: MotionProcess, rng: np.random.Generator, count: int) -> Tensor:
        """Nats of a gap, the mean over some that are drawn."""
        some = torch.from_numpy(rng.integers(0, len(self.gaps), count))
        chances = process.log_chances(
            self.motion[some], self.tick, self.gaps[some], self.last[some]
        )
        return -chances.mean()


def comparison(
    process: MotionProcess, net: LatentSDE, lessons: list[Lesson], generator: torch.Generator
) -> tuple[Tensor, float]:
    """The surrogate of REINFORCE with a leave-one-out baseline, and the mean cost of a frame."""
    surrogate, total, frames = torch.zeros(()), 0.0, 0
    for one in lessons:
        grids = [_drawn(process, one, generator) for _ in range(GRIDS)]
        problem = one.problem(net)
        costs = np.array([problem.cost(grid.numpy()) for grid in grids])
        for weight, grid in zip(_advantage(costs).tolist(), grids, strict=True):
            surrogate = surrogate + weight * _log_chance(process, one, grid) / len(grid)
        total, frames = total + float(costs.mean()), frames + len(one.motion)
    return surrogate / (GRIDS * len(lessons)), total / frames


def _log_chance(process: MotionProcess, one: Lesson, grid: Tensor) -> Tensor:
    """Nats of a whole grid (M,)."""
    last = torch.arange(len(grid) - 1) == len(grid) - 2
    return process.log_chances(one.motion[grid[:-1]], one.tick, grid.diff(), last).sum()


def _advantage(costs: Floats) -> Floats:
    """What each grid (K,) costs more than the mean of the others, in their deviation."""
    others = (costs.sum() - costs) / (len(costs) - 1)
    return np.asarray((costs - others) / (costs.std() + 1e-9))


def _drawn(process: MotionProcess, one: Lesson, generator: torch.Generator) -> Tensor:
    share = torch.rand(len(one.motion), generator=generator)
    with torch.no_grad():
        return torch.tensor(process.walk(one.motion, one.tick, share))


def _usual(net: LatentSDE, coarse: float) -> float:
    """Knots a second that go with cells: in training one fell as the other rose."""
    return float(net.knots.rate(torch.tensor(usual_density(coarse))))


def _laws(net: LatentSDE, cell: Floats) -> Price:
    """The prior's own price of steps, equation (15), logistic as in files."""
    gap = torch.arange(1, LONGEST_LAG + 1)[:, None] / net.config.fps
    with torch.no_grad():
        decay, variance = (part.double().numpy() for part in transition(net.nu, gap))
    unit = np.sqrt(3) / np.pi
    return Price(cell, np.full_like(cell, unit), decay, np.sqrt(variance) * unit)
