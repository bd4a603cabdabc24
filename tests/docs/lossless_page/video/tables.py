"""Tables of the networks and laws, and numbers of the page that all parts need."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tests.docs.page_decoder import distribution, small

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

MOST = 1 << 21  # a weight or a gradient is no larger


def clip(x: Any, low: int, high: int) -> Ints:
    return np.minimum(np.maximum(x, low), high)


def nearest(x: Any, n: int) -> Ints:
    """round(x / 2^n) of integers, ties to even."""
    whole, rest, half = x >> n, x & ((1 << n) - 1), 1 << (n - 1)
    return whole + ((rest > half) | ((rest == half) & (whole & 1 == 1)))


@cache
def heights() -> Ints:
    """F: the logistic law at 2^15 + 1 places."""
    inner = [distribution(1, 64 * (i - (1 << 14))) for i in range(1, 1 << 15)]
    return np.array([0, *inner, 1 << 30])


@cache
def densities() -> Ints:
    return heights() * ((1 << 30) - heights()) >> 30


@cache
def inverses() -> Ints:
    """I, of -48 to 80."""
    rising = [(1 << 192) // small(-i, 16) for i in range(-48, 0)]
    return np.array([(x + (1 << 75)) >> 76 for x in rising + [small(i, 16) for i in range(81)]])


@cache
def decays() -> Ints:
    """D."""
    return np.array([*((small(i, 32) + (1 << 71)) >> 72 for i in range(512)), 0])


def bend(d: Ints) -> Ints:
    """The bent difference, of -511 to 511."""
    return np.sign(d) * _sizes()[np.abs(d)]


@cache
def _sizes() -> Ints:
    return np.array([min(((1 + d) ** 32).bit_length() // 2, 127) for d in range(512)])
