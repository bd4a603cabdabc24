"""Open value grids: cells without end, and within the compander those of a closed grid."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vdsc.errors import InvalidInput
from vdsc.quant import REACH, ValueGrid
from vdsc.quant.value_grid import FARTHEST, compander

steps = st.lists(st.integers(2**6, 2**17), min_size=1, max_size=4).map(np.array)
caps = st.sampled_from([1, 2, 3, 16, 100, 256])
values = st.one_of(st.integers(-FARTHEST, FARTHEST), st.integers(-(2**22), 2**22))
EDGES = [786671, 812079, 892079, 1612079, 80000812079]


def exact_edge(step: int, cap: int, q: int) -> int:
    """The lower edge of cell q, from the definition, in Python's integers."""
    table, half = compander(cap).tolist(), abs(2 * q - 1) * step
    cell, part = divmod(half, 128)
    if cell < len(table) - 1:
        z = table[cell] + ((table[cell + 1] - table[cell]) * part >> 7)
    else:
        z = table[-1] + (cap * (half - 128 * (len(table) - 1)) >> 1)
    return z if q > 0 else -z


@settings(deadline=None)
@given(steps, caps, values)
def test_every_value_has_a_cell_that_holds_it(sizes, cap, z):
    """Always edge(snap(z)) <= z < edge(snap(z) + 1), and edges are those of the definition."""
    grid = ValueGrid(sizes, cap, open=True)
    q = grid.snap(np.full(sizes.size, z))
    below, above = grid.edge(q), grid.edge(q + 1)
    assert (below <= z).all()
    assert (z < above).all()
    assert (np.abs(q) <= grid.limit).all()
    assert below.tolist() == [exact_edge(*each) for each in zip(sizes, [cap] * 9, q, strict=False)]
    assert (grid.snap(grid.value(q)) == q).all()
    assert (grid.width(q) == above - below).all()


@settings(deadline=None)
@given(steps, caps, st.integers(-REACH + 1, REACH - 1))
def test_within_the_compander_cells_are_those_of_a_closed_grid(sizes, cap, z):
    """A value below 12 has the same cell; all edges but the two outermost are the same."""
    grid, closed = ValueGrid(sizes, cap, open=True), ValueGrid(sizes, cap)
    assert (grid.snap(np.full(sizes.size, z)) == closed.snap(np.full(sizes.size, z))).all()
    q = np.stack([np.arange(-5, 6)] * sizes.size, axis=1).clip(1 - closed.limit, closed.limit)
    assert (grid.edge(q) == closed.edge(q)).all()


@settings(deadline=None)
@given(steps, caps, st.integers(0, 2**30))
def test_beyond_the_compander_all_cells_are_as_wide_as_the_cap_allows(sizes, cap, beyond):
    """Cells past the closed grid's are cap centre cells wide, mirrored about zero."""
    grid, closed = ValueGrid(sizes, cap, open=True), ValueGrid(sizes, cap)
    q = closed.limit + 1 + beyond
    assert (grid.width(q) == cap * sizes).all()
    assert (grid.edge(q) == -grid.edge(1 - q)).all()
    assert (grid.edge(closed.limit + 1) >= closed.edge(closed.limit + 1)).all()


@pytest.mark.parametrize("cap", [1, 3])
def test_a_ladder_is_edge_by_edge(cap):
    """A ladder holds the lower edges of every stride-th cell, inside, outside and across."""
    grid = ValueGrid(np.array([2**10, 2**13, 2**16 + 1]), cap, open=True)
    first = np.array([[-5, 3, 0], [-(2**30), 2**30, 17], [-4000, -500, -60]])
    stride = np.array([[1, 2, 1], [1, 1, 4], [64, 16, 2]])
    ladder = grid.ladder(first, stride, 130)
    for rung in range(130):
        assert (ladder[..., rung] == grid.edge(first + rung * stride)).all()
    part = grid.take(np.array([2, 0]))
    assert part.open
    assert part.edge(np.array([999, 4000])).tolist() == [
        exact_edge(2**16 + 1, cap, 999),
        exact_edge(2**10, cap, 4000),
    ]


def test_the_edges_are_frozen():
    """A few edges and the limit are what every machine must compute."""
    grid = ValueGrid(np.array([20000]), 4, open=True)
    closed = ValueGrid(np.array([20000]), 4)
    assert int(closed.limit[0]) == 12
    assert int(closed.edge(np.array([13]))[0]) == EDGES[0]
    q = np.array([13, 14, 23, 10**6 + 13])[:, None]
    assert grid.edge(q)[:, 0].tolist() == EDGES[1:]
    assert grid.limit.tolist() == [(2**47 - EDGES[1]) // 80000 + 13]


@pytest.mark.parametrize("step", [2**6, 12345, 2**17])
def test_a_value_beyond_the_last_cell_is_refused(step):
    """Nothing is clipped: the cell of the largest value is the last, what lies beyond an error."""
    grid = ValueGrid(np.array([step]), 1, open=True)
    end = int(grid.edge(grid.limit + 1)[0])
    assert 0 < end - FARTHEST <= step
    assert grid.snap(np.array([end - 1])) == grid.limit
    assert grid.snap(np.array([-end])) == -grid.limit
    for z in (end, -end - 1, 2**63 - 1, -(2**63)):
        with pytest.raises(InvalidInput, match="beyond"):
            grid.snap(np.array([z]))
