"""Laws of places: rows are proper, follow their formula, and give indices back."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vdsc.entropy import BitStack
from vdsc.entropy.stack import TOTAL
from vdsc.errors import CorruptFile, InvalidInput
from vdsc.rec.codes import (
    LAST,
    _octaves,
    check_expected,
    node_row,
    pop_index,
    push_index,
    sixteenths,
    stop_frequency,
)
from vdsc.rec.proposals import WHOLE


@settings(deadline=None)
@given(st.integers(1, LAST), st.integers(0, 400), st.booleans())
def test_indices_come_back(index, expected, heavy):
    """Any index under any expectation, with another one below it on the stack."""
    stack = BitStack()
    push_index(stack, 77, 40)
    push_index(stack, index, expected, heavy=heavy)
    assert pop_index(stack, expected, heavy=heavy) == index
    assert pop_index(stack, 40) == 77
    assert stack.empty


@pytest.mark.parametrize("heavy", [False, True])
def test_rows_follow_the_formula(heavy):
    """Stop odds are 2**x below and 4**x above the expected mass, within one part in 2**16."""
    for expected in (0, 3, 40, 130, 256):
        for mass in range(0, 400, 7):
            x = (mass - expected) / 16
            chance = 1 / (1 + 2.0**-x) if x < 0 else 0.5 if heavy else 1 / (1 + 4.0**-x)
            stop = stop_frequency(mass, expected, root=False, heavy=heavy)
            assert abs(stop - min(max(chance * TOTAL, 1), TOTAL - 2)) <= 1
        root = stop_frequency(0, expected, root=True, heavy=heavy)
        assert abs(root - min(max(2.0 ** (-expected / 16) * TOTAL, 1), TOTAL - 2)) <= 1


def test_rows_are_rows():
    """Frequencies are positive and sum to 2**16, whatever is asked."""
    for expected in range(0, 1025, 8):
        for heavy in (False, True):
            row = _octaves(expected, heavy=heavy)
            assert row.min() >= 1
            assert row.sum() == TOTAL
    for stop, left, width in ((1, 0, 1), (TOTAL - 2, 0, 1), (30000, 5, 9), (1, WHOLE, WHOLE)):
        row = node_row(stop, left, width)
        assert row.min() >= 1
        assert row.sum() == TOTAL


def test_frozen_rows():
    """The numbers that codes are made with: a change of them is a change of the code."""
    assert _octaves(64, heavy=False)[0, :9].tolist() == FROZEN_OCTAVES
    assert [
        stop_frequency(mass, 37, root=False, heavy=False) for mass in (0, 20, 37, 50)
    ] == FROZEN_STOPS


def test_mass_in_sixteenths():
    """ceil(-16 log2 share), exactly."""
    assert sixteenths(WHOLE) == 0
    assert sixteenths(WHOLE >> 3) == 48
    assert sixteenths(1) == 62 * 16
    rng = np.random.default_rng(1)
    for width in rng.integers(1, WHOLE, 200).tolist():
        low = sixteenths(width) - 1
        assert (width**16) << low < WHOLE**16 <= (width**16) << (low + 1)


def test_what_no_encoder_pushes():
    """An index above 2**22 is refused, and an expectation out of range."""
    stack = BitStack()
    stack.push_uniform(np.array([1]), np.array([1 << 22]))
    stack.push(np.array([22]), _octaves(64, heavy=False))
    with pytest.raises(CorruptFile):
        pop_index(stack, 64)
    for expected in (-1, 1025):
        with pytest.raises(InvalidInput):
            check_expected(expected)


FROZEN_OCTAVES = [4096, 6825, 10922, 14564, 14564, 11651, 2742, 157, 1]
FROZEN_STOPS = [10982, 21219, 32768, 49490]
