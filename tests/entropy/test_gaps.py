"""Knot times: round trips, costs and the implied end."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vdsc.entropy import BitStack, PoissonGaps, RenewalGaps
from vdsc.errors import InvalidInput

gap_lists = st.lists(st.integers(1, 12), max_size=40)


@settings(deadline=None)
@given(gap_lists, st.integers(1, 2**18), st.booleans())
def test_ticks_come_back(gaps, rate, poisson):
    """Pop returns the ticks that were pushed, knowing only their span."""
    code = PoissonGaps(rate, 12) if poisson else RenewalGaps(np.arange(12) ** 2)
    ticks = np.cumsum([0, *gaps])
    stack = BitStack()
    code.push(stack, ticks, int(ticks[-1]))
    assert stack.bits <= code.bits(ticks, int(ticks[-1])) + 64
    assert (code.pop(stack, int(ticks[-1])) == ticks).all()


@settings(deadline=None)
@given(st.binary(max_size=60).filter(lambda data: not data.endswith(b"\0")), st.integers(0, 300))
def test_any_bytes_give_valid_ticks(data, span):
    """A damaged stream still decodes to increasing ticks from 0 to the span."""
    ticks = PoissonGaps(9000, 40).pop(BitStack.from_bytes(data), span)
    assert ticks[0] == 0
    assert ticks[-1] == span
    assert span == 0 or 1 <= np.diff(ticks).min() <= np.diff(ticks).max() <= 40


def test_the_cost_is_the_truncated_poisson_likelihood():
    """A gap j costs -log2 of its truncated geometric share; the last one, of what is left."""
    rate, longest, ticks, span = 0.2, 15, np.array([0, 3, 13, 20, 21, 26, 30]), 30
    norm = 1 - math.exp(-rate * longest)
    bits = 0.0
    for tick, gap in zip(ticks, np.diff(ticks), strict=False):
        below = (1 - math.exp(-rate * (gap - 1))) / norm
        upto = 1 if gap == min(longest, span - tick) else (1 - math.exp(-rate * gap)) / norm
        bits -= math.log2(upto - below)
    code = PoissonGaps(round(rate * 2**16), longest)
    assert code.bits(ticks, span) == pytest.approx(bits, rel=1e-3)


def test_only_choices_cost():
    """Ticks that could not be otherwise are free: a span of 0 or 1, gaps of at most 1."""
    for ticks in ([0], [0, 1]):
        assert PoissonGaps(9000, 40).bits(np.array(ticks), ticks[-1]) == 0
    stack = BitStack()
    PoissonGaps(9000, 1).push(stack, np.arange(50), 49)
    assert stack.empty


def test_the_gap_frequencies_are_frozen():
    """A small table is what every machine must compute."""
    assert PoissonGaps(20000, 6)._row.tolist() == POISSON
    assert RenewalGaps(np.array([5, 0, 1, 9]))._row.tolist() == RENEWAL


@pytest.mark.parametrize("ticks", [[], [1, 5], [0, 4], [0, 2, 2, 5], [0, 5]])
def test_impossible_ticks_are_refused(ticks):
    """Ticks must run from 0 to the span in gaps of 1 to the longest."""
    with pytest.raises(InvalidInput):
        PoissonGaps(9000, 4).push(BitStack(), np.array(ticks, dtype=np.int64), 5)


@pytest.mark.parametrize("freqs", [[], [0, 0], [3, -1]])
def test_an_impossible_histogram_is_refused(freqs):
    """Counts must be non-negative and not all zero."""
    with pytest.raises(InvalidInput):
        RenewalGaps(np.array(freqs, dtype=np.int64))


POISSON = [20524, 15127, 11148, 8217, 6056, 4464]
RENEWAL = [21844, 1, 4370, 39321]
