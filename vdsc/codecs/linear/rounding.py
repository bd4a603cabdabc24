"""Which integers stand for real coefficients: those that cost least, error and bits together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vdsc.core.types import Floats, Ints
from vdsc.entropy.magnitudes import LAST
from vdsc.entropy.stack import TOTAL

EXCHANGE = 0.15
"""Squared steps that a bit is worth. At a high rate, where a bit saves 3/4 of an error of 1/12
squared steps, it would be 0.116; few coefficients are so large."""


@dataclass(frozen=True, eq=False)
class Rounding:
    """Chooses a row of coefficients, given in steps (n,), once their laws are known."""

    wanted: Floats

    def __call__(self, rows: Ints, shift: Ints) -> Ints:
        """Integers (n,) under rows (n, 16) with so many low bits (n,)."""
        size = np.abs(self.wanted)
        below = np.floor(size).astype(np.int64)
        tried = np.stack([np.zeros_like(below), below, below + 1])
        cost = np.square(size - tried) + EXCHANGE * bits(tried, rows, shift)
        best = np.take_along_axis(tried, cost.argmin(axis=0)[None], axis=0)[0]
        signed: Ints = np.where(self.wanted < 0, -best, best)
        return signed


def bits(sizes: Ints, rows: Ints, shift: Ints) -> Floats:
    """Bits (..., n) of integers of these sizes (..., n)."""
    high = sizes >> shift
    symbol = np.minimum(high, LAST)
    share = np.log2(TOTAL) - np.log2(rows)
    spent = share[np.arange(len(rows)), symbol] + shift + (sizes > 0)
    beyond = high >= LAST
    more = 5.3 + np.log2(np.maximum(high - LAST + 1, 1))
    total: Floats = spent + np.where(beyond, more, 0.0)
    return total
