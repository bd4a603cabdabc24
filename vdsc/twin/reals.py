"""Exponentials and logarithms of single numbers by Python's integers: constants of a checkpoint."""

from __future__ import annotations

from vdsc.core.fixed import WORK, exp_minus

_LN2 = 54916777467707473351141471128
"""floor(2**96 log 2)."""


def exp(x: int) -> int:
    """Return e to the power of a Q96 number, Q96, up to a few units of its last digits."""
    if x <= 0:
        return exp_minus(-x, 1 << WORK)
    return (1 << 2 * WORK) // exp_minus(x, 1 << WORK)


def log(y: int) -> int:
    """Natural logarithm of y > 0, both Q96, by Halley's iteration on `exp`."""
    t = _LN2 * (y.bit_length() - 1 - WORK)
    for _ in range(6):
        reached = exp(t)
        t += (2 * (y - reached) << WORK) // (y + reached)
    return t


def fine(x: float) -> int:
    """Return 2**96 x, rounded down, for a finite float taken as the exact fraction that it is."""
    top, bottom = float(x).as_integer_ratio()
    return (top << WORK) // bottom


def softplus(x: float) -> int:
    """Return 2**96 log(1 + e^x)."""
    return log((1 << WORK) + exp(fine(x)))
