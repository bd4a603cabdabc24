"""Sines in integers: the Karhunen-Loeve basis of a bridge that is pinned at both ends.

A path between two knots, less the line through them, is 0 at both: its natural coordinates are
sin(pi k share), k = 1, 2, ... with share the part of the way that has gone by.
"""

from __future__ import annotations

from functools import cache
from math import isqrt

import numpy as np

from vdsc.core.types import Ints

SHARE = 20
"""Bits after the point of a share of the way between two knots, and of a sine."""

_QUARTER = 11
"""The table has 2**11 steps from 0 to a right angle; between them it is a line."""

_WORK = 96
_PI = 248902613312231085230521944622
"""round(pi * 2**96)"""


@cache
def _table() -> Ints:
    """round(2**20 sin(pi i / 2**12)), i = 0 to 2**11, from Python's integers."""
    turn = _PI >> _QUARTER + 1
    sine, cosine, term, order = 0, 0, 1 << _WORK, 0
    while term:  # the series of exp(i turn)
        sign = -1 if order & 2 else 1
        sine, cosine = (sine + sign * term, cosine) if order & 1 else (sine, cosine + sign * term)
        order += 1
        term = term * turn // (order << _WORK)
    x, y, found = 1 << _WORK, 0, []
    for _ in range((1 << _QUARTER) + 1):
        found.append((y + (1 << _WORK - SHARE - 1)) >> _WORK - SHARE)
        x, y = (x * cosine - y * sine) >> _WORK, (x * sine + y * cosine) >> _WORK
    return np.array(found, dtype=np.int64)


def sine(phase: Ints) -> Ints:
    """2**20 sin(pi phase / 2**20) of phases (...), within a unit or two."""
    half, whole = 1 << SHARE, 2 << SHARE
    phase = phase & (whole - 1)
    below = phase >= half
    phase = np.where(below, phase - half, phase)
    phase = np.minimum(phase, half - phase)
    low = SHARE - 1 - _QUARTER
    at, rest = phase >> low, phase & ((1 << low) - 1)
    table = _table()
    risen = table[np.minimum(at + 1, 1 << _QUARTER)] - table[at]
    size = table[at] + (risen * rest >> low)
    signed: Ints = np.where(below, -size, size)
    return signed


def basis(shares: Ints, rows: int, steps: int) -> Ints:
    """(Q, rows) values of the first basis functions at shares (Q,), orthonormal over `steps`.

    With k = 1, 2, ...: sqrt(2 / steps) sin(pi k share) in units of 2**-20.
    """
    waves = sine(shares[:, None] * np.arange(1, rows + 1))
    scaled: Ints = waves * isqrt((2 << 28) // steps) >> 14
    return scaled
