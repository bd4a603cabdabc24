"""What a place costs: laws of search paths and of indices, from integers alone.

A search for a target with K bits of KL stops at a region that holds 2**-l of the proposal with
odds close to 2**(l - K): too wide a region seldom holds the sample. With x = l - K,

    P(stop here) = 2**-K at the root;  1 / (1 + 2**-x) for x < 0;  1 / (1 + 4**-x) for x >= 0

and at most 1/2 where places far out are more likely than that ("heavy"): in greedy rejection, and
in blocks, whose KL varies. The form was chosen on Gaussian, uniform and triangular targets of 0.1
to 16 bits (docs/rec.md shows the fit). An index n counts as a path of floor(log2 n) halvings.
Both sides know K in sixteenths of a bit.
"""

from __future__ import annotations

from functools import cache
from math import isqrt

import numpy as np

from vdsc.core.types import Ints
from vdsc.entropy import BitStack
from vdsc.entropy.stack import TOTAL
from vdsc.errors import CorruptFile, InvalidInput
from vdsc.rec.noise import BITS

BIT = 16
"""Sixteenths in a bit: the unit of an expected KL."""

LAST = 1 << 22
"""The largest index."""

_OCTAVES = LAST.bit_length()
_HIGHEST = 64 * BIT
_ONE = 1 << 32


def check_expected(expected: int) -> int:
    """Return an expected KL, sixteenths of a bit, if it is one: 0 to 1024.

    Raises:
        InvalidInput: it is not.
    """
    if not 0 <= expected <= _HIGHEST:
        raise InvalidInput(f"the expected KL must be 0 to {_HIGHEST} sixteenths of a bit")
    return int(expected)


def sixteenths(width: int) -> int:
    """Return ceil(-16 log2(width / 2**62)): what a region of `width` coordinates would cost."""
    return BIT * BITS + 1 - int(width**BIT).bit_length()


@cache
def stop_frequency(mass: int, expected: int, *, root: bool, heavy: bool) -> int:
    """Return the frequency, of 2**16, that a search stops at a region of `mass` sixteenths."""
    x = mass - expected
    if root:
        chance = _power(-expected) * TOTAL // _ONE
    elif x < 0:
        chance = _power(x) * TOTAL // (_ONE + _power(x))
    else:
        chance = TOTAL >> 1 if heavy else _ONE * TOTAL // (_ONE + _power(-2 * x))
    return min(max(chance, 1), TOTAL - 2)


def node_row(stop: int, left: int, width: int) -> Ints:
    """Return the row (1, 3) of stop, left, right; left and right share the rest by their widths."""
    go = TOTAL - stop
    first = 1 + left * (go - 2) // width
    return np.array([[stop, first, go - first]])


def push_index(stack: BitStack, index: int, expected: int, *, heavy: bool = False) -> None:
    """Push an index 1 <= n <= 2**22: floor(log2 n) under its law, and the digits below it."""
    octave = index.bit_length() - 1
    stack.push_uniform(np.array([index - (1 << octave)]), np.array([1 << octave]))
    stack.push(np.array([octave]), _octaves(expected, heavy=heavy))


def pop_index(stack: BitStack, expected: int, *, heavy: bool = False) -> int:
    """Pop an index, the inverse of `push_index`.

    Raises:
        CorruptFile: it is above 2**22.
    """
    size = 1 << int(stack.pop(_octaves(expected, heavy=heavy))[0])
    index = size + int(stack.pop_uniform(np.array([size]))[0])
    if index > LAST:
        raise CorruptFile("a sample's index is impossibly large; no encoder wrote it")
    return index


def demand_empty(stack: BitStack) -> None:
    """Check that every bit of a code was read.

    Raises:
        CorruptFile: bits are left, which no encoder leaves.
    """
    if not stack.empty:
        raise CorruptFile("bits are left behind a sample's code; no encoder wrote it")


@cache
def _octaves(expected: int, *, heavy: bool) -> Ints:
    """Row (1, 23) of the octave of an index: a path of halvings."""
    left, row = TOTAL, []
    for octave in range(_OCTAVES - 1):
        stop = stop_frequency(octave * BIT, expected, root=octave == 0, heavy=heavy)
        row.append(min(max(left * stop // TOTAL, 1), left - (_OCTAVES - 1 - octave)))
        left -= row[-1]
    return np.array([[*row, left]])


@cache
def _power(x: int) -> int:
    """Return floor(2**32 2**(x / 16)) for x <= 0, up to the rounding of a shift."""
    whole, part = divmod(x, BIT)
    root = isqrt(isqrt(isqrt(isqrt(1 << (part + 32 * BIT)))))
    return root >> -whole
