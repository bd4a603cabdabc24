"""Probabilities in real numbers: no table, no fixed point, no rounding of frequencies."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import log_expit, log_ndtr

from vdsc.codecs.lossless.bitsback.window import Latent
from vdsc.core.fixed import ONE
from vdsc.core.types import Floats
from vdsc.entropy import TransitionTables
from vdsc.entropy.knot_predictor import CALM, KnotPredictor, features
from vdsc.quant import ValueGrid

_LOG = {"normal": log_ndtr, "logistic": log_expit}


def edges(latent: Latent, grid: ValueGrid) -> Floats:
    """Lower and upper edges (2, M, D) of all cells."""
    return np.stack([grid.edge(latent.cells), grid.edge(latent.cells + 1)]) / ONE


def cells_bits(ends: Floats, mean: Floats, scale: Floats, law: str = "normal") -> float:
    """-log2 of the probability of cells with edges (2, ..., D) under a law, summed."""
    low, high = (ends - mean) / scale
    low, high = np.where(low > 0, -high, low), np.where(low > 0, -low, high)
    top, bottom = _LOG[law](high), _LOG[law](low)
    return float(-(top + np.log1p(-np.exp(bottom - top))).sum() / np.log(2))


def gaps_bits(below: Floats, knots: NDArray[np.int64]) -> float:
    """-log2 of the gaps between knots (M,), given P(gap <= 1, 2, ...) at each: (M - 1, longest).

    The last gap that is possible takes what is left of its row.
    """
    total, span = 0.0, int(knots[-1])
    for row, (begin, end) in zip(below, pairwise(knots.tolist()), strict=True):
        most = min(len(row), span - begin)
        upper = 1.0 if end - begin == most else row[end - begin - 1]
        lower = row[end - begin - 2] if end - begin > 1 else 0.0
        total -= float(np.log2(upper - lower))
    return total


def normal_kl(one: tuple[Floats, Any], other: tuple[Floats, Any]) -> float:
    """KL of normal laws (mean, scale) one from other, bits, summed."""
    (mean, scale), (wanted, spread) = one, other
    parts = np.log(spread / scale) + (scale**2 + (mean - wanted) ** 2) / (2 * spread**2) - 0.5
    return float(parts.sum() / np.log(2))


def frozen_values(tables: TransitionTables, latent: Latent, grid: ValueGrid) -> float:
    """-log2 p of the cells under the frozen prior, whose means and scales are tables by nature."""
    blocks = [KnotPredictor(tables, grid, block) for block in np.unique(tables.blocks)]
    ends, z = edges(latent, grid), grid.value(latent.cells)
    first = tables.sigma0 / ONE
    total = cells_bits(ends[:, 0], np.zeros_like(first), first, tables.law)
    before, lags = np.full_like(z[0], CALM), [0, *np.diff(latent.knots)]
    for i in range(1, len(z)):
        lag, now = np.array(lags[i]), np.zeros_like(z[0])
        known = features(z[i - 1], z[max(i - 2, 0)], lag, np.array(lags[i - 1]))
        for block in (block for block in blocks if block.dims.size):
            mean = block.mean(known, z[i - 1], lag)
            base = block.base(grid.width(latent.cells[i - 1]), lag)
            scale = block.scale(base, before, now, lag)
            total += cells_bits(ends[:, i, block.dims], mean / ONE, scale / ONE, tables.law)
            left = z[i, block.dims] - mean
            known[2 * z.shape[1] + block.dims], now[block.dims] = left, block.spread(left, base)
        before = now
    return total
