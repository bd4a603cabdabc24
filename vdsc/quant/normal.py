"""Cumulative distributions as integers: the same on every machine, made from integers alone.

Fixed point: an abscissa x is the integer round(x * 2**16) ("Q16"); a probability p is the
integer round(p * 2**30) ("Q30").
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from itertools import accumulate

import numpy as np

from vdsc.core.fixed import CERTAIN, WORK, exp_minus
from vdsc.core.types import Ints

_STEP = 8  # a table entry every 2**8 in Q16, i.e. every 1/256
_REACH = {"normal": 8, "logistic": 24}


@dataclass(frozen=True, eq=False)
class _Table:
    """F at x = 0, 1/256, ... as Q30 and its forward differences (the last is zero).

    With |x| = 256 i + f, F(x) = height[i] + (rise[i] f >> 8), and F(-x) = 2^30 - F(x). The same as
    lines: F(x) = (start[j] + slope[j] x) >> 8 with j = (x >> 8) + the number of heights. The first
    and the last line are level and go on without end.
    """

    height: Ints
    rise: Ints
    start: Ints
    slope: Ints

    @classmethod
    def of(cls, height: list[int]) -> _Table:
        values = np.array(height, dtype=np.int64)
        rise = np.append(np.diff(values), 0)
        ahead = rise * np.arange(values.size) << _STEP
        above = (values << _STEP) - ahead
        below = (CERTAIN - values << _STEP) + ahead + (1 << _STEP) - 1  # 2^30 - F rounds up
        start, slope = (below[::-1], above), (rise[::-1], rise)
        return cls(values, rise, np.concatenate(start), np.concatenate(slope))

    def cdf(self, x: Ints) -> Ints:
        """F(x) as Q30."""
        line = (x >> _STEP) + self.height.size
        found: Ints = self.slope.take(line, mode="clip")
        found *= x
        found += self.start.take(line, mode="clip")
        found >>= _STEP
        return found

    def quantile(self, p: Ints) -> Ints:
        """The smallest x >= 0 with F(x) >= p for p >= 1/2, mirrored below 1/2; x is Q16."""
        upper = np.clip(np.maximum(p, CERTAIN - p), CERTAIN >> 1, CERTAIN)
        cell = np.maximum(np.searchsorted(self.height, upper) - 1, 0)
        part = -(-((upper - self.height[cell]) << _STEP) // np.maximum(self.rise[cell], 1))
        x = (cell << _STEP) + part
        mirrored: Ints = np.where(p < CERTAIN >> 1, -x, x)
        return mirrored


def cdf(x: Ints) -> Ints:
    """The normal distribution function: x Q16 of any shape, result Q30 of the same shape."""
    return _normal().cdf(x)


def quantile(p: Ints) -> Ints:
    """The inverse of `cdf`: p Q30, result Q16 within [-8, 8]."""
    return _normal().quantile(p)


def logistic_cdf(x: Ints) -> Ints:
    """The logistic distribution function 1 / (1 + e^-x): x Q16, result Q30."""
    return _logistic().cdf(x)


def logistic_lines() -> Ints:
    """The logistic distribution function as (n, 2): F at 0, 1/256, ... in Q30, and its rises."""
    return np.stack((_logistic().height, _logistic().rise), axis=1)


LAWS: dict[str, Callable[[Ints], Ints]] = {"normal": cdf, "logistic": logistic_cdf}
"""The laws an innovation may follow, by the name that frozen tables carry."""


@cache
def bell_areas() -> tuple[int, ...]:
    """Areas under exp(-x^2 / 2) over [i, i+1] / 256 for i < 2048, in one common unit (Simpson)."""
    bell, shrink, squeeze = 1 << WORK, exp_minus(1, 1 << 19), exp_minus(1, 1 << 18)
    heights = [bell]
    for _ in range(2 * (_REACH["normal"] << _STEP)):  # nodes are h = 1/512 apart
        bell = bell * shrink >> WORK  # exp(-(n+1)^2 h^2/2) = exp(-n^2 h^2/2) exp(-(2n+1) h^2/2)
        shrink = shrink * squeeze >> WORK
        heights.append(bell)
    triples = zip(heights[::2], heights[1::2], heights[2::2], strict=False)
    return tuple(left + 4 * middle + right for left, middle, right in triples)


@cache
def _normal() -> _Table:
    half, total = CERTAIN >> 1, sum(bell_areas())
    sums = accumulate(bell_areas(), initial=0)
    return _Table.of([half + (half * part + total // 2) // total for part in sums])


@cache
def _logistic() -> _Table:
    height, decay, tail = [], exp_minus(1, 256), 1 << WORK
    for _ in range(_REACH["logistic"] << _STEP):
        whole = (1 << WORK) + tail
        height.append(((CERTAIN << WORK) + whole // 2) // whole)
        tail = tail * decay >> WORK
    return _Table.of([*height, CERTAIN])
