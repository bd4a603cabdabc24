"""Whole numbers around zero under logistic laws whose scales travel with them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vdsc.entropy import tables
from vdsc.exact.context_tape import Tape
from vdsc.quant.normal import Ints, logistic_cdf

HALF = 32
"""A row holds 63 steps around zero and one escape at either end."""

_SCALES = 60  # scales are 2**(level / 2 - 3); the last one has 24 low bits, all that fit a symbol
_ROOT = (256, 362)  # 2**8 and 2**8.5
_CHUNK = 20  # bits of an escaped number that are told at once


@dataclass(frozen=True, eq=False)
class Tails:
    """Laws of C channels: rows (C, 65) over steps of 2**shift, and shift (C,) low bits."""

    rows: Ints
    shift: Ints

    @classmethod
    def told(cls, off: Ints | None, channels: int, tape: Tape) -> Tails:
        """Tell or ask for the scales of channels whose numbers are off (T, C)."""
        levels = [None] * channels if off is None else fitted(off)
        return cls.of([tape.uniform(level, _SCALES) for level in levels])

    @classmethod
    def of(cls, levels: list[int]) -> Tails:
        """Make the rows of levels 0 to 59; a step is at most a quarter of the scale, or 1."""
        scale = np.array([_ROOT[i & 1] << (i >> 1) >> 3 for i in levels], dtype=np.int64)
        shift = np.array([max((i >> 1) - 5, 0) for i in levels], dtype=np.int64)
        odd = 2 * np.arange(-HALF + 1, HALF + 1, dtype=np.int64) - 1
        edges = (odd << shift[:, None] << 23) // scale[:, None]
        return cls(tables.share(logistic_cdf(edges)), shift)

    def code(self, tape: Tape, off: Ints | None, frames: int) -> Ints:
        """Tell or ask for numbers (frames, C), frame after frame."""
        told = [None] * frames if off is None else list(off)
        return np.stack([self._frame(tape, frame) for frame in told])

    def _frame(self, tape: Tape, off: Ints | None) -> Ints:
        half = 1 << self.shift >> 1
        high = None if off is None else (off + half) >> self.shift
        symbols = None if high is None else np.clip(high, -HALF, HALF) + HALF
        found = tape.rows(symbols, self.rows) - HALF
        for i in np.flatnonzero(np.abs(found) == HALF).tolist():
            more = _escape(tape, None if high is None else abs(int(high[i])) - HALF)
            found[i] += more if found[i] > 0 else -more
        low = None if off is None else (off + half) & ((1 << self.shift) - 1)
        return (found << self.shift) + tape.uniforms(low, 1 << self.shift) - half


def fitted(off: Ints) -> list[int]:
    """For the encoder: the level of each channel (T, C), from its mean absolute number."""
    scale = np.abs(off).mean(axis=0) / (2 * np.log(2))
    levels = np.rint(2 * (np.log2(np.maximum(scale, 0.125)) + 3))
    return [int(level) for level in np.clip(levels, 0, _SCALES - 1)]


def _escape(tape: Tape, value: int | None) -> int:
    """A number in [0, 2**40), as how many binary digits it has, and these."""
    digits = tape.uniform(None if value is None else value.bit_length(), 41)
    found = 0
    for low in range(0, digits, _CHUNK):
        size = 1 << min(_CHUNK, digits - low)
        found += tape.uniform(None if value is None else value >> low & (size - 1), size) << low
    return found
