"""Logarithms and powers of 2 in fixed point, from tables that integers alone make."""

from __future__ import annotations

from functools import cache
from math import isqrt

import numpy as np

from vdsc.core.fixed import WORK, bit_length, clamp, shifted
from vdsc.core.types import Ints
from vdsc.twin.layers import PLACES

FINE = 10
"""Binary places of the mantissas that have an entry in the tables."""


def log2(x: Ints) -> Ints:
    """The logarithm of integers (...) >= 1, Q20: exact at powers of 2, else within 0.0015 below."""
    whole = bit_length(x) - 1
    mantissa = shifted(x, FINE - whole) - (1 << FINE)
    found: Ints = (whole << PLACES) + logs()[mantissa]
    return found


def exp2(x: Ints) -> Ints:
    """2 to the power of x (...), both Q20, for x from -20 to 20; within 0.0007 of it, below."""
    whole, part = x >> PLACES, (x & ((1 << PLACES) - 1)) >> (PLACES - FINE)
    return shifted(powers()[part], clamp(whole, -63, 20))


@cache
def powers() -> Ints:
    """2^(i / 1024), Q20, rounded down; the root of 2 is drawn ten times."""
    root = 1 << WORK + 1
    for _ in range(FINE):
        root = isqrt(root << WORK)
    powers = [1 << WORK]
    for _ in range((1 << FINE) - 1):
        powers.append(powers[-1] * root >> WORK)
    return np.array([power >> WORK - PLACES for power in powers], dtype=np.int64)


@cache
def logs() -> Ints:
    """log2(1 + i / 1024), Q20, rounded down: each square of a number gives one digit more."""
    return np.array([_log((1 << FINE) + i) for i in range(1 << FINE)], dtype=np.int64)


def _log(x: int) -> int:
    x, digits = x << WORK - FINE, 0
    for _ in range(PLACES):
        x = x * x >> WORK
        digits <<= 1
        if x >> WORK + 1:
            x, digits = x >> 1, digits + 1
    return digits
