"""Integers under laws that learn: what is written is read, and learning pays."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vdsc.entropy import BitStack
from vdsc.entropy.magnitudes import LEVELS, LONGEST, MOST, MagnitudeCode, SymbolCounts, level
from vdsc.entropy.stack import TOTAL
from vdsc.entropy.tape import ReadingTape, WritingTape

MEANS = [10, 100, 400]
NUMBER = st.one_of(st.integers(-20, 20), st.integers(-(2**LONGEST - 1), 2**LONGEST - 1))
ROW = st.lists(
    st.tuples(NUMBER, st.integers(0, 2), st.integers(0, 2), st.integers(0, 38)),
    min_size=1, max_size=12,
)  # fmt: skip


def fixed(values):
    return lambda *_: values


@settings(deadline=None)
@given(st.lists(ROW, min_size=1, max_size=6))
def test_what_is_written_is_read(asked):
    """Any integers of up to 40 digits, in any contexts, with any shift."""
    rows = [tuple(np.array(part) for part in zip(*row, strict=True)) for row in asked]
    code, tape, stack = MagnitudeCode(MEANS, MEANS[::-1]), WritingTape(), BitStack()
    for values, one, other, shift in rows:
        code.code(tape, (one, other), shift, fixed(values))
    tape.push(stack)
    stack = BitStack.from_bytes(stack.to_bytes())
    code, tape = MagnitudeCode(MEANS, MEANS[::-1]), ReadingTape(stack)
    for values, one, other, shift in rows:
        assert (code.code(tape, (one, other), shift, None) == values).all()
    assert stack.empty


@given(st.lists(st.integers(0, 2**44), min_size=1, max_size=40))
def test_levels_rise_and_shifts_keep_symbols_small(sizes):
    """More near gives no lower level below the octaves, and then more low bits."""
    near = np.sort(np.array(sizes))
    place, shift = level(near)
    assert (np.diff(place[near < 256]) >= 0).all()
    assert (np.diff(shift) >= 0).all()
    assert ((place >= 0) & (place < LEVELS)).all()
    wide = near >= 256
    assert ((near[wide] >> 6 >> shift[wide]) < 4).all()
    assert ((near[wide] >> 6 >> shift[wide]) >= 2).all()
    half = near[wide] / 2.0 ** np.floor(np.log2(np.maximum(near[wide], 1))) >= 1.5
    assert (place[wide] == LEVELS - 2 + half).all()


def test_rows_are_frequencies_while_they_learn():
    """Each symbol keeps a share, and the sum stays 2^16, whatever is learnt."""
    tables, rng = SymbolCounts.geometric(MEANS), np.random.default_rng(0)
    for _ in range(400):
        contexts = rng.integers(0, 3, 7)
        rows = tables.rows(contexts)
        assert (rows >= 1).all()
        assert (rows.sum(axis=1) == TOTAL).all()
        tables.learn(contexts, rng.integers(0, 2, 7) * contexts)
    assert (tables._counts.sum(axis=1) <= MOST + 16).all()
    assert tables.rows(np.array([0]))[0, 0] > 0.99 * TOTAL


@pytest.mark.parametrize("mean", [5, 64, 640])
def test_a_table_begins_as_a_geometric_law(mean):
    """The mean of a table's law is the one that is asked for, but for its end."""
    row = SymbolCounts.geometric([mean]).rows(np.array([0]))[0] / TOTAL
    ratio = (mean / 64) / (1 + mean / 64)
    assert row[:8] == pytest.approx((1 - ratio) * ratio ** np.arange(8), abs=0.02)


def test_learning_pays():
    """A thousand zeros cost far less than a bit each."""
    code, tape, stack = MagnitudeCode([200], [200]), WritingTape(), BitStack()
    zeros = np.zeros(50, dtype=np.int64)
    for _ in range(20):
        code.code(tape, (zeros, zeros), zeros, fixed(zeros))
    tape.push(stack)
    assert stack.bits < 250
