"""The step in which the values of a channel climb, found from the gaps between them.

A guess from the smallest gaps is mended by ever wider ones: rounding moves each value a little, so
a step of 1e-5 is known to two digits from a gap of one step, and to seven from all of the range.
"""

from __future__ import annotations

import numpy as np

from vdsc.core.types import Floats

DISTINCT = 24
"""Values that a channel must have at least: fewer lie on many stairs."""

NEAR, MOST = 0.2, 0.8
"""So many of the values must lie so near to their step, in steps; chance brings 0.4 of them there.

The others are those that were rounded to fewer places, being larger."""

DIVISORS = (1, 2, 3, 4)
"""What the smallest gaps may be in steps."""

LAGS = (1, 2, 3, 5, 8, 13, 21, 34, 55)
"""Values are compared with those so many places further up."""


def stair(values: Floats) -> tuple[float, float] | None:
    """Return start and step of stairs on which finite values (n,) lie, None if there are none."""
    sorted_ = np.unique(values)
    if sorted_.size < DISTINCT:
        return None
    if not 1e-200 < sorted_[-1] / 2 - sorted_[0] / 2 < 1e200:
        return None  # products of gaps would not be numbers
    gaps = np.diff(sorted_)
    small = gaps[gaps <= 1.3 * np.quantile(gaps, 0.1)]
    for divisor in DIVISORS:
        found = _fitted(sorted_, _mended(sorted_, float(np.median(small)) / divisor))
        if found is not None:
            return found
    return None


def _mended(values: Floats, step: float) -> float:
    """A step that suits all gaps of increasing values (n,), from one that suits the smallest."""
    gaps = np.concatenate([values[lag:] - values[:-lag] for lag in LAGS if lag < values.size])
    gaps = np.sort(np.append(gaps, values[-1] - values[0]))
    reach = 2.0
    while reach < 2 * gaps[-1] / step:
        some = gaps[: np.searchsorted(gaps, reach * step)]
        whole = np.rint(some / step)
        if whole.any():
            step = float(whole @ some / (whole @ whole))
        reach *= 2
    return step


def _fitted(values: Floats, step: float) -> tuple[float, float] | None:
    """The line nearest to increasing values (n,) at whole numbers of about this step."""
    middle = values[values.size // 2]
    whole = np.rint((values - middle) / step)
    if not np.isfinite(whole).all() or np.abs(whole).max() >= 1 << 30 or not whole.any():
        return None
    mean = whole.mean()
    slope = float((whole - mean) @ (values - values.mean()) / ((whole - mean) @ (whole - mean)))
    start = float(values.mean() - slope * mean)
    near = np.abs(values - (start + slope * whole)) < NEAR * slope
    return (start, slope) if slope > 0 and near.mean() >= MOST else None
