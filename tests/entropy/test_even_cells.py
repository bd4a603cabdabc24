"""Cells of an even grid are popped as they were pushed, whatever their law."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from vdsc.entropy import BitStack
from vdsc.entropy.cell_code import CellCode
from vdsc.entropy.even_cells import EvenCells
from vdsc.quant import ValueGrid

LAWS = st.sampled_from(["normal", "logistic"])
FAR, APART = st.sampled_from([0, 8, 30, 46]), st.sampled_from([1, 40, 10**6])


@settings(max_examples=200, deadline=None)
@given(
    st.integers(0, 2**32), LAWS, st.sampled_from([0, 8, 30, 46]), st.sampled_from([1, 40, 10**6])
)
def test_what_was_pushed_is_popped(seed, law, far, apart):
    """Near and far means, narrow and wide scales, cells beside the mean and cells that escape."""
    rng = np.random.default_rng(seed)
    grid = ValueGrid(rng.integers(64, 1 << 17, 5), 1, open=True)
    mean = rng.integers(-(1 << far), (1 << far) + 1, 5)
    scale = rng.integers(1, rng.choice([2, 1 << 10, 1 << 18, 1 << 24]), 5)
    code = CellCode.of(mean, scale, grid=grid, law=law)
    cells = grid.snap(mean) + rng.integers(-apart, apart + 1, 5)
    stack = BitStack()
    code.push(stack, cells)
    even = EvenCells(grid, law)
    found = BitStack.from_bytes(stack.to_bytes())
    assert (even.pop(found, mean, scale) == cells).all()
    assert found.empty
    if not code.shift.any():
        assert (even._rows(code.centre, mean, scale) == code.rows).all()
