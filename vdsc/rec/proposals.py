"""Laws on the line: as a proposal by an exact quantile, as a target by a distribution function.

`quantile` takes coordinates u (integers, 62 bits) and uses `vdsc.rec.exact` only, so both sides of
a channel get the same float64 value; `cdf` is for encoders and may use any library.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np

from vdsc.core.types import Floats, Ints
from vdsc.errors import InvalidInput
from vdsc.rec import exact
from vdsc.rec.noise import BITS

WHOLE = 1 << BITS
"""The number of coordinates."""


@runtime_checkable
class Law(Protocol):
    """A distribution on the line without atoms."""

    def quantile(self, u: Ints) -> Floats:
        """Return x (...) float64 at coordinates u (...), not decreasing."""
        ...

    def cdf(self, x: Floats) -> Floats:
        """Return the probability (...) of values up to x (...)."""
        ...


@dataclass(frozen=True)
class Uniform:
    """The uniform law on [low, high]."""

    low: float = 0.0
    high: float = 1.0

    def __post_init__(self) -> None:
        demand(self.low < self.high, "a uniform law needs low < high")

    def quantile(self, u: Ints) -> Floats:
        """Return low + (high - low) (u + 1/2) / 2**62."""
        return self.low + (self.high - self.low) * _share(u)

    def cdf(self, x: Floats) -> Floats:
        """Return (x - low) / (high - low), cut to [0, 1]."""
        return np.clip((x - self.low) / (self.high - self.low), 0.0, 1.0)


@dataclass(frozen=True)
class Gaussian:
    """The normal law N(mean, scale**2)."""

    mean: float = 0.0
    scale: float = 1.0

    def __post_init__(self) -> None:
        demand(self.scale > 0 and finite(self.mean, self.scale), "a scale must be above zero")

    def quantile(self, u: Ints) -> Floats:
        """Return mean + scale times the standard normal quantile."""
        return self.mean + self.scale * exact.normal_quantile(u)

    def cdf(self, x: Floats) -> Floats:
        """Return erfc(-(x - mean) / (scale sqrt 2)) / 2."""
        z = (self.mean - x) / (self.scale * math.sqrt(2))
        return np.array([math.erfc(v) / 2 for v in z.ravel()]).reshape(z.shape)


@dataclass(frozen=True)
class Triangular:
    """The law on [low, high] whose density rises linearly to `mode` and falls linearly after it."""

    low: float
    mode: float
    high: float

    def __post_init__(self) -> None:
        right = self.low <= self.mode <= self.high and self.low < self.high
        demand(right, "a triangular law needs low <= mode <= high and low < high")

    def quantile(self, u: Ints) -> Floats:
        """Return low + sqrt(p w (mode - low)) or high - sqrt((1 - p) w (high - mode))."""
        width, p = self.high - self.low, _share(u)
        rising = self.low + np.sqrt(p * (width * (self.mode - self.low)))
        falling = self.high - np.sqrt(_share(WHOLE - 1 - u) * (width * (self.high - self.mode)))
        return np.where(p * width <= self.mode - self.low, rising, falling)

    def cdf(self, x: Floats) -> Floats:
        """Return the area under the triangle up to x."""
        x, width = np.clip(x, self.low, self.high), self.high - self.low
        left = np.square(x - self.low) / (width * max(self.mode - self.low, 1e-300))
        right = 1 - np.square(self.high - x) / (width * max(self.high - self.mode, 1e-300))
        return np.where(x <= self.mode, np.minimum(left, 1.0), right)


@dataclass(frozen=True)
class Exponential:
    """The exponential law of a rate, per unit of x."""

    rate: float = 1.0

    def __post_init__(self) -> None:
        demand(self.rate > 0 and finite(self.rate), "a rate must be above zero")

    def quantile(self, u: Ints) -> Floats:
        """Return -log(1 - p) / rate."""
        return -exact.log(_share(WHOLE - 1 - u)) / self.rate

    def cdf(self, x: Floats) -> Floats:
        """Return 1 - exp(-rate x)."""
        return -np.expm1(-self.rate * np.maximum(x, 0.0))


def _share(u: Ints) -> Floats:
    """The middle of coordinate u as a float64 in (0, 1]."""
    share: Floats = (2 * u + 1).astype(np.float64) * 2.0 ** -(BITS + 1)
    return share


def finite(*numbers: float) -> bool:
    """Return whether all parameters are finite."""
    return all(math.isfinite(number) for number in numbers)


def demand(holds: object, otherwise: str) -> None:
    """Raise InvalidInput with the advice `otherwise` unless a condition holds."""
    if not holds:
        raise InvalidInput(otherwise)
