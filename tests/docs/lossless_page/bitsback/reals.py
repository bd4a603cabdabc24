"""Real numbers of a checkpoint as Q96 integers."""

from __future__ import annotations

from fractions import Fraction
from functools import cache
from math import floor

from tests.docs.page_decoder import small

ONE = 1 << 96
LN2 = 54916777467707473351141471128


def fix(x: float) -> int:
    """Q96 of a float, rounded down."""
    return floor(Fraction(float(x)) * ONE)


def exp(x: int) -> int:
    return small(-x, ONE) if x <= 0 else (1 << 192) // small(x, ONE)


@cache
def log(y: int) -> int:
    t = LN2 * (y.bit_length() - 97)
    for _ in range(6):
        e = exp(t)
        t += ((y - e) << 97) // (y + e)
    return t


def softplus(x: float) -> int:
    return log(ONE + exp(fix(x)))


def unsoft(x: int) -> int:
    """log(e^x - 1)."""
    return log(max(exp(x) - ONE, 1))
