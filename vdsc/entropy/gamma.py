"""Elias gamma code: non-negative integers without a bound, for what a table does not hold."""

from __future__ import annotations

import numpy as np

from vdsc.core.types import Ints
from vdsc.entropy.stack import BitStack
from vdsc.errors import CorruptFile

LONGEST, LONGEST_OPEN = 24, 48
"""The most digits that follow the leading one: of numbers in a closed grid, and in an open one."""


def push_gamma(stack: BitStack, values: Ints) -> None:
    """Push values (N,) >= 0: v + 1 as its digits after the leading one, behind their number."""
    digits = [int(bit) for value in values for bit in _digits(int(value))]
    stack.push_uniform(np.array(digits, dtype=np.int64), np.full(len(digits), 2))


def pop_gamma(stack: BitStack, count: int, longest: int = LONGEST) -> Ints:
    """Pop count values, the inverse of `push_gamma`.

    Raises:
        CorruptFile: a number has more than `longest` digits after the leading one.
    """
    return np.array([_pop_one(stack, longest) for _ in range(count)], dtype=np.int64)


def gamma_bits(values: Ints) -> int:
    """Return how many bits `push_gamma` spends on values (N,)."""
    return sum(len(_digits(int(value))) for value in values)


def _digits(value: int) -> str:
    binary = f"{value + 1:b}"
    return "0" * (len(binary) - 1) + binary


def _pop_one(stack: BitStack, longest: int) -> int:
    one, length = np.array([2]), 0
    while not stack.pop_uniform(one)[0]:
        length += 1
        if length > longest:
            raise CorruptFile("an escaped value is impossibly long; the file is damaged")
    number = 1
    for bit in stack.pop_uniform(np.full(length, 2)):
        number = 2 * number + int(bit)
    return number - 1
