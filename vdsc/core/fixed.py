"""Arithmetic on integers that every machine repeats: fixed point, shifts, powers of e.

A number x is the integer round(x * 2**16) ("Q16"); a probability p is the integer round(p * 2**30)
("Q30").
"""

from __future__ import annotations

import numpy as np

from vdsc.core.types import Ints

ONE = 1 << 16
"""1 in Q16."""

CERTAIN = 1 << 30
"""The probability 1 in Q30."""

WORK = 96
"""Bits after the point while a table is made from Python's integers."""

_POWERS = np.int64(1) << np.arange(63, dtype=np.int64)


def clamp(values: Ints, low: Ints | int, high: Ints | int) -> Ints:
    """Return the nearest values within [low, high]; for small arrays much faster than np.clip."""
    within: Ints = np.minimum(np.maximum(values, low), high)
    return within


def bit_length(values: Ints) -> Ints:
    """Binary digits (...) of integers (...) in [0, 2**63); 0 has none."""
    digits: Ints = np.searchsorted(_POWERS, values, side="right")
    return digits


def shifted(values: Ints, by: Ints) -> Ints:
    """Return values * 2**by, rounded down; by may be negative."""
    moved: Ints = (values << np.maximum(by, 0)) >> np.maximum(-by, 0)
    return moved


def exp_minus(numerator: int, denominator: int) -> int:
    """Return floor(2**96 exp(-numerator/denominator)) up to a few units, by the series of exp."""
    term = total = 1 << WORK
    order = 1
    while term:
        term = term * numerator // (denominator * order)
        total, order = total + term, order + 1
    return (1 << 2 * WORK) // total
