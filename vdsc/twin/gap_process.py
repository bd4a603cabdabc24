"""Integer twin of the knot process: the law of the next gap, equations (19)-(20) and (33)-(35)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vdsc.core.fixed import CERTAIN, WORK, clamp
from vdsc.core.types import Ints
from vdsc.quant.normal import logistic_cdf
from vdsc.twin import reals
from vdsc.twin.layers import PLACES, UNIT, Floats, dense, sigmoid, silu, tanh

FULL = 255
"""The density that counts as 1; 0 is the sparsest that training saw."""

_STRAY = 3 << 15  # how far mu may lie from the prior's mean gap
_NARROW, _WIDE = 0.03, 0.6  # bounds of s
_KNOTS = 1 << 8  # entries of the table of s


class Gaps:
    """Twin of `KnotProcess`: F(gap <= j ticks) given the hidden state at the last knot."""

    def __init__(self, net: Mapping[str, Any], weights: dict[str, NDArray[Any]]) -> None:
        self.rates = tuple(reals.log(reals.fine(rate)) for rate in net["rates"])
        self.limit, self.fps = float(net["limit"]), float(net["fps"])
        self.layers = [dense(weights, "knots.net.0"), dense(weights, "knots.net.2")]
        self.longest = max(1, int(self.limit * self.fps))
        self.at = self._places()

    def rate(self, density: int) -> int:
        """Knots per second of the Poisson prior at a density, Q96; equation (18)."""
        low, high = self.rates
        return reals.exp(low + (high - low) * density // FULL)

    def law(self, hidden: Floats, density: int) -> tuple[int, int]:
        """Return mu and s (Q16) of the next gap; hidden (H,) at the last knot."""
        wanted = np.array([float(density * UNIT // FULL)])
        inner = silu(self.layers[0](np.concatenate([hidden, wanted])))
        bend, width = self.layers[1](inner)
        mean = min((1 << 2 * WORK) // self.rate(density), reals.fine(self.limit))
        mu = (inverse_softplus(mean) >> (WORK - 16)) + (int(tanh(bend)) * _STRAY >> PLACES)
        share = int(sigmoid(width)) * _KNOTS
        table, at, part = widths(), share >> PLACES, share & (UNIT - 1)
        scale = table[at] + ((table[min(at + 1, _KNOTS)] - table[at]) * part >> PLACES)
        return mu, max(scale, 1)

    def below(self, hidden: Floats, density: int) -> Ints:
        """Q30 probabilities (longest - 1,) that the next gap is at most 1, 2, ... ticks.

        A gap is rounded to whole ticks, at least one, and cut at the limit.
        """
        mu, scale = self.law(hidden, density)
        far = clamp(((self.at - mu) << 16) // scale, -(1 << 22), 1 << 22)
        height = logistic_cdf(far)
        top = np.maximum(height[-1], 1)
        inner: Ints = np.minimum(height[:-1] * CERTAIN // top, CERTAIN)
        return inner

    def _places(self) -> Ints:
        """g(x) (longest,) Q16 at x = 1.5, 2.5, ... ticks, and last at the limit."""
        top, bottom = self.fps.as_integer_ratio()
        ticks = [(2 * j + 1) * bottom * (1 << WORK) // (2 * top) for j in range(1, self.longest)]
        places = [inverse_softplus(x) for x in [*ticks, reals.fine(self.limit)]]
        return np.array([place >> (WORK - 16) for place in places], dtype=np.int64)


def inverse_softplus(x: int) -> int:
    """g(x) = log(e^x - 1), Q96, for x > 0 in Q96."""
    return reals.log(max(reals.exp(x) - (1 << WORK), 1))


@cache
def widths() -> list[int]:
    """0.03 * 20**(i / 256), Q16, for i = 0 to 256."""
    low, high = reals.log(reals.fine(_NARROW)), reals.log(reals.fine(_WIDE))
    steps = range(_KNOTS + 1)
    return [reals.exp(low + (high - low) * i // _KNOTS) >> (WORK - 16) for i in steps]
