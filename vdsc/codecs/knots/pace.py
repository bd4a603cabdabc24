"""When frames are, in the ticks of a checkpoint's clock: whole numbers on every machine."""

from __future__ import annotations

from fractions import Fraction
from itertools import accumulate, pairwise

import numpy as np

from vdsc.core.sequence import Outline
from vdsc.core.types import Ints

CLOSEST, FARTHEST = 1e-9, 1e9  # seconds between neighbouring frames
LATEST = 2.0**62  # ticks
LONGEST_LAG = 1 << 20  # ticks


def lags(outline: Outline, fps: Fraction, knots: Ints, begin: int) -> Ints:
    """Ticks (M,) of a clock of `fps` at knots (M,), counted from the first knot's.

    knots are frame numbers within the window that starts at frame `begin`. Strictly increasing.
    """
    rated = outline.clock.rate is not None
    ticks = _rated(outline, fps, knots) if rated else _listed(outline, fps, knots, begin)
    steps = (min(max(after - before, 1), LONGEST_LAG) for before, after in pairwise(ticks))
    return np.array([0, *accumulate(steps)], dtype=np.int64)


def _rated(outline: Outline, fps: Fraction, knots: Ints) -> list[int]:
    """Rational arithmetic on Python's integers: a header may hold any 64-bit rate."""
    assert outline.clock.rate is not None
    ratio = fps / outline.clock.rate
    double = 2 * ratio.denominator
    return [(2 * k * ratio.numerator + ratio.denominator) // double for k in knots.tolist()]


def _listed(outline: Outline, fps: Fraction, knots: Ints, begin: int) -> list[int]:
    """One multiplication and one rounding, which IEEE 754 fixes to the bit."""
    seconds = outline.clock.seconds(begin, begin + int(knots[-1]) + 1)
    return [int(tick) for tick in np.rint(seconds[knots] * float(fps))]


def fault(outline: Outline, fps: Fraction) -> str | None:
    """What makes the frame times of a sequence unusable, with advice, or None."""
    clock, count = outline.clock, outline.frames
    ends = np.abs(np.concatenate([clock.seconds(0, 1), clock.seconds(count - 1, count)]))
    if ends.max() >= LATEST / float(fps):
        return f"frame times reach {ends.max():g} s, which is too far from 0; shift them"
    steps = [np.diff(clock.seconds(a, b)) for a, b in _spans(outline)]
    low, high = min(s.min(initial=1) for s in steps), max(s.max(initial=1) for s in steps)
    if low < CLOSEST or high > FARTHEST:
        wrong = low if low < CLOSEST else high
        return f"two frames are {wrong:g} s apart, not {CLOSEST:g} to {FARTHEST:g}; scale the times"
    return None


def _spans(outline: Outline) -> list[tuple[int, int]]:
    """All listed times; of a steady clock its first and its last step are enough."""
    count = outline.frames
    if outline.clock.times is not None:
        return [(0, count)]
    return [(0, min(2, count)), (max(0, count - 2), count)]
