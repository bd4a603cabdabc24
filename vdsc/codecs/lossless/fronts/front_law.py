"""How far numbers may be from where they are expected, and the code of them under that law."""

from __future__ import annotations

import numpy as np

from vdsc.codecs.lossless.fronts.front_sight import POINT
from vdsc.core.fixed import bit_length, clamp
from vdsc.core.types import Ints
from vdsc.entropy import frequencies
from vdsc.entropy.split_cells import join, split
from vdsc.entropy.tape import Tape
from vdsc.quant.normal import logistic_cdf

LEVELS = 4 * 32
HALF = 16
"""Cells on each side of the middle one; the outermost stand for all beyond."""

FULL = 1 << 14
"""The count of a level that is halved."""

NARROW = 38
"""64ths of the mean error that a law's scale is."""

DIGITS = 24
LARGEST = 1 << 22
"""No number is farther from the origin."""

FAR = 1 << 30
"""No error counts as larger, in 64ths."""

SMALLEST = 3
"""64ths, the least scale."""

FINE = 2 << POINT
"""A scale above this has cells of several numbers."""

_EDGES = (2 * np.arange(2 * HALF, dtype=np.int64) - 2 * HALF + 1) << 15


class FrontLaw:
    """Mean errors of each place, and of each level of what errors are around."""

    def __init__(self, places: int, usual: int) -> None:
        self._slow = np.full(places, usual << 4, dtype=np.int64)
        self._fast = self._slow.copy()
        sizes = np.array([(4 + i % 4) << i // 4 >> 2 for i in range(LEVELS)], dtype=np.int64)
        self._sums, self._counts = sizes << 4, np.full(LEVELS, 16, dtype=np.int64)

    def usual(self, some: slice) -> Ints:
        """The usual sizes (n,) of errors of some places, in 64ths."""
        return self._slow[some] >> 4

    def level(self, some: slice, sizes: tuple[Ints, Ints], apart: Ints) -> Ints:
        """The level (n,) of what errors are around, and of how far both means are apart (n,)."""
        beside, before = sizes
        near = 28 * (self._slow[some] >> 4) + 5 * (self._fast[some] >> 4)
        near += before.sum(axis=0) + 2 * before[4]
        near += 7 * beside[0] + 6 * beside[1] + 3 * beside[2] + 3 * beside[3]
        near = clamp((near + 5 * apart) >> 6, 4, (1 << 30) - 1)
        digits = bit_length(near)
        found: Ints = 4 * (digits - 1) + (near >> (digits - 3) & 3)
        return found

    def scale(self, level: Ints) -> Ints:
        """Scales (n,) of the laws of some levels (n,), in 64ths."""
        scales = NARROW * self._sums // (self._counts << 6)
        return np.maximum(scales, SMALLEST).take(level)

    def learn(self, some: slice, level: Ints, sizes: Ints) -> None:
        """Take the sizes (n,) of errors, in 64ths, of some places."""
        self._slow[some] += ((sizes << 4) - self._slow[some]) * 11 >> 8
        self._fast[some] += ((sizes << 4) - self._fast[some]) * 43 >> 8
        np.add.at(self._sums, level, sizes)
        np.add.at(self._counts, level, 1)
        full = self._counts > FULL
        if full.any():
            self._sums[full] >>= 1
            self._counts[full] >>= 1


def code(tape: Tape, numbers: Ints | None, mean: Ints, scale: Ints) -> Ints:
    """Numbers (n,) under laws of mean and scale (n,), in 64ths; None for a decoder."""
    centre = clamp((mean + 32) >> POINT, -LARGEST, LARGEST)
    shift = bit_length((scale - 1) // FINE)
    aside = clamp(mean - (centre << POINT), -32, 32) << (16 - POINT)
    middle = (aside >> shift) + ((1 << 15 >> shift) * (shift > 0))
    width = np.maximum(scale << (16 - POINT) >> shift, 1)
    rows = frequencies.share(logistic_cdf(((_EDGES - middle[:, None]) << 16) // width[:, None]))
    high = low = symbols = None
    if numbers is not None:
        high, low = split(numbers, centre, shift)
        symbols = clamp(high, -HALF, HALF) + HALF
    symbols = tape.rows(symbols, rows) - HALF
    beyond = np.flatnonzero(np.abs(symbols) == HALF)
    if beyond.size:
        more = None if high is None else np.abs(high[beyond]) - HALF
        symbols[beyond] += np.sign(symbols[beyond]) * _excess(tape, more, beyond.size)
    wide = np.flatnonzero(shift)
    found = np.zeros_like(centre)
    if wide.size:
        found[wide] = tape.uniforms(None if low is None else low[wide], np.int64(1) << shift[wide])
    return join(symbols, found, centre, shift)


def _excess(tape: Tape, more: Ints | None, count: int) -> Ints:
    """Numbers (count,) from 0 on: the digits of n + 1, then those after the first one."""
    digits = None if more is None else bit_length(more + 1) - 1
    digits = tape.uniforms(digits, np.full(count, DIGITS))
    least = np.int64(1) << digits
    return tape.uniforms(None if more is None else more + 1 - least, least) + least - 1
