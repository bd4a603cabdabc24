"""Tables of the observation network: the logistic law, scales and shares, from integers alone."""

from __future__ import annotations

from functools import cache

import numpy as np

from vdsc.core.fixed import CERTAIN, WORK, exp_minus
from vdsc.core.types import Floats
from vdsc.quant.normal import logistic_cdf

STEP = 10
"""The logistic law is tabulated every 2**-10 ..."""

REACH = 16
"""... over [-16, 16] scales; beyond, nothing is left."""

CENTRE = float(REACH << STEP)
"""The index of zero."""

FINEST, COARSEST = -48, 80
"""Logarithms of scales, in sixteenths: from e^-3 to e^5 grey levels."""

_DEEPEST = 512  # shares below e^-16 of the largest are zero
_INVERSE = 20  # binary places of an inverse scale


@cache
def cdf() -> Floats:
    """F at (i - 2**14) / 2**10 as Q30, i = 0 .. 2**15; 0 and 1 at the ends."""
    place = np.arange(-REACH << STEP, (REACH << STEP) + 1)
    height = logistic_cdf(place << (16 - STEP)).astype(np.float64)
    height[0], height[-1] = 0, CERTAIN
    return height


@cache
def density() -> Floats:
    """F (1 - F) at the same places, Q30; 0 at the ends."""
    height = cdf().astype(np.int64)
    return (height * (CERTAIN - height) >> 30).astype(np.float64)


@cache
def inverse_scales() -> Floats:
    """e^-(i / 16) for i = -48 .. 80, a multiple of 2**-20 each."""
    made = [_rounded(_exp(-i, 16), _INVERSE) for i in range(FINEST, COARSEST + 1)]
    return np.array(made, dtype=np.float64) / (1 << _INVERSE)


@cache
def shares() -> Floats:
    """e^-(i / 32) as Q24 for i = 0 .. 512, the last one zero."""
    made = [_rounded(_exp(-i, 32), 24) for i in range(_DEEPEST)]
    return np.array([*made, 0], dtype=np.float64)


@cache
def companded() -> Floats:
    """16 log2(1 + |d|), at most 127, with the sign of d, for d = -511 .. 511 (index d + 511)."""
    # 2^(k/16) <= 1 + d, compared as whole powers: (1 + d)^32 >= 2^(2k - 1) rounds to nearest.
    half = [min(127, ((1 + d) ** 32).bit_length() // 2) for d in range(512)]
    return np.array([-x for x in half[:0:-1]] + half, dtype=np.float64)


def bounded(x: Floats, low: float, high: float) -> Floats:
    """X within [low, high], in place; for small arrays much faster than np.clip."""
    np.maximum(x, low, out=x)
    return np.minimum(x, high, out=x)


def _rounded(x: int, places: int) -> int:
    return (x + (1 << (WORK - places - 1))) >> (WORK - places)


def _exp(numerator: int, denominator: int) -> int:
    """2**96 e^(numerator / denominator), up to a few units."""
    if numerator > 0:
        return (1 << 2 * WORK) // exp_minus(numerator, denominator)
    return exp_minus(-numerator, denominator)
