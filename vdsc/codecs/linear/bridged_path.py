"""From knots and coefficients to channels at any instants, in integers.

    channel = line between two knots + sum of coefficients x sines

A channel is held in units of 2^e, 1/4096 to 1/8192 of its step.
"""

from __future__ import annotations

import numpy as np

from vdsc.codecs.linear.channel_steps import Steps
from vdsc.codecs.linear.cosines import Cosines
from vdsc.codecs.linear.knot_code import Knots
from vdsc.codecs.linear.sines import SHARE, basis
from vdsc.core.sequence import Times
from vdsc.core.types import Floats, Ints
from vdsc.errors import CorruptFile

FAR = 1 << 40
"""How far from the chunk's first knot a path may be, in units."""

EXACT = 1 << 53
"""Integers below are exact in double precision."""


class Path:
    """The path of one chunk, whose frames have the times seconds (N,).

    With cosines it is a path of their coefficients.
    """

    def __init__(
        self, knots: Knots, steps: Steps, seconds: Times, cosines: Cosines | None = None
    ) -> None:
        self._knots, self._steps, self._seconds = knots, steps, seconds
        self._cosines = cosines
        self._first = knots.values[0] * steps.knots
        away = knots.values - knots.values[0]
        self._away = away * steps.knots
        if (np.abs(away) > FAR >> 13).any() or (np.abs(self._first) > EXACT >> 1).any():
            raise CorruptFile("a knot is impossibly far away; the file is damaged")

    def at(self, times: Times) -> Floats:
        """Channels (Q, C) at rising times (Q,) within the chunk, each by its own time alone."""
        ends = self._seconds[self._knots.frames]
        window = np.clip(np.searchsorted(ends, times, side="right") - 1, 0, max(len(ends) - 2, 0))
        path = np.empty((len(times), len(self._first)), dtype=np.int64)
        for i in np.unique(window).tolist():
            here = slice(*np.searchsorted(window, (i, i + 1)))
            path[here] = self._between(i, ends, times[here])
        units = path + self._first
        if self._cosines is not None:
            units = self._cosines.inverse(units)
        with np.errstate(over="ignore"):  # what overshoots the largest number ends there
            channels: Floats = np.ldexp(units.astype(np.float64), self._steps.exponents)
        return channels

    def _between(self, window: int, ends: Times, times: Times) -> Ints:
        """Units (Q, C) away from the chunk's first knots at times (Q,) in a window."""
        start = self._away[window]
        if len(ends) == 1:
            return np.repeat(start[None], len(times), axis=0)
        shares = share(ends[window], ends[window + 1], times)
        rise = (self._away[window + 1] - start) * shares[:, None]
        path: Ints = start + (rise >> SHARE)
        rows = self._knots.rows[window]
        if rows.any():
            if (np.abs(rows).sum(axis=0) >= FAR >> 13).any():
                raise CorruptFile("coefficients are impossibly large; the file is damaged")
            count = int(self._knots.frames[window + 1] - self._knots.frames[window])
            # Sums of integers below 2^53: the same in any order.
            waves = basis(shares, len(rows), count).astype(np.float64) @ rows.astype(np.float64)
            path += waves.astype(np.int64) * self._steps.units >> SHARE
        return path


def share(begin: float, end: float, times: Times) -> Ints:
    """How much of the way from begin to end has gone by at times (Q,), in 2^-20.

    One subtraction, one division and one rounding each, which IEEE 754 fixes to the bit.
    """
    way = (times - begin) / (end - begin)
    gone: Ints = np.rint(way * (1 << SHARE)).astype(np.int64)
    return gone
