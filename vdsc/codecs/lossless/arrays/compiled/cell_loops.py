"""`slots.py` as compiled loops: how the rank of a channel is coded."""

from __future__ import annotations

from vdsc.codecs.lossless.arrays.alphabet import REACH
from vdsc.codecs.lossless.arrays.compiled.desk import (
    BEGIN,
    CENTRE,
    DIGITS,
    EXPERTS,
    GUESS,
    LAST,
    MIXED,
    SCALE,
    SHARE,
    SIZE,
    SKIP,
)
from vdsc.codecs.lossless.arrays.compiled.place_loops import first_of, grain_of, level_of
from vdsc.codecs.lossless.arrays.compiled.places import Places
from vdsc.codecs.lossless.arrays.compiled.score_loops import (
    Lines,
    digits,
    lead_of,
    logistic,
    middle_of,
    width_of,
)
from vdsc.codecs.lossless.arrays.mixture import FAR, POINT
from vdsc.codecs.lossless.arrays.slots import HALF
from vdsc.core.compiled import loop, unsigned
from vdsc.core.fixed import CERTAIN
from vdsc.core.fixed_loops import clamp, minus
from vdsc.core.types import Ints
from vdsc.entropy.stack import TOTAL

CELLS = 2 * HALF + 1
"""Frequencies of a row, without that of the last rank again."""

NOWHERE = -1
"""Where `last` is, in 64 bits, if it is not in the cell."""

STRIDE = 16
"""Edges whose sums are taken at once: mostly those of the first cells are all that is needed."""

_X, _REST, _STEP, _LEFT, _WIDTH, _SHARE = range(6)
_FOLD = CERTAIN.bit_length() - 1
_ALONE = 32  # a law alone lies within half a level, Q6, of the centre


@loop
def place(desk: Ints, plan: Ints, places: Places, d: int) -> None:
    """Find the centre and the low digits of a rank."""
    lead = lead_of(desk, plan, d)
    centre = clamp((desk[d, GUESS + lead] + 32) >> POINT, -REACH, REACH)
    desk[d, CENTRE] = centre
    desk[d, DIGITS] = max(digits(desk[d, SCALE + lead]), grain_of(places, centre))


@loop
def begin_laws(desk: Ints, plan: Ints, d: int, laws: Ints) -> int:
    """Put the laws of a rank that have a share at its first edge; return how many they are.

    laws: (E, 6). The quotient at an edge comes from that at the last one: a step is 2**32 // width,
    and 1 more when what is left over makes a whole.
    """
    count, far = 0, FAR << POINT if plan[MIXED] else _ALONE
    for e in range(plan[EXPERTS]):
        if desk[d, SHARE + e]:
            width = width_of(desk[d, SCALE + e], desk[d, DIGITS])
            middle = middle_of(desk[d, GUESS + e], desk[d, CENTRE], desk[d, DIGITS], far)
            start = (((1 - 2 * HALF) << 15) - middle) << 16
            x, step = start // width, (1 << 32) // width
            laws[count, _X], laws[count, _REST] = x, start - x * width
            laws[count, _STEP], laws[count, _LEFT] = step, (1 << 32) - step * width
            laws[count, _WIDTH], laws[count, _SHARE] = width, desk[d, SHARE + e]
            count += 1
    return count


@loop
def sum_laws(laws: Ints, count: int, lines: Lines, row: Ints, begin: int) -> None:
    """Sum the laws at the edges from row[begin] on, each times its share, Q46."""
    end = min(begin + STRIDE, CELLS)
    for j in range(begin, end):
        row[j] = 0
    for e in range(count):
        x, rest, share = laws[e, _X], laws[e, _REST], laws[e, _SHARE]
        step, left, width = laws[e, _STEP], laws[e, _LEFT], laws[e, _WIDTH]
        for j in range(begin, end):
            row[j] += logistic(lines, x) * share
            over = rest + left - width
            less = over >> 63  # -1 if that makes no whole: without a branch, which nobody foresees
            x, rest = x + step + 1 + less, over + (width & less)
        laws[e, _X], laws[e, _REST] = x, rest


@loop
def edge(row: Ints, j: int) -> int:
    """How much of 2**16 lies below the end of cell j, from the sums of the laws."""
    if j == CELLS - 1:
        return TOTAL
    below: int = ((row[j + 1] >> 16) * (TOTAL - CELLS) >> _FOLD) + j + 1
    return below


@loop
def alone(desk: Ints, places: Places, d: int) -> int:
    """The cell that holds nothing but the last rank, or -1."""
    if not desk[d, DIGITS]:
        level = level_of(places, desk[d, LAST])
        high, ranks = level - desk[d, CENTRE], first_of(places, level + 1)
        if abs(high) < HALF and minus(ranks, first_of(places, level)) == 1:
            cell: int = high + HALF
            return cell
    return -1


@loop
def bound_cell(desk: Ints, places: Places, d: int, high: int) -> None:
    """The first rank of a cell, how many others than the last one it has, and where that is."""
    shift, last = desk[d, DIGITS], desk[d, LAST]
    low = desk[d, CENTRE] + (high << shift) - (1 << shift >> 1)
    begin = first_of(places, clamp(low, -REACH, REACH + 1))
    end = first_of(places, clamp(low + (1 << shift), -REACH, REACH + 1))
    size, skip = minus(end, begin), minus(last, begin)
    within = unsigned(skip) < unsigned(size)
    desk[d, BEGIN] = begin
    desk[d, SIZE] = minus(size, 1) if within else size
    desk[d, SKIP] = skip if within else NOWHERE
