"""Value grids: exact cells, their widths and their frozen edges."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vdsc.errors import InvalidInput
from vdsc.quant import REACH, ValueGrid, cdf

steps = st.lists(st.integers(2**6, 2**17), min_size=1, max_size=4).map(np.array)
caps = st.sampled_from([1, 2, 4, 16, 256])


@settings(deadline=None)
@given(steps, caps, st.integers(-(2**22), 2**22))
def test_snap_finds_the_cell_that_holds_the_value(sizes, cap, z):
    """Always edge(snap(z)) <= z < edge(snap(z) + 1), up to the clip beyond |z| = 12."""
    grid = ValueGrid(sizes, cap)
    ends = grid.edge(-grid.limit), grid.edge(grid.limit + 1)
    held = np.clip(z, ends[0], ends[1] - 1)
    q = grid.snap(np.full(sizes.size, z))
    assert (grid.edge(q) <= held).all()
    assert (held < grid.edge(q + 1)).all()
    assert (np.abs(q) <= grid.limit).all()
    assert (ends[1] >= REACH).all()


@settings(deadline=None)
@given(steps, caps, st.data())
def test_a_value_snaps_to_its_own_cell(sizes, cap, data):
    """Every cell within the limit holds its reconstruction point."""
    grid = ValueGrid(sizes, cap)
    q = np.array([data.draw(st.integers(-n, n)) for n in grid.limit])
    assert (grid.snap(grid.value(q)) == q).all()


@settings(deadline=None)
@given(st.integers(2**6, 2**17), caps)
def test_edges_are_mirrored_and_never_wider_than_the_cap(step, cap):
    """Cells lie symmetric about 0, widen outwards, and none is above cap times the centre's."""
    grid = ValueGrid(np.array([step]), cap)
    limit = int(grid.limit[0])
    edges = grid.edge(np.arange(-limit, limit + 2)[:, None])[:, 0]
    width = np.diff(edges)
    assert (edges == -edges[::-1]).all()
    assert (width > 0).all()
    assert width.max() <= cap * (width[limit] + 1)
    assert (np.diff(width[limit:-1]) >= -cap).all()
    assert edges[-1] >= REACH


def test_cap_one_gives_uniform_cells():
    """With cap 1 the lower edge of cell q is (2q - 1) step / 2."""
    q = np.arange(-20, 20)[:, None]
    grid = ValueGrid(np.array([2**14, 6000]), 1)
    assert (grid.edge(q) == (2 * q - 1) * np.array([2**13, 3000])).all()


def test_a_large_cap_gives_cells_of_equal_probability():
    """Within the cap's reach all cells have the centre's probability under N(0, 1)."""
    grid = ValueGrid(np.array([2**13]), 64)
    q = np.arange(-8, 10)[:, None]
    mass = np.diff(cdf(grid.edge(q))[:, 0])
    assert np.abs(mass / mass[8] - 1).max() < 2e-3


def test_a_ladder_is_edge_by_edge():
    """A ladder holds the lower edges of every stride-th cell, and `take` picks dimensions."""
    grid = ValueGrid(np.array([2**10, 2**13, 2**16]), 3)
    first, stride = np.array([[-5, 3, 0], [1, 2, 3]]), np.array([[1, 2, 1], [1, 1, 4]])
    ladder = grid.ladder(first, stride, 7)
    for rung in range(7):
        assert (ladder[..., rung] == grid.edge(first + rung * stride)).all()
    part = grid.take(np.array([2, 0]))
    assert (part.edge(np.array([3, 4])) == grid.edge(np.array([4, 0, 3]))[[2, 0]]).all()


def test_the_edges_are_frozen():
    """A few edges and limits are what every machine must compute."""
    grid = ValueGrid(np.array([2**6, 20000, 2**17]), 4)
    q = np.array([1, 2, 3, 5, 9])[:, None]
    assert grid.limit.tolist() == LIMITS
    assert grid.edge(q).tolist() == EDGES


@pytest.mark.parametrize(("step", "cap"), [(63, 4), (2**17 + 1, 4), (2**12, 0), (2**12, 257)])
def test_an_impossible_grid_is_refused(step, cap):
    """Steps outside 2**6..2**17 and caps outside 1..256 are invalid."""
    with pytest.raises(InvalidInput, match="value"):
        ValueGrid(np.array([step]), cap)


LIMITS = [3807, 12, 2]
EDGES = [
    [32, 10038, 83594],
    [96, 31132, 598511],
    [160, 56185, 786671],
    [288, 172079, 786671],
    [544, 492079, 786671],
]
