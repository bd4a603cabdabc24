"""Logistic laws, and laws that are cut off."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from vdsc.core.types import Floats, Ints
from vdsc.rec import exact
from vdsc.rec.noise import BITS, share_of
from vdsc.rec.proposals import WHOLE, Law, demand, finite


@dataclass(frozen=True)
class Logistic:
    """The logistic law with a mean and a scale."""

    mean: float = 0.0
    scale: float = 1.0

    def __post_init__(self) -> None:
        demand(self.scale > 0 and finite(self.mean, self.scale), "a scale must be above zero")

    def quantile(self, u: Ints) -> Floats:
        """Return mean + scale log(p / (1 - p))."""
        return self.mean + self.scale * exact.logit(u)

    def cdf(self, x: Floats) -> Floats:
        """Return 1 / (1 + exp(-(x - mean) / scale))."""
        return 1 / (1 + exact.exp((self.mean - x) / self.scale))


@dataclass(frozen=True)
class SoftplusLogistic:
    """The law of log(1 + e^y) for logistic y; Chen et al. 2022, equations (33)-(35)."""

    mean: float = 0.0
    scale: float = 1.0

    def __post_init__(self) -> None:
        demand(self.scale > 0 and finite(self.mean, self.scale), "a scale must be above zero")

    def quantile(self, u: Ints) -> Floats:
        """Return max(y, 0) + log(1 + e^-|y|)."""
        y = self.mean + self.scale * exact.logit(u)
        folded = exact.exp(-np.abs(y))
        tail = np.where(folded < 1e-8, folded, exact.log(1 + folded))
        return np.maximum(y, 0.0) + tail

    def cdf(self, x: Floats) -> Floats:
        """Return the logistic function of (log(e^x - 1) - mean) / scale."""
        x = np.maximum(x, 1e-300)
        y = x + np.log(-np.expm1(-x))
        return 1 / (1 + exact.exp((self.mean - y) / self.scale))


@dataclass(frozen=True)
class Truncated:
    """A law cut to the coordinates [begin, end) of its own, integers in [0, 2**62]."""

    law: Law
    begin: int
    end: int

    def __post_init__(self) -> None:
        demand(0 <= self.begin < self.end <= WHOLE, "a truncated law has nothing left")

    @classmethod
    def between(cls, law: Law, low: float, high: float) -> Truncated:
        """Cut a law to [low, high]; floats choose the integers, so they belong to the encoder."""
        begin, end = (int(math.ldexp(float(p), BITS)) for p in law.cdf(np.array([low, high])))
        return cls(law, begin, end)

    def quantile(self, u: Ints) -> Floats:
        """Return the law's quantile at begin + floor(u (end - begin) / 2**62)."""
        words = u.astype(np.uint64) << np.uint64(64 - BITS)
        return self.law.quantile(self.begin + share_of(words, self.end - self.begin))

    def cdf(self, x: Floats) -> Floats:
        """Return the law's probability up to x, rescaled and cut to [0, 1]."""
        begin, end = self.begin / WHOLE, self.end / WHOLE
        return np.clip((self.law.cdf(x) - begin) / (end - begin), 0.0, 1.0)
