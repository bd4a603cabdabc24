"""Small codes are pinned by their bytes: a change of one is a change of the format."""

from __future__ import annotations

import numpy as np
import pytest

from vdsc.entropy import BitStack, PoissonGaps, RenewalGaps, cell_code, gamma, gap_codes
from vdsc.entropy.cell_code import CellCode
from vdsc.entropy.split_cells import join, split
from vdsc.errors import InvalidInput
from vdsc.quant import ValueGrid

TICKS = np.array([0, 1, 2, 9, 12, 20, 30])


def bytes_of(push, *args):
    """The bytes of a fresh stack after one push."""
    stack = BitStack()
    stack.push_uniform(np.array([(1 << 24) - 1, 77]), np.array([1 << 24, 1 << 24]))
    push(stack, *args)
    return stack.to_bytes().hex()


def test_gaps():
    """Knot times of a span of 30 under a Poisson row and a histogram."""
    assert bytes_of(PoissonGaps(9000, 12).push, TICKS, 30) == POISSON
    assert bytes_of(RenewalGaps(np.arange(12) ** 2 + 1).push, TICKS, 30) == RENEWAL


def test_gamma_numbers():
    """Elias gamma numbers, small ones first."""
    assert bytes_of(gamma.push_gamma, np.array([0, 1, 2, 3, 200, 2**24])) == GAMMA
    for value in range(40):
        assert gamma.gamma_bits(np.array([value])) == 2 * (value + 1).bit_length() - 1


@pytest.mark.parametrize("law", ["normal", "logistic"])
def test_cells(law):
    """Table symbols, low bits and escapes at either end, under both laws."""
    grid = ValueGrid(np.array([2**8, 2**10, 2**12, 2**12]), 2)
    mean, scale = np.array([1000, -(2**17), 0, 50]), np.array([2**15, 2**12, 2**20, 300])
    code = CellCode.of(mean, scale, grid=grid, law=law)
    cells = np.array([90, -400, 20, -33])
    assert bytes_of(code.push, cells) == CELLS[law]
    assert code.shift.tolist() == SHIFTS[law]
    stack = BitStack()
    code.push(stack, cells)
    assert (code.pop(stack) == cells).all()
    assert stack.empty


def test_the_table_ends_where_the_escapes_begin():
    """High parts of -31 to 31 are table symbols; -32 and 32 are the first that escape."""
    grid = ValueGrid(np.array([2**10]), 1)
    code = CellCode.of(np.array([0]), np.array([2**10]), grid=grid, law="normal")
    for cell, escaped in ((-33, [1]), (-32, [0]), (-31, []), (31, []), (32, [0]), (40, [8])):
        symbols, excess, low = code._split(np.array([cell]))
        assert excess.tolist() == escaped
        assert symbols.tolist() == [min(max(cell, -32), 32) + 32]
        assert low.tolist() == [0]
    assert cell_code.HALF == 32


def test_split_and_join():
    """The cell of high part 0 has the centre in its middle; join is the inverse of split."""
    values = np.arange(-40, 40)
    for shift in range(5):
        by, centre = np.full(80, shift), np.full(80, 7)
        high, low = split(values, centre, by)
        assert (join(high, low, centre, by) == values).all()
        assert (low >= 0).all()
        assert (low < 1 << shift).all()
        held = values[high == 0]
        assert held.tolist() == list(range(7 - (1 << shift) // 2, 7 + -(-(1 << shift) // 2)))


def test_limits_of_gap_tables():
    """Rates of 1 to 2**20 and tables of 1 to 2**14 gaps are taken, and no others."""
    assert gap_codes.LONGEST == 2**14
    assert PoissonGaps(1, 2**14).max_gap == RenewalGaps(np.ones(2**14)).max_gap == 2**14
    assert PoissonGaps(2**20, 1).max_gap == RenewalGaps(np.ones(1)).max_gap == 1
    for rate, longest in ((0, 9), (2**20 + 1, 9), (9, 0), (9, 2**14 + 1)):
        with pytest.raises(InvalidInput, match="knot rate"):
            PoissonGaps(rate, longest)
    for counts in (np.ones(2**14 + 1), np.array([0, 0]), np.array([1, -1])):
        with pytest.raises(InvalidInput, match="histogram"):
            RenewalGaps(counts)


POISSON = "8bad1d4f08f702"
RENEWAL = "da2800d8eb8c807b"
GAMMA = "ffff7f800000008049008032dd04"
CELLS = {"normal": "ffff6780ed0000e7aa3bba1309", "logistic": "ffff338047a98cd2eb2db18d19"}
SHIFTS = {"normal": [4, 0, 5, 0], "logistic": [5, 0, 6, 0]}
