"""Whether times come at a steady rate, and at which."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import numpy as np

from vdsc.core.sequence import Times

_SIMPLEST = (1, 10, 100, 1001, 10**4, 10**6)
_LARGEST = 2**63
_BLOCK = 1 << 14


def rate_of(times: Times, slack: float) -> Fraction | None:
    """The simplest rate at which no time is off by more than `slack` seconds; None if none is.

    times: (T,) strictly increasing seconds, of which the first is where the rate begins.
    """
    if len(times) < 2:
        return None
    slack += 4 * float(np.spacing(max(abs(float(times[0])), abs(float(times[-1])))))
    for rate in _rates((len(times) - 1) / (float(times[-1]) - float(times[0]))):
        if _holds(rate, times, slack):
            return rate
    return None


def _holds(rate: Fraction, times: Times, slack: float) -> bool:
    """Whether no time is off by more."""
    for begin in range(0, len(times), _BLOCK):
        some = times[begin : begin + _BLOCK]
        index = np.arange(begin, begin + len(some))
        made = float(times[0]) + index * (rate.denominator / rate.numerator)
        if np.abs(made - some).max() > slack:
            return False
    return True


def _rates(mean: float) -> Iterator[Fraction]:
    """Rates near the mean one, the simplest first."""
    if not 1e-9 < mean < 1e12:
        return
    exact = Fraction(mean)
    for most in _SIMPLEST:
        yield from filter(None, (_near(exact, most), _inverse(1 / exact, most)))
        if most == 1:
            yield from filter(None, [Fraction(round(exact * 1001 / 1000) * 1000, 1001)])


def _near(exact: Fraction, most: int) -> Fraction | None:
    found = exact.limit_denominator(most)
    return found if found > 0 and found.numerator < _LARGEST else None


def _inverse(exact: Fraction, most: int) -> Fraction | None:
    found = _near(exact, most)
    return None if found is None else 1 / found
