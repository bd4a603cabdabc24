"""Frame times as whole ticks of a checkpoint's clock."""

from __future__ import annotations

import itertools
import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vdsc.codecs.knots import pace
from vdsc.core.sequence import Clock, Outline

rates = st.fractions(Fraction(1, 2**64 - 1), 2**64 - 1).filter(
    lambda r: r > 0 and max(r.numerator, r.denominator) < 2**64
)
numbers = st.lists(st.integers(1, 700), unique=True, max_size=40).map(lambda k: [0, *sorted(k)])


def outline(clock, frames=701):
    return Outline((frames, 1), np.dtype("<f4"), clock)


@given(rates, numbers)
def test_ticks_of_a_steady_clock_are_rounded_exactly(rate, knots):
    """The nearest tick, halves up, at any 64-bit rate, without rounding; at least one apart."""
    fps = Fraction(60)
    ticks = [math.floor(k * fps / rate + Fraction(1, 2)) for k in knots]
    steps = [min(max(b - a, 1), 2**20) for a, b in itertools.pairwise(ticks)]
    found = pace.lags(outline(Clock(rate=rate)), fps, np.array(knots), 0)
    assert found[0] == 0
    assert np.diff(found).tolist() == steps


def test_at_its_own_rate_ticks_are_frame_numbers():
    """A checkpoint's own clock ticks once a frame."""
    knots = np.array([0, 3, 4, 60])
    assert pace.lags(outline(Clock(rate=Fraction(60))), Fraction(60), knots, 5).tolist() == [
        0,
        3,
        4,
        60,
    ]


@given(st.lists(st.floats(1e-4, 1e3), min_size=2, max_size=30), st.integers(0, 10))
def test_listed_times_are_rounded_to_ticks(steps, begin):
    """Ticks of listed times are those of the file's absolute times, whatever window they are in."""
    times = 7 + np.cumsum([0.5] * begin + steps)
    knots = np.arange(len(steps))
    found = pace.lags(outline(Clock(times=times), len(times)), Fraction(30), knots, begin)
    ticks = [round(30 * t) for t in times[begin:].tolist()]  # halves to even, as rint
    assert np.diff(found).tolist() == [
        min(max(b - a, 1), 2**20) for a, b in itertools.pairwise(ticks)
    ]


@pytest.mark.parametrize("start", [0.0, -5.5, 1e6])
def test_steady_clocks_may_start_anywhere(start):
    """The start of a clock does not move its ticks."""
    knots = np.array([0, 7, 9])
    there = outline(Clock(rate=Fraction(24), start=start))
    here = outline(Clock(rate=Fraction(24)))
    assert pace.fault(there, Fraction(60)) is None
    assert (
        pace.lags(there, Fraction(60), knots, 3) == pace.lags(here, Fraction(60), knots, 3)
    ).all()


@pytest.mark.parametrize(
    ("clock", "advice"),
    [
        (Clock(rate=Fraction(1, 10**10)), "apart"),
        (Clock(rate=Fraction(10**10)), "apart"),
        (Clock(rate=Fraction(60), start=1e18), "too far"),
        (Clock(rate=Fraction(60), start=1e15), "apart"),
        (Clock(times=np.arange(3) * 1e-9 / 2), "apart"),
        (Clock(times=np.array([0, 1, 2e9])), "apart"),
        (Clock(times=np.array([-1e300, 0, 1e300])), "too far"),
    ],
)
def test_clocks_that_cannot_be_used(clock, advice):
    """Steps too short or long, and times that float64 cannot tell apart, are told."""
    assert advice in pace.fault(outline(clock, 3), Fraction(60))


def test_of_a_steady_clock_two_steps_are_looked_at():
    """The first and the last: no more of its frames than these are dated."""
    steady = outline(Clock(rate=Fraction(60)), 1000)
    assert pace._spans(steady) == [(0, 2), (998, 1000)]
    assert pace._spans(outline(Clock(rate=Fraction(60)), 1)) == [(0, 1), (0, 1)]


def test_one_frame_is_never_too_close_to_another():
    """A single frame has no steps to be wrong."""
    assert pace.fault(outline(Clock(rate=Fraction(10**10)), 1), Fraction(60)) is None
    assert pace.lags(outline(Clock(times=np.zeros(1)), 1), Fraction(60), np.zeros(1, int), 0) == [0]
