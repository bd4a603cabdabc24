"""Which frames are knots: every other one is foretold once, between two that are known by then."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vdsc.codecs.field.rungs.frame_grid import DEEPEST, FrameGrid
from vdsc.entropy import BitStack
from vdsc.entropy.tape import ReadingTape, WritingTape


@st.composite
def grids(draw):
    """Any grid of 1 to 70 frames."""
    count = draw(st.integers(1, 70))
    spans = -(-(count - 1) // 16)
    levels = draw(st.lists(st.integers(0, DEEPEST), min_size=spans, max_size=spans))
    return FrameGrid(count, tuple(levels))


@given(grids())
def test_each_frame_is_a_knot_or_in_one_rung(grid):
    seen = [*grid.knots, *(i for rung in grid.rungs() for i in rung.frames)]
    assert sorted(seen) == [*range(grid.count)]
    assert {0, grid.count - 1} <= {*grid.knots.tolist()}
    assert grid.whole == (next(grid.rungs(), None) is None)
    assert FrameGrid.spans(grid.count) == len(grid.levels)


@given(grids())
def test_rungs_need_what_is_known(grid):
    known, numbers = {*grid.knots.tolist()}, []
    for rung in grid.rungs():
        numbers.append(rung.number)
        assert {*rung.before.tolist(), *rung.after.tolist()} <= known
        assert (np.diff(rung.frames) > 0).all()
        assert (rung.frames - rung.before == 1 << rung.number).all()
        assert (rung.after > rung.frames).all()
        assert (rung.after - rung.frames <= 1 << rung.number).all()
        assert ((rung.shares >= 1 << 15) & (rung.shares < 1 << 16)).all()
        known |= {*rung.frames.tolist()}
    assert numbers == sorted(numbers, reverse=True)
    assert len({*numbers}) == len(numbers)


@given(grids())
def test_spans_have_knots_as_often_as_their_level_says(grid):
    for i, level in enumerate(grid.levels):
        last = min(16 * i + 16, grid.count - 1)
        mine = grid.knots[(grid.knots >= 16 * i) & (grid.knots < last)]
        assert mine.tolist() == [*range(16 * i, last, 1 << level)]


@given(grids())
def test_a_coded_grid_reads_back(grid):
    tape = WritingTape()
    assert FrameGrid.coded(grid.count, tape, grid) == grid
    tape.uniform(6, 7)
    read = ReadingTape(BitStack.from_bytes(tape.stream()))
    assert FrameGrid.coded(grid.count, read, None) == grid
    assert read.uniform(None, 7) == 6


@pytest.mark.parametrize(
    ("count", "level", "knots"),
    [
        (1, 4, [0]), (2, 4, [0, 1]), (3, 1, [0, 2]), (17, 4, [0, 16]), (18, 4, [0, 16, 17]),
        (18, 3, [0, 8, 16, 17]), (12, 2, [0, 4, 8, 11]), (6, 0, [0, 1, 2, 3, 4, 5]),
    ],
)  # fmt: skip
def test_even_grids(count, level, knots):
    assert FrameGrid.even(count, level).knots.tolist() == knots


def test_the_last_frames_are_nearer():
    (first, second, third) = FrameGrid.even(8, 3).rungs()
    assert [first.frames.tolist(), first.before.tolist(), first.after.tolist()] == [[4], [0], [7]]
    assert first.shares.tolist() == [(4 << 16) // 7]
    assert second.frames.tolist() == [2, 6]
    assert second.after.tolist() == [4, 7]
    assert second.shares.tolist() == [1 << 15, (2 << 16) // 3]
    assert third.frames.tolist() == [1, 3, 5]
