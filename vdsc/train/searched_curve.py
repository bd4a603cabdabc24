"""The quality curve and the gaps of a checkpoint whose encoder searches its knots.

One line through all qualities: the rougher the cells, the fewer the knots that pay.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from vdsc.codecs.knots.coding import EXCHANGE, LONGEST, price
from vdsc.codecs.knots.thrift import thrifty
from vdsc.codecs.model_tables import Tables
from vdsc.core.types import Ints
from vdsc.entropy import RenewalGaps
from vdsc.model.knot_wish import KnotWish
from vdsc.model.path_model import Inference, PathModel
from vdsc.quant import ValueGrid
from vdsc.train.densities import usual_density
from vdsc.twin.law_coder import LawCoder

EFFORT = 5
"""How hard knots are searched."""

ROWS = 100
"""Qualities."""


@dataclass(frozen=True, slots=True)
class SearchedGrids:
    """Knots (M,) of each sequence at one density, and what their files would take.

    bits: of a frame, in the mean.
    """

    coarse: int
    knots: list[Ints]
    bits: float


def searched(
    model: PathModel, made: Tables, seen: Sequence[Inference], wide: float
) -> SearchedGrids:
    """Search the knots of sequences for cells `wide` times as wide as at coarseness 256."""
    coarse, longest = max(1, round(256 * wide)), len(made.transition.rho)
    grid = ValueGrid(np.clip(made.steps * coarse >> 8, 1 << 6, 1 << 17), made.cap, open=True)
    laws = price(made, grid, np.cumsum(np.arange(longest + 1)))
    density, coder = usual_density(wide), made.coder(grid)
    assert isinstance(coder, LawCoder)
    knots, bits, frames = [], 0.0, 0
    for one in seen:
        ticks = np.arange(len(one.times))
        wish = KnotWish(EFFORT, ticks, laws, model.usual(one, density), LONGEST)
        found = model.search(one, wish)
        curvature = model.curvature(one, found)
        assert curvature is not None
        z = model.fit(one, found)
        z = np.where(made.transition.is_global, z.mean(axis=0), z)
        bits += coder.bits(thrifty(coder, z, found, curvature, EXCHANGE, None), found)
        frames += len(ticks)
        knots.append(found)
    return SearchedGrids(coarse, knots, bits / frames)


def with_curve(made: Tables, tried: Sequence[SearchedGrids], gaps: Ints) -> Tables:
    """Tables with a curve of evenly spaced sizes (in log) and the gaps (G, K) of what was tried."""
    cost = [grids.bits + _times(grids, row) for grids, row in zip(tried, gaps, strict=True)]
    order = np.argsort(cost)
    sizes, wide = np.log(np.array(cost)[order]), np.log([tried[i].coarse for i in order])
    wanted = np.linspace(sizes[0], sizes[-1], ROWS)
    coarse = np.exp(np.interp(wanted, sizes, wide))
    row = order[np.abs(wanted[:, None] - sizes).argmin(axis=1)]
    density = [usual_density(one / 256) for one in coarse]
    curve = np.stack([np.rint(coarse), np.rint(255 * np.array(density)), row], axis=1)
    return replace(made, gaps=gaps, curve=curve.astype(np.int64))


def _times(grids: SearchedGrids, row: Ints) -> float:
    """Bits a frame that the times of knots take under a histogram."""
    code, most = RenewalGaps(row), len(row)
    whole = [knots for knots in grids.knots if np.diff(knots).max(initial=0) <= most]
    frames = sum(int(knots[-1]) for knots in whole)
    bits: float = sum(code.bits(knots, int(knots[-1])) for knots in whole)
    return bits / max(frames, 1)
