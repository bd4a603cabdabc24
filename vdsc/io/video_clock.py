"""When the frames of a video are: a rate where there is one, else the times that are listed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction

import numpy as np

from vdsc.core.sequence import Clock

USUAL = (*map(Fraction, (12, 15, 24, 25, 30, 48, 50, 60, 120)),
         Fraction(24000, 1001), Fraction(30000, 1001), Fraction(60000, 1001))  # fmt: skip

SLACK = 1 + 1e-6
"""Ticks that a frame may be off a rate: files round the times of their frames."""


def clock_of(
    stamps: Sequence[int], tick: Fraction, rates: Iterable[Fraction | None]
) -> tuple[Clock | None, str]:
    """The clock of frames at `stamps` (T,) ticks of so many seconds, and what is to be said of it.

    rates: what the file says of its rate, best first. A rate is taken where every frame lies within
    a tick of where it says; then times are listed. Where frames are not in order the first rate
    is taken, and said to be.
    """
    at = np.asarray(stamps, dtype=np.int64)
    said = [Fraction(rate) for rate in rates if rate]
    if len(at) > 1 and np.diff(at).min() <= 0:
        if not said:
            return None, "its frames have no times in order, so --fps or the model dates them"
        return Clock(said[0]), f"its frames have no times in order, taken as {float(said[0]):g}/s"
    start = float(int(at[0]) * tick)
    for rate in (*said, *USUAL):
        ticks = np.arange(len(at)) * float(1 / (rate * tick))
        if np.abs(at - at[0] - ticks).max() <= SLACK:
            return Clock(rate, start), ""
    return Clock(times=at * tick.numerator / tick.denominator), ""
