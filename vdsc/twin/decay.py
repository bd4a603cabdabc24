"""e to the power of negative numbers in float64, the same bits on every machine.

No exp of a library is asked, as two libraries differ in last digits. What happens here is products,
sums and roundings down of single float64 numbers, each of which IEEE 754 fixes to the bit.
"""

from __future__ import annotations

from functools import cache

import numpy as np

from vdsc.core.fixed import WORK, exp_minus
from vdsc.core.types import Floats

FARTHEST = 32.0
"""Larger exponents count as this one: e^-32 is below 2^-46."""

_DIGIT = 8  # bits of the exponent that each of the two tables after the point takes


def decay(x: Floats) -> Floats:
    """Return e^-x of any shape for x >= 0, with a relative error below 2^-48.

    With x = a + b / 2^8 + c / 2^16 + s, where s < 2^-16 is what is left, e^-x is the product of
    three entries of tables and of 1 - s + s^2 / 2.
    """
    near = np.minimum(x, FARTHEST)
    cells = np.floor(near * (1 << 2 * _DIGIT))
    rest = near - cells * 0.5 ** (2 * _DIGIT)
    digits = cells.astype(np.int64)
    whole, coarse, fine = _tables()
    low = (1 << _DIGIT) - 1
    made = whole[digits >> 2 * _DIGIT] * coarse[digits >> _DIGIT & low] * fine[digits & low]
    found: Floats = made * (1.0 - rest + rest * rest * 0.5)
    return found


@cache
def _tables() -> tuple[Floats, Floats, Floats]:
    """e^-a, e^(-b / 2^8) and e^(-c / 2^16) for a = 0 to 32 and for b and c below 2^8."""
    size = 1 << _DIGIT
    return _powers(1, int(FARTHEST) + 1), _powers(size, size), _powers(size * size, size)


def _powers(denominator: int, count: int) -> Floats:
    """e^(-i / denominator) for i < count, each the float64 that is nearest to a Q96 integer."""
    step, powers = exp_minus(1, denominator), [1 << WORK]
    while len(powers) < count:
        powers.append(powers[-1] * step >> WORK)
    return np.array([power / (1 << WORK) for power in powers])
