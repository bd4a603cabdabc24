"""The ranks of one round: from frequencies to symbols on the stack, and back."""

from __future__ import annotations

from vdsc.codecs.lossless.arrays.alphabet import REACH
from vdsc.codecs.lossless.arrays.compiled.cell_loops import (
    CELLS,
    STRIDE,
    alone,
    bound_cell,
    edge,
    sum_laws,
)
from vdsc.codecs.lossless.arrays.compiled.desk import AGAIN as AGAIN_SHARE
from vdsc.codecs.lossless.arrays.compiled.desk import (
    BEGIN,
    CENTRE,
    DIGITS,
    EXCESS,
    INDEX,
    LAST,
    LEAST,
    SIZE,
    SKIP,
    SYMBOL,
)
from vdsc.codecs.lossless.arrays.compiled.place_loops import level_of
from vdsc.codecs.lossless.arrays.compiled.places import Places
from vdsc.codecs.lossless.arrays.compiled.score_loops import Lines
from vdsc.codecs.lossless.arrays.slots import AGAIN, HALF
from vdsc.core.compiled import loop, unsigned
from vdsc.core.fixed_loops import bit_length, clamp, minus, plus
from vdsc.core.types import Ints
from vdsc.entropy.stack_loops import (
    UNIT,
    Bits,
    bound,
    drop,
    peek,
    pop_uniform,
    pop_wide,
    push,
    push_uniform,
    push_wide,
)

RANGE, EMPTY, CELL = 1, 2, 3
"""What is wrong with a round: a value outside its range, where there is none, outside its cell."""

_SYMBOLS = CELLS + 1
_LENGTHS = 64


@loop
def pop_symbol(
    bits: Bits, desk: Ints, places: Places, lines: Lines, laws: Ints, count: int, row: Ints, d: int
) -> None:
    """Pop the symbol of a channel under its laws."""
    where, low, total, left = peek(bits), 0, 0, 0
    single, again = alone(desk, places, d), desk[d, AGAIN_SHARE]
    for j in range(CELLS):
        if j % STRIDE == 0:
            sum_laws(laws, count, lines, row, j + 1)
        high = edge(row, j)
        total += 1 if j == single else high - low - ((high - low) * again >> 16)
        right = bound(total, j + 1, _SYMBOLS)
        if where < right:
            drop(bits, left, right - left)
            desk[d, SYMBOL] = j
            return
        low, left = high, right
    drop(bits, left, (1 << UNIT) - left)
    desk[d, SYMBOL] = AGAIN


@loop
def find_symbol(
    desk: Ints, places: Places, lines: Lines, laws: Ints, count: int, row: Ints, d: int, symbol: int
) -> None:
    """Find where in 2**24 a symbol of a channel begins, and how long it is: SYMBOL and LEAST."""
    low, total, left, right = 0, 0, 0, 0
    single, again = alone(desk, places, d), desk[d, AGAIN_SHARE]
    for j in range(min(symbol + 1, CELLS)):
        if j % STRIDE == 0:
            sum_laws(laws, count, lines, row, j + 1)
        high = edge(row, j)
        left = total
        total += 1 if j == single else high - low - ((high - low) * again >> 16)
        low = high
    if symbol == AGAIN:
        left, right = bound(total, symbol, _SYMBOLS), 1 << UNIT
    else:
        left, right = bound(left, symbol, _SYMBOLS), bound(total, symbol + 1, _SYMBOLS)
    desk[d, SYMBOL], desk[d, LEAST] = left, right - left


@loop
def pop_excess(bits: Bits, desk: Ints, first: int, last: int) -> None:
    """Pop how far each of the channels outside the cells lies beyond them; 0 of the others."""
    for d in range(first, last):
        desk[d, LEAST] = 1
        if abs(desk[d, SYMBOL] - HALF) == HALF:
            desk[d, LEAST] = 1 << (clamp(pop_uniform(bits, _LENGTHS), 1, 62) - 1)
    pop_wide(bits, desk, first, last, EXCESS, LEAST)
    for d in range(first, last):
        desk[d, EXCESS] += desk[d, LEAST] - 1


@loop
def pop_round(
    bits: Bits, desk: Ints, places: Places, ranks: Ints, t: int, first: int, last: int
) -> int:
    """Pop the ranks of channels of frame t whose symbols are known; 0, or what is wrong."""
    pop_excess(bits, desk, first, last)
    for d in range(first, last):
        again = desk[d, SYMBOL] == AGAIN
        high = 0 if again else desk[d, SYMBOL] - HALF
        high += -desk[d, EXCESS] if high < 0 else desk[d, EXCESS]
        if abs(high) > (2 * REACH >> desk[d, DIGITS]) + HALF:
            return RANGE
        bound_cell(desk, places, d, high)
        if again:
            desk[d, SIZE] = 1
    for d in range(first, last):
        if not desk[d, SIZE]:
            return EMPTY
    pop_wide(bits, desk, first, last, INDEX, SIZE)
    for d in range(first, last):
        if unsigned(desk[d, INDEX]) >= unsigned(desk[d, SIZE]):
            return CELL
        past = unsigned(desk[d, INDEX]) >= unsigned(desk[d, SKIP])
        rank = plus(plus(desk[d, BEGIN], desk[d, INDEX]), 1 if past else 0)
        ranks[t, d] = desk[d, LAST] if desk[d, SYMBOL] == AGAIN else rank
    return 0


@loop
def split_rank(desk: Ints, places: Places, d: int, rank: int) -> int:
    """Find the excess of a rank, or -1, and its index in its cell; return its symbol."""
    again, shift = rank == desk[d, LAST], desk[d, DIGITS]
    high = level_of(places, rank) - desk[d, CENTRE] + (1 << shift >> 1)
    high = 0 if again else high >> shift
    bound_cell(desk, places, d, high)
    index = minus(rank, desk[d, BEGIN])
    if unsigned(index) > unsigned(desk[d, SKIP]):
        index = minus(index, 1)
    desk[d, INDEX] = 0 if again else index
    if again:
        desk[d, SIZE] = 1
    desk[d, EXCESS] = max(abs(high) - HALF, -1)
    return AGAIN if again else clamp(high, -HALF, HALF) + HALF


@loop
def push_round(bits: Bits, desk: Ints, first: int, last: int) -> None:
    """Push what has been found of channels, so that `pop_round` finds it in its order."""
    push_wide(bits, desk, first, last, INDEX, SIZE)
    for d in range(last - 1, first - 1, -1):
        desk[d, INDEX], desk[d, SIZE] = 0, 1
        if desk[d, EXCESS] >= 0:
            desk[d, SIZE] = 1 << (bit_length(desk[d, EXCESS] + 1) - 1)
            desk[d, INDEX] = desk[d, EXCESS] + 1 - desk[d, SIZE]
    push_wide(bits, desk, first, last, INDEX, SIZE)
    for d in range(last - 1, first - 1, -1):
        if desk[d, EXCESS] >= 0:
            push_uniform(bits, bit_length(desk[d, SIZE]), _LENGTHS)
    for d in range(last - 1, first - 1, -1):
        push(bits, desk[d, SYMBOL], desk[d, LEAST])
