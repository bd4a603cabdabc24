"""The path between knots at any time, the same bits on every machine; equation (21).

All is float64, one operation for each number and in the order written here: IEEE 754 fixes every
result, and none depends on the other times that are asked for. Nothing is summed by a library.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from vdsc.core.fixed import WORK
from vdsc.core.types import Floats, Ints
from vdsc.errors import CorruptFile
from vdsc.twin.decay import decay

_SHORT = 2.0**-13
"""A bridge whose r (t_b - t_a) is below this is a straight line, up to 2^-29 of its height."""

_EXTREME = 64
"""Knots are further apart than 2^-64 seconds and nearer than 2^64."""


class Curve(Protocol):
    """A latent path. A time outside the knots counts as that of the nearest of them."""

    def __call__(self, times: Floats) -> Floats:
        """Return z (Q, D) in units of Q16, not rounded, at times (Q,) seconds."""


@dataclass(frozen=True, eq=False)
class Constant:
    """The path of a single knot with value (D,)."""

    value: Floats

    def __call__(self, times: Floats) -> Floats:
        """Return the value at every time."""
        return np.repeat(self.value[None], len(times), axis=0)


@dataclass(frozen=True, eq=False)
class Spline:
    """The natural cubic spline through knots (M,) with values (M, D) and curvatures (M, D).

    Between knots a and b, h apart: at u = (t - t_a) / h and v = 1 - u

        v z_a + u z_b + ((v^3 - v) c_a + (u^3 - u) c_b) h^2 / 6.
    """

    knots: Floats
    values: Floats
    curvatures: Floats

    def __call__(self, times: Floats) -> Floats:
        """Evaluate the cubic between the two knots around each time."""
        at, u, gap = located(self.knots, times)
        v = 1.0 - u
        line = v * self.values[at] + u * self.values[at + 1]
        left, right = (v * v * v - v), (u * u * u - u)
        bend = left * self.curvatures[at] + right * self.curvatures[at + 1]
        path: Floats = line + bend * (gap * gap / 6.0)
        return path


@dataclass(frozen=True, eq=False)
class Bridge:
    """Mean of the OU bridge through knots (M,) with values (M, D); rates (D,) are nu^2 / 2.

    At u = (t - t_a) / h and v = 1 - u, with p = rate h and E(x) = e^-x, the knots weigh

        E(p u) (1 - E(2 p v)) / (1 - E(2 p))   and   E(p v) (1 - E(2 p u)) / (1 - E(2 p)).
    """

    knots: Floats
    values: Floats
    rates: Floats

    def __call__(self, times: Floats) -> Floats:
        """Mix the values of the two knots around each time."""
        at, u, gap = located(self.knots, times)
        v, power = 1.0 - u, self.rates * gap
        short = power < _SHORT
        safe = np.where(short, 1.0, power)
        whole = 1.0 - decay(2.0 * safe)
        left = decay(safe * u) * (1.0 - decay(2.0 * safe * v)) / whole
        right = decay(safe * v) * (1.0 - decay(2.0 * safe * u)) / whole
        left, right = np.where(short, v, left), np.where(short, u, right)
        path: Floats = left * self.values[at] + right * self.values[at + 1]
        return path


def located(knots: Floats, times: Floats) -> tuple[Ints, Floats, Floats]:
    """Number (Q,) of the knot before each time; (Q, 1) share of the gap after it, and the gap."""
    at = np.clip(np.searchsorted(knots, times, side="right") - 1, 0, len(knots) - 2)
    gap = knots[at + 1] - knots[at]
    share = np.clip((times - knots[at]) / gap, 0.0, 1.0)
    return at, share[:, None], gap[:, None]


def curve(knots: Floats, values: Ints, rates: Floats | None) -> Curve:
    """The path through knots (M,) seconds with values (M, D) Q16: a bridge if there are `rates`.

    Raises CorruptFile for knots that do not rise, or by steps with which float64 overflows.
    """
    height = values.astype(np.float64)
    if len(knots) == 1:
        return Constant(height[0])
    gaps = np.diff(knots)
    if not bool(((gaps > 2.0**-_EXTREME) & (gaps < 2.0**_EXTREME)).all()):
        raise CorruptFile("the times of two knots cannot be right; the file is damaged")
    if rates is not None:
        return Bridge(knots, height, rates)
    return Spline(knots, height, curvatures(knots, height))


def curvatures(knots: Floats, values: Floats) -> Floats:
    """Second derivatives (M, D) of the natural cubic spline, by elimination from first to last."""
    gaps, found = np.diff(knots), np.zeros_like(values)
    slopes = np.diff(values, axis=0) / gaps[:, None]
    bends = 6.0 * np.diff(slopes, axis=0)
    steps = gaps.tolist()
    pivots = [1.0]
    for i in range(1, len(knots) - 1):
        over = steps[i - 1] / pivots[-1] if i > 1 else 0.0
        pivots.append(2.0 * (steps[i - 1] + steps[i]) - over * steps[i - 1])
        found[i] = bends[i - 1] - over * found[i - 1]
    for i in range(len(knots) - 2, 0, -1):
        found[i] = (found[i] - steps[i] * found[i + 1]) / pivots[i]
    return found


def rate(nu: int) -> float:
    """nu^2 / 2 per second as the nearest float64, of a diffusion nu that is Q96."""
    return (nu * nu >> WORK + 1) / (1 << WORK)
