"""The values of one knot as compiled loops take them: popped, or chosen by error and bits.

The same numbers as `one_value.py` and, for what is chosen, `thrift.py`, one integer at a time.
Cells are equally wide.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from vdsc.core import law_limits as limit
from vdsc.core.compiled import loop, signed, unsigned
from vdsc.core.fixed import CERTAIN
from vdsc.core.fixed_loops import bit_length, clamp, shifted
from vdsc.core.types import Floats, Ints
from vdsc.entropy.cell_code import HALF, WIDE
from vdsc.entropy.gamma import LONGEST_OPEN
from vdsc.entropy.stack import TOTAL
from vdsc.entropy.stack_loops import UNIT, Bits, bound, drop, peek, pop_uniform
from vdsc.twin.layers import PLACES
from vdsc.twin.mixed_cells import FAR, SHARES, WIDTHS
from vdsc.twin.powers import FINE

_CELLS = 2 * HALF + 1
_ONE = 1 << PLACES
_POINT = PLACES - 16
_MOST, _GATED, _LOUD = limit.MOST << PLACES, limit.GATED << PLACES, limit.LOUD << PLACES
_FAINT, _MEAN_SIZE = int(limit.FAINT * _ONE), int(limit.MEAN_SIZE * _ONE)
_NARROWEST, _WIDEST = limit.NARROWEST << PLACES, limit.WIDEST << PLACES
_WIDE, _FOLD = WIDE["logistic"], CERTAIN.bit_length() - 1

SOUND, OUTSIDE, LONG = 0, 1, 2
"""What is wrong with a value: nothing, it is outside its grid, its escape is impossibly long."""


class Fixed(NamedTuple):
    """What does not change from knot to knot, D dimensions with K laws each.

    steps, limits (D,); shares, widths (K, D); off, loud (D, D) weights, from a row to
    later columns, with `places` (2,) binary places; powers, logs: the tables of `powers.py`; lines
    (n, 2): the logistic law.
    """

    steps: Ints
    limits: Ints
    shares: Ints
    widths: Ints
    off: Ints
    loud: Ints
    places: Ints
    powers: Ints
    logs: Ints
    lines: NDArray[np.int32]


class Aim(NamedTuple):
    """What values are chosen by: (D,) or (D, D) each, as `thrift.py` says; empty if popped."""

    aim: Floats
    cost: Floats
    beside: Floats
    steps: Floats
    exchange: float


@loop
def half_up(value: int, places: int) -> int:
    """Divide by 2**places and round half up."""
    return (value + (1 << places >> 1)) >> places


@loop
def power(fixed: Fixed, x: int) -> int:
    """2**x, Q20."""
    part = unsigned((x & (_ONE - 1)) >> (PLACES - FINE))
    found: int = shifted(signed(fixed.powers[part]), x >> PLACES)
    return found


@loop
def logarithm(fixed: Fixed, x: int) -> int:
    """The logarithm of x >= 1 to the base 2, Q20."""
    whole = bit_length(x) - 1
    found: int = (whole << PLACES) + fixed.logs[shifted(x, FINE - whole) - (1 << FINE)]
    return found


@loop
def below(fixed: Fixed, d: int, off: int, scale: int) -> int:
    """The Q30 chance of what lies below mean + off under the mixture of a dimension."""
    far, total = clamp(off, -FAR, FAR) << 16, 0
    for k in range(fixed.shares.shape[0]):
        x = far // max(scale * fixed.widths[k, d] >> WIDTHS, 1)
        i = unsigned(min(abs(x) >> 8, fixed.lines.shape[0] - 1))
        height = signed(fixed.lines[i, 0]) + (signed(fixed.lines[i, 1]) * (abs(x) & 255) >> 8)
        total += fixed.shares[k, d] * (height if x >= 0 else CERTAIN - height)
    return total >> SHARES


@loop
def before(fixed: Fixed, d: int, j: int, place: Ints) -> int:
    """The frequencies of all symbols below j, of 2**16; place: centre, shift, mean, scale."""
    if j <= 0 or j >= _CELLS:
        return 0 if j <= 0 else TOTAL
    centre, shift, mean, scale = place
    twice = (2 * (centre + ((j - HALF) << shift) - (1 << shift >> 1)) - 1) * fixed.steps[d]
    edge = (twice + (1 if twice < 0 else 0)) >> 1
    return j + (below(fixed, d, edge - mean, scale) * (TOTAL - _CELLS) >> _FOLD)


@loop
def pop_cell(bits: Bits, fixed: Fixed, d: int, place: Ints, wrong: Ints) -> Any:
    """Pop a cell: its symbol, its escape, its low bits; wrong[0] is SOUND or what is wrong."""
    where, low, high = peek(bits), 0, _CELLS
    left, right = 0, 1 << UNIT
    while high - low > 1:
        middle = (low + high) >> 1
        at = bound(before(fixed, d, middle, place), middle, _CELLS)
        if where >= at:
            low, left = middle, at
        else:
            high, right = middle, at
    drop(bits, left, right - left)
    far, shift = low - HALF, place[1]
    if abs(far) == HALF:
        digits = 0
        while not pop_uniform(bits, 2):
            digits += 1
            if digits > LONGEST_OPEN:
                wrong[0] = LONG
                return 0
        number = 1
        for _ in range(digits):
            number = 2 * number + pop_uniform(bits, 2)
        far += number - 1 if far > 0 else 1 - number
        if abs(far) > (2 * fixed.limits[d] >> shift) + HALF:
            wrong[0] = OUTSIDE
            return 0
    cell = place[0] + far
    if shift:
        rest = pop_uniform(bits, 1 << shift)
        cell = place[0] + (far << shift) + rest - (1 << shift >> 1)
    if abs(cell) > fixed.limits[d]:
        wrong[0] = OUTSIDE
    return cell


@loop
def price(fixed: Fixed, d: int, cell: int, place: Ints) -> Any:
    """About what a cell costs, in bits, Q20."""
    centre, shift = place[0], place[1]
    high = (cell - centre + (1 << shift >> 1)) >> shift
    j, beyond = clamp(high, -HALF, HALF) + HALF, 0
    if abs(high) >= HALF:
        beyond = 2 * bit_length(abs(high) - HALF + 1) - 1
    share = before(fixed, d, j + 1, place) - before(fixed, d, j, place)
    return ((16 + shift + beyond) << PLACES) - logarithm(fixed, share)


@loop
def choose_cell(fixed: Fixed, d: int, place: Ints, aims: Aim, pull: Floats) -> Any:
    """The cell of least error and bits near where a dimension aims."""
    step = aims.steps[d]
    aim = aims.aim[d] - pull[d]
    near, best, least = signed(np.rint(aim / step)), 0, np.inf
    for n in range(4):
        cell = near + n - 1 if n < 3 else place[0]
        miss = cell * step - aim
        bits = price(fixed, d, cell, place) / _ONE
        total = aims.cost[d] * (miss * miss) + aims.exchange * bits
        if total < least:
            best, least = cell, total
    return best


def code_knot(
    bits: Bits, fixed: Fixed, guess: Ints, dims: Ints, aims: Aim, cells: Ints, values: Ints
) -> Any:
    """Pop or choose the cells (D,) of a knot in the dimensions `dims`, and find their values Q16.

    guess (4, D): mean, size, unit and gate. Returns SOUND or what is wrong.
    """
    count, choosing = cells.size, aims.aim.size > 0
    off, loud = np.zeros(count, np.int64), np.zeros(count, np.int64)
    pull, wrong, place = np.zeros(count), np.zeros(1, np.int64), np.zeros(4, np.int64)
    for d in dims:
        mean, size, unit, gate = guess[0, d], guess[1, d], guess[2, d], guess[3, d]
        more = clamp(half_up(off[d], fixed.places[0]), -_MOST, _MOST)
        wide = half_up(loud[d], fixed.places[1])
        moved = half_up(more * clamp(gate, -_GATED, _GATED), PLACES)
        scale = power(fixed, clamp(size + wide, _NARROWEST, _WIDEST)) >> _POINT
        step = fixed.steps[d]
        place[2], place[3] = mean + half_up(moved, _POINT), max(scale + (step >> 6), 1)
        place[0] = (2 * place[2] + (place[2] >> 63) + step + 1) // (2 * step)
        width = step - (step & 1 if place[0] == 0 else 0)
        place[1] = bit_length((place[3] - 1) // (_WIDE * width))
        if choosing:
            cells[d] = choose_cell(fixed, d, place, aims, pull)
        else:
            cells[d] = pop_cell(bits, fixed, d, place, wrong)
            if wrong[0]:
                return wrong[0]
        values[d] = cells[d] * step - (step & 1 if cells[d] > 0 else 0)
        far = clamp(clamp(values[d] - mean, -_LOUD, _LOUD) << _POINT, -_LOUD, _LOUD)
        size = (
            logarithm(fixed, (abs(far) << PLACES) // unit + _FAINT)
            - (PLACES << PLACES)
            + _MEAN_SIZE
        )
        for n in range(d + 1, count):
            off[n] += fixed.off[d, n] * far
            loud[n] += fixed.loud[d, n] * size
        if choosing:
            miss = cells[d] * aims.steps[d] - aims.aim[d]
            for n in range(d + 1, count):
                pull[n] += aims.beside[n, d] * miss
    return SOUND
