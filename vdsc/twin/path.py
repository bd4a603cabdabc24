"""The path between knots at whole ticks in integers: equation (21), or the natural spline."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from vdsc.core.fixed import WORK
from vdsc.core.types import Ints
from vdsc.twin import reals

_WEIGHT = 30  # bits after the point of a bridge's weights
_FINE = 24  # bits after the point of a spline's second derivatives
_PIVOT = 20  # bits after the point of its pivots
_SHORT = WORK - 13  # r gap below 2**-13: the straight line


class Bridge:
    """Mean of the OU bridge of diffusions nu (D,) Q96 on a clock of `fps` ticks a second."""

    def __init__(self, nu: list[int], fps: float) -> None:
        top, bottom = fps.as_integer_ratio()
        self.rates = [(n * n >> WORK + 1) * bottom // top for n in nu]
        self._weights: dict[int, Ints] = {}

    def __call__(self, knots: Ints, values: Ints) -> Ints:
        """Path (T, D) Q16 at ticks 0 to T - 1 from knots (M,), first 0, with values (M, D) Q16."""
        path = [values[:1]]
        for (begin, end), (one, two) in zip(
            pairwise(knots.tolist()), pairwise(values), strict=True
        ):
            weights = self.weights(end - begin)
            mixed = weights[-2::-1] * one + weights[1:] * two
            path.append((mixed + (1 << _WEIGHT - 1)) >> _WEIGHT)
        return np.concatenate(path)

    def weights(self, gap: int) -> Ints:
        """sinh(r j) / sinh(r gap), Q30, for j = 0 to gap: (gap + 1, D)."""
        if gap not in self._weights:
            columns = [_sinhs(rate, gap) for rate in self.rates]
            self._weights[gap] = np.array(columns, dtype=np.int64).T
        return self._weights[gap]


def _sinhs(rate: int, gap: int) -> list[int]:
    """One dimension's weights, by e^(-r (gap - j)) (1 - e^(-2 r j)) / (1 - e^(-2 r gap))."""
    one = 1 << WORK
    if rate * gap < 1 << _SHORT:
        return [(j << _WEIGHT) // gap for j in range(gap + 1)]
    decay, powers = reals.exp(-rate), [one]
    for _ in range(2 * gap):
        powers.append(powers[-1] * decay >> WORK)
    whole = one - powers[2 * gap]
    shares = (powers[gap - j] * (one - powers[2 * j]) // whole for j in range(gap + 1))
    return [share >> WORK - _WEIGHT for share in shares]


def spline(knots: Ints, values: Ints) -> Ints:
    """Natural cubic spline (T, D) Q16 at ticks 0 to T - 1 through knots (M,) with values Q16.

    Between knots a and b, h apart, with second derivatives c: at u = (t - a) / h and v = 1 - u

        v z_a + u z_b + ((v^3 - v) c_a + (u^3 - u) c_b) h^2 / 6.
    """
    if len(knots) == 1:
        return values.copy()
    bends = _bends(knots, values)
    path = [values[:1]]
    for i, (begin, end) in enumerate(pairwise(knots.tolist())):
        gap = end - begin
        u = np.arange(1, gap + 1)[:, None]
        v = gap - u
        line = (v * values[i] + u * values[i + 1] << _FINE - 16) // gap
        curve = v * (v * v - gap * gap) * bends[i] + u * (u * u - gap * gap) * bends[i + 1]
        path.append((line + curve // (6 * gap) + (1 << _FINE - 17)) >> _FINE - 16)
    return np.concatenate(path)


def _bends(knots: Ints, values: Ints) -> Ints:
    """Second derivatives (M, D) per tick^2, Q24, of a natural cubic spline, by elimination."""
    gaps, bends = np.diff(knots).tolist(), np.zeros_like(values)
    slopes = (np.diff(values, axis=0) << _FINE - 16) // np.diff(knots)[:, None]
    pivots = [1 << _PIVOT]
    for i in range(1, len(knots) - 1):
        over = (gaps[i - 1] << 2 * _PIVOT) // pivots[-1] if i > 1 else 0
        pivots.append((2 * (gaps[i - 1] + gaps[i]) << _PIVOT) - over * gaps[i - 1])
        bends[i] = 6 * (slopes[i] - slopes[i - 1]) - (over * bends[i - 1] >> _PIVOT)
    for i in range(len(knots) - 2, 0, -1):
        bends[i] = ((bends[i] - gaps[i] * bends[i + 1]) << _PIVOT) // pivots[i]
    return bends
