"""Mean and scale of the dimensions of one block, from what the decoder already knows."""

from __future__ import annotations

import numpy as np

from vdsc.core.fixed import ONE, clamp
from vdsc.core.types import Floats, Ints
from vdsc.entropy.transition import TransitionTables
from vdsc.quant.value_grid import REACH, ValueGrid

CALM = 52290
"""The mean of |N(0, 1)| in Q16: the spread assumed at a first knot."""

WILDEST = 16 * ONE
"""The largest spread kept, Q16."""

WIDEST = 256 * ONE
"""The largest scale, Q16."""

MOST = (1 << 21) - 1
"""The largest feature, Q16: weights multiply it below 2**53."""

OPEN_REACH = 1 << 46
"""The largest mean over an open grid, Q16."""

WILD = 1 << 36
"""A residual of this size, Q16, has the largest spread under any base."""


class KnotPredictor:
    """The law of one block's dimensions at a knot; leading axes are knots, broadcast freely.

    All integers, >> and // round down. With z1, z2 the values of the last two knots, w1 the width
    of the last one's cell, lag the ticks to this knot from the last and lag_prev from z2 to z1
    (lag' = min(lag, L) - 1, c = lag_class[lag']):

        slope    = clip((z1 - z2) lag // lag_prev, -24, 24), 0 without a z2
        features = [z1, slope, residual]                              residual = value - mean
        mean     = clip((rho[lag'] z1 >> 16) + (weights[c] . features >> 16), -12, 12)
        base     = hypot(sigma[lag'], |rho[lag']| w1 blur >> 32)        z1 is only known to a cell
        spread   = min((|residual| << 16) // (base + (step >> 3)), 16)
        activity = (a w0 + b w1 + e w2) // (w0 + w1 + w2)
        scale    = clip(base activity_gain[c, bucket] >> 16, 2**-16, 256)

    with hypot(p, q) = (x + (p^2 + q^2) // x) >> 1 from x = max(p, q) + (min(p, q) >> 1), a step of
    Newton's square root; a the dimension's spread at the knot before; b the floored mean of those
    of all non-global dimensions; e the floored mean of the spreads at this knot of the non-global
    dimensions of earlier blocks (where there are none, neither e nor w2); and bucket the number of
    activity_edges <= activity. Without activity tables the scale is the base, clipped.

    Over an open grid values may be as large as 2**31. Features are then clipped to +-MOST, but rho
    multiplies the whole z1, and the mean is clipped to +-OPEN_REACH in place of +-12. No value of a
    closed grid is clipped by either.

    Features travel as floats that are integers: they are below 2**21 and the weights of one
    dimension sum to 2**32 at most, so every partial sum of the product is below 2**53 and exact,
    whatever the order of summation.
    """

    def __init__(self, tables: TransitionTables, grid: ValueGrid, block: int) -> None:
        local = ~tables.is_global
        self.dims = np.flatnonzero(local & (tables.blocks == block))
        self.grid = grid.take(self.dims)
        self.law = tables.law
        self._reach = OPEN_REACH if grid.open else REACH
        self._local = np.flatnonzero(local)
        self._earlier = np.flatnonzero(local & (tables.blocks < block))
        self._rho = tables.rho[:, self.dims]
        self._sigma = tables.sigma[:, self.dims]
        self._blur = np.abs(self._rho) * tables.blur
        self._class = tables.lag_class
        weights = tables.weights
        self._weights = None if weights is None else weights[:, self.dims].astype(np.float64)
        self._step = self.grid.steps >> 3
        self._mix, self._edges = tables.activity_weights, tables.activity_edges
        self._gain = tables.activity_gain

    def mean(self, features: Floats, z1: Ints, lag: Ints) -> Ints:
        """Return the Q16 means (..., Db) from features (..., 3 D) and z1 (..., D) at lags (...)."""
        row = self._row(lag)
        mean = decayed(self._rho[row], z1[..., self.dims])
        if self._weights is not None:
            more = (self._weights[self._class[row]] @ features[..., None])[..., 0]
            mean += more.astype(np.int64) >> 16
        return clamp(mean, -self._reach, self._reach)

    def base(self, width: Ints, lag: Ints) -> Ints:
        """Return the Q16 scales (..., Db) before adaptation, from widths (..., D) of the cells."""
        row = self._row(lag)
        return hypot(self._sigma[row], self._blur[row] * width[..., self.dims] >> 32)

    def spread(self, residual: Ints, base: Ints) -> Ints:
        """Return the Q16 spreads (..., Db) of the residuals (..., Db)."""
        size = np.minimum(np.abs(residual), WILD) << 16
        spread: Ints = np.minimum(size // (base + self._step), WILDEST)
        return spread

    def scale(self, base: Ints, before: Ints, now: Ints, lag: Ints) -> Ints:
        """Return the Q16 scales (..., Db) from spreads (..., D) of the last and of this knot."""
        if self._gain is None:
            return np.minimum(base, WIDEST)
        gain = self._gain[self.classes(lag)[..., None], self.bucket(before, now)]
        return clamp(base * gain >> 16, 1, WIDEST)

    def bucket(self, before: Ints, now: Ints) -> Ints:
        """Return the activity buckets (..., Db) from spreads (..., D) of the last and this knot."""
        assert self._mix is not None
        assert self._edges is not None
        total = before[..., self.dims] * self._mix[0] + _mean(before, self._local) * self._mix[1]
        parts = self._mix[0] + self._mix[1]
        if self._earlier.size:
            total += _mean(now, self._earlier) * self._mix[2]
            parts = parts + self._mix[2]
        bucket: Ints = np.searchsorted(self._edges, total // parts, side="right")
        return bucket

    def classes(self, lag: Ints) -> Ints:
        """Return the classes (...) of lags (...)."""
        classes: Ints = self._class[self._row(lag)]
        return classes

    def _row(self, lag: Ints) -> Ints:
        return np.minimum(lag, self._rho.shape[0]) - 1


def features(z1: Ints, z2: Ints, lag: Ints, lag_prev: Ints) -> Floats:
    """Return (..., 3 D): z1, the slope, and room for residuals; lag_prev = 0 means no z2."""
    before = np.maximum(lag_prev, 1)
    enough = ((2 * REACH + 1) * before // lag + 1)[..., None]  # any larger move is clipped below
    ahead = clamp(z1 - z2, -enough, enough) * lag[..., None] // before[..., None]
    slope = clamp(ahead, -2 * REACH, 2 * REACH) * (lag_prev > 0)[..., None]
    parts = (feature(z1), slope, np.zeros_like(z1))
    return np.concatenate(parts, axis=-1).astype(np.float64)


def feature(values: Ints) -> Ints:
    """Return Q16 values (...) as features, within +-MOST."""
    return clamp(values, -MOST, MOST)


def decayed(rho: Ints, z: Ints) -> Ints:
    """Return rho z >> 16 of rho Q16 below 2**21 in size, in 63 bits for |z| up to 2**57."""
    whole: Ints = rho * (z >> 16)
    whole += rho * (z & (ONE - 1)) >> 16
    return whole


def hypot(one: Ints, other: Ints) -> Ints:
    """Return about the root of the sum of squares: one step of Newton's; the class states it."""
    guess = np.maximum(one, other) + (np.minimum(one, other) >> 1)
    root: Ints = (guess + (one * one + other * other) // guess) >> 1
    return root


def _mean(spread: Ints, dims: Ints) -> Ints:
    """Return (..., 1): the floored mean of spreads (..., D) over the chosen dimensions."""
    mean: Ints = spread[..., dims].sum(axis=-1, keepdims=True) // max(dims.size, 1)
    return mean
