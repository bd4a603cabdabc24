"""Where knots lie for the least error and bits: what an encoder may search, knowing the frames.

effort 1 to 4   knots are taken from a grid that is not very dense, many at once
effort 5 to 9   from a denser one, fewer at once; then each is moved by some frames, over and over
A bridge's knots are the best ones at any effort.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from vdsc.core.types import Ints
from vdsc.model import bridge_placing, spline_moving, spline_thinning
from vdsc.model.frame_decoder import LinearDecoder
from vdsc.model.knot_wish import KnotWish
from vdsc.model.latent_sde import LatentSDE
from vdsc.model.motion_process import stands_still
from vdsc.model.seen_channels import SeenChannels
from vdsc.model.spline_fit import GAUSS
from vdsc.model.spline_thinning import SplineProblem
from vdsc.model.step_costs import StepCosts

if TYPE_CHECKING:
    from vdsc.model.path_model import Inference

WORTH = 0.6
"""Of the error that a nat takes away where only cells get finer, what a nat of knots may cost."""

BETWEEN = 0.7
"""Of the variance of rounded knots, what is left in frames between evenly spaced ones."""

DENSER = {1: 2.0, 2: 2.0, 3: 2.5, 4: 2.5}
"""How much denser than usual the first knots are; DENSEST at other efforts."""
DENSEST = 3.5

SHARES = {1: 1.0, 2: 0.8, 3: 0.6, 4: 0.5, 5: 0.34, 6: 0.2}
"""Of the knots that should go, those that go in one round; FEWEST at other efforts."""
FEWEST = 0.2

SWEEPS = (0, 0, 0, 0, 0, 1, 1, 2, 3, 6)
"""How often knots are moved, at each effort."""


FAINT, STILL = 0.02, 24
"""Cells a frame below which a path stands still, and how much sparser the first knots are there."""


def search(net: LatentSDE, seen: Inference, wish: KnotWish) -> Ints:
    """Frame numbers (M,) of knots, first and last frame included, for at least 3 frames."""
    if net.config.interpolation == "spline" and isinstance(net.decoder, LinearDecoder):
        problem = spline_problem(net, seen, wish)
        share = SHARES.get(wish.effort, FEWEST)
        still = stands_still(seen.x, seen.path, seen.times, wish.laws.cell)
        if still and len(seen.times) <= wish.longest:
            return np.array([0, len(seen.times) - 1])
        knots = spline_thinning.thinned(problem, _dense(seen, wish), share)
        return spline_moving.moved(problem, knots, SWEEPS[wish.effort])
    steps = _steps(net, seen, wish)
    exchange = WORTH * BETWEEN / 6 / wish.usual
    scaled = seen.path[:, steps.moving] / wish.laws.cell[steps.moving]
    return bridge_placing.placed(scaled, steps, exchange, wish.longest)


def spline_problem(net: LatentSDE, seen: Inference, wish: KnotWish) -> SplineProblem:
    """What knots of a spline before a linear decoder are weighed by."""
    steps = _steps(net, seen, wish)
    channels = SeenChannels.of(net, seen.x, seen.path, wish.laws.cell)
    rounding = float(np.sqrt(GAUSS * BETWEEN * channels.noise).sum())
    exchange = WORTH * rounding / wish.usual / max(1, int(steps.moving.sum()))
    return SplineProblem(channels, steps, seen.times, exchange, wish.longest)


def _steps(net: LatentSDE, seen: Inference, wish: KnotWish) -> StepCosts:
    moving = ~net.is_global.cpu().numpy()
    return StepCosts(seen.path, wish.ticks, wish.laws, moving)


def _dense(seen: Inference, wish: KnotWish) -> Ints:
    """Evenly spaced knots from which those that are not needed are taken, few in stillness."""
    stride = max(1, round(1 / (wish.usual * DENSER.get(wish.effort, DENSEST))))
    step = np.abs(np.diff(seen.path, axis=0) / wish.laws.cell).mean(axis=1)
    at, total = np.arange(len(seen.path)), np.cumsum(np.append(0, np.append(step, 0.0) > FAINT))
    first, last = np.maximum(at - 2 * stride, 0), np.minimum(at + 2 * stride + 1, len(at))
    even = (at % stride == 0) & ((total[last] > total[first]) | (at % (stride * STILL) == 0))
    even[[0, -1]] = True
    return np.flatnonzero(even)
