"""`slots.py` as compiled loops: how the rank of a channel is coded."""

from __future__ import annotations

from vdsc.codecs.lossless.arrays.alphabet import REACH
from vdsc.codecs.lossless.arrays.compiled.desk import (
    AGAIN,
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
def sum_laws(desk: Ints, plan: Ints, lines: Lines, row: Ints, d: int) -> None:
    """Sum the laws at the 64 edges of a rank, each times its share, Q46, in row[1] to row[64].

    The quotient at an edge comes from that at the last one: a step is 2**32 // width, and 1 more
    when what is left over makes a whole.
    """
    for j in range(1, CELLS):
        row[j] = 0
    far = FAR << POINT if plan[MIXED] else _ALONE
    for e in range(plan[EXPERTS]):
        share = desk[d, SHARE + e]
        if share:
            width = width_of(desk[d, SCALE + e], desk[d, DIGITS])
            middle = middle_of(desk[d, GUESS + e], desk[d, CENTRE], desk[d, DIGITS], far)
            start = (((1 - 2 * HALF) << 15) - middle) << 16
            x, step = start // width, (1 << 32) // width
            rest, left = start - x * width, (1 << 32) - step * width
            for j in range(1, CELLS):
                row[j] += logistic(lines, x) * share
                more = 1 if rest + left >= width else 0
                x, rest = x + step + more, rest + left - more * width


@loop
def set_frequencies(desk: Ints, places: Places, row: Ints, d: int) -> None:
    """Turn the sums of the laws into the 66 frequencies of a rank."""
    before, rest, again = 0, TOTAL, desk[d, AGAIN]
    for j in range(CELLS):
        after = TOTAL
        if j < CELLS - 1:
            after = ((row[j + 1] >> 16) * (TOTAL - CELLS) >> _FOLD) + j + 1
        part = after - before
        row[j] = part - (part * again >> 16)
        before = after
    if not desk[d, DIGITS]:
        level = level_of(places, desk[d, LAST])
        high, ranks = level - desk[d, CENTRE], first_of(places, level + 1)
        if abs(high) < HALF and minus(ranks, first_of(places, level)) == 1:
            row[high + HALF] = 1
    for j in range(CELLS):
        rest -= row[j]
    row[CELLS] = rest


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
