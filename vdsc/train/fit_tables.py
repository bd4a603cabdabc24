"""The frozen tables of a checkpoint, fitted to the paths that its networks make of training data.

Floats may be used freely here: what a file depends on is the integers that come out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vdsc.core.fixed import ONE
from vdsc.core.types import Floats, Ints
from vdsc.entropy import KnotCoder, TransitionTables
from vdsc.quant import ValueGrid

LOGISTIC_MEAN = 2 * np.log(2)  # E|x| of a logistic variable of scale 1
EDGES = (1, 2, 4, 6, 8, 11, 16)  # first lag of each class, in ticks
BLOCK = 8
RIDGE = 2000.0
BUCKETS = 12


@dataclass(frozen=True, slots=True)
class KnotPath:
    """Knots of one training sequence: lags (M,) cumulated ticks, and cells' values z (M, D)."""

    ticks: Ints
    z: Floats
    cells: Ints
    grid: ValueGrid


def fit(
    dense: Sequence[Floats],
    paths: Sequence[KnotPath],
    lags: int,
    still: NDArray[np.bool_],
    *,
    plain: bool = False,
) -> TransitionTables:
    """Transition tables from dense paths (T, D), one row a tick, and from coded paths.

    The decay by lag comes from the dense paths' structure function, which an OU process would
    follow exactly; the linear correction, the scales and the activity gains from the coded ones.
    plain: decay and scale alone, for what a learned law takes the place of.
    """
    spread = np.sqrt(np.mean(np.concatenate(dense) ** 2, axis=0)) + 1e-3
    rho, sigma = decay(dense, spread, lags)
    classes = np.searchsorted(EDGES[1:], np.arange(1, lags + 1), side="right").astype(np.int64)
    data = KnotSteps.gather(paths, lags)
    blocks = np.arange(len(spread)) // BLOCK
    if plain:
        weights, residual = None, data.target - rho[data.lag - 1] * data.last
    else:
        weights, residual = correct(data, rho, blocks, classes, still)
    sigma = rescale(data, rho, sigma, residual, classes)
    tables = TransitionTables(
        rho=q16(rho),
        sigma=np.clip(q16(sigma), 16, 1 << 20),
        sigma0=np.clip(q16(spread * np.sqrt(3) / np.pi), 16, 1 << 20),
        is_global=still,
        blocks=blocks.astype(np.int64),
        lag_class=classes,
        weights=weights,
        law="logistic",
    )
    return tables if plain else adapt(tables, paths)


def decay(dense: Sequence[Floats], spread: Floats, lags: int) -> tuple[Floats, Floats]:
    """Decays and scales (L, D) of each lag, from the mean square of differences over that lag."""
    rows: list[Floats] = []
    for lag in range(1, lags + 1):
        steps = [(p[lag:] - p[:-lag]) ** 2 for p in dense if len(p) > lag]
        rows.append(np.concatenate(steps).mean(0) if steps else rows[-1])
    rho = np.clip(1 - np.stack(rows) / (2 * spread**2), 0.0, 1.0)
    sigma = spread * np.sqrt(np.maximum(1 - rho**2, 1e-8)) * np.sqrt(3) / np.pi
    return rho, sigma


@dataclass(frozen=True, slots=True)
class KnotSteps:
    """Every step from a knot to the next: lag (N,), features z1 and slope, target (N, D).

    All are as decoded, so that the weights know how far a cell's middle can be trusted; width
    (N, D) is that of the cells.
    """

    lag: Ints
    last: Floats
    slope: Floats
    target: Floats
    width: Floats

    @classmethod
    def gather(cls, paths: Sequence[KnotPath], lags: int) -> KnotSteps:
        """All steps of all paths; lags above the table's longest count as it."""
        parts: list[tuple[NDArray[Any], ...]] = []
        for path in paths:
            gap = np.diff(path.ticks)
            if not len(gap):
                continue
            z = path.grid.value(path.cells) / ONE
            slope = np.zeros_like(z[:-1])
            slope[1:] = np.diff(z, axis=0)[:-1] * (gap[1:] / gap[:-1])[:, None]
            width = np.broadcast_to(path.grid.steps / ONE, slope.shape)
            parts.append((np.minimum(gap, lags), z[:-1], slope, z[1:], width))
        return cls(*(np.concatenate(column) for column in zip(*parts, strict=True)))


def correct(
    data: KnotSteps, rho: Floats, blocks: Ints, classes: Ints, still: NDArray[np.bool_]
) -> tuple[Ints, Floats]:
    """Ridge weights (C, D, 3 D) of the correction to the OU mean, and what it leaves (N, D)."""
    dims = len(blocks)
    residual = data.target - rho[data.lag - 1] * data.last
    weights = np.zeros((int(classes.max()) + 1, dims, 3 * dims))
    for number in range(len(weights)):
        rows = classes[data.lag - 1] == number
        for block in np.unique(blocks):
            own = np.flatnonzero((blocks == block) & ~still)
            earlier = np.flatnonzero((blocks < block) & ~still)
            features = np.concatenate(
                [data.last[rows], data.slope[rows], residual[np.ix_(rows, earlier)]], axis=1
            )
            found = ridge(features, residual[np.ix_(rows, own)])
            columns = np.concatenate([np.arange(2 * dims), 2 * dims + earlier])
            weights[number][np.ix_(own, columns)] = found.T
            residual[np.ix_(rows, own)] -= features @ found
    return q16(weights), residual


def ridge(features: Floats, target: Floats) -> Floats:
    """(F, K) weights; features are standardised, so one penalty serves all; few rows give zero."""
    count, width = features.shape
    if count < 50:
        return np.zeros((width, target.shape[1]))
    scale = features.std(0) + 1e-6
    unit = features / scale
    penalty = RIDGE * max(1.0, count / 12000) * np.eye(width)
    solved: Floats = np.linalg.solve(unit.T @ unit + penalty, unit.T @ target) / scale[:, None]
    return solved


def rescale(data: KnotSteps, rho: Floats, sigma: Floats, residual: Floats, classes: Ints) -> Floats:
    """Scale sigma (L, D) by the factor that codes each class and dimension in the fewest bits."""
    out = sigma.copy()
    for number in range(int(classes.max()) + 1):
        rows = np.flatnonzero(classes[data.lag - 1] == number)
        if len(rows) < 20:
            continue
        rows = rows[:: max(1, len(rows) // 4000)]
        row, width = data.lag[rows] - 1, data.width[rows]
        guess = np.abs(residual[rows]).mean(0) / LOGISTIC_MEAN / sigma[row].mean(0)
        factors = guess * np.geomspace(0.1, 1.6, 20)[:, None]
        blur = np.abs(rho[row]) * width / np.sqrt(12)
        bits = [cell_bits(residual[rows], width, np.hypot(f * sigma[row], blur)) for f in factors]
        best = np.take_along_axis(factors, np.argmin(bits, axis=0)[None], axis=0)[0]
        out[classes == number] *= best
    return out


def cell_bits(residual: Floats, width: Floats, scale: Floats) -> Floats:
    """Bits (D,) of residuals (N, D) known to cells of `width` under a logistic of `scale`."""
    low, high = (residual - width / 2) / scale, (residual + width / 2) / scale
    share = 0.5 * (np.tanh(high / 2) - np.tanh(low / 2))
    bits: Floats = -np.log2(np.maximum(share, 2.0**-16)).sum(0)
    return bits


def adapt(plain: TransitionTables, paths: Sequence[KnotPath]) -> TransitionTables:
    """Add activity buckets, each with the factor on the scale that codes it in fewest bits."""
    count = int(plain.lag_class.max()) + 1
    edges = q16(np.geomspace(0.25, 3.0, BUCKETS - 1))
    gain = np.full((count, BUCKETS), ONE, np.int64)
    mix = np.array([1, 1, 2], np.int64)
    factors = np.geomspace(0.3, 2.2, 16)
    bits = []
    for factor in factors:
        gains = np.full_like(gain, round(factor * ONE))
        tables = replace(plain, activity_weights=mix, activity_edges=edges, activity_gain=gains)
        bits.append(bucket_bits(tables, paths[:: max(1, len(paths) // 100)]))
    best = np.argmin(np.stack(bits), axis=0)
    gain = np.round(factors[best] * ONE).astype(np.int64)
    return replace(plain, activity_weights=mix, activity_edges=edges, activity_gain=gain)


def bucket_bits(tables: TransitionTables, paths: Sequence[KnotPath]) -> Floats:
    """Bits (C, A) that the knots of each class and bucket cost under `tables`."""
    assert tables.activity_gain is not None
    total = np.zeros(tables.activity_gain.shape)
    for path in paths:
        coder = KnotCoder(tables, path.grid)
        for number, bucket, cost in coder.bill(path.cells, path.ticks):
            np.add.at(total, (number, bucket), cost)
    return total


def q16(reals: Floats) -> Ints:
    """Nearest integers in units of 2**-16."""
    return np.rint(np.asarray(reals) * ONE).astype(np.int64)
