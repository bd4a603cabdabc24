"""The ranks of one round: from frequencies to symbols on the stack, and back."""

from __future__ import annotations

from vdsc.codecs.lossless.arrays.alphabet import REACH
from vdsc.codecs.lossless.arrays.compiled.cell_loops import CELLS, bound_cell
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
def pop_symbol(bits: Bits, desk: Ints, row: Ints, d: int) -> None:
    """Pop the symbol of a channel under the frequencies row (66,)."""
    where, total, left, symbol = peek(bits), row[0], 0, 0
    right = bound(total, 1, _SYMBOLS)
    while where >= right and symbol < AGAIN:
        symbol += 1
        total += row[symbol]
        left, right = right, bound(total, symbol + 1, _SYMBOLS) if symbol < AGAIN else 1 << UNIT
    drop(bits, left, right - left)
    desk[d, SYMBOL] = symbol


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
def split_rank(desk: Ints, places: Places, row: Ints, d: int, rank: int) -> None:
    """Find where the symbol of a rank lies, its excess or -1, and its index in the cell.

    SYMBOL is where it begins in 2**24, and LEAST how long it is.
    """
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
    symbol, total = AGAIN if again else clamp(high, -HALF, HALF) + HALF, 0
    for j in range(symbol):
        total += row[j]
    left, right = bound(total, symbol, _SYMBOLS), 1 << UNIT
    if symbol < AGAIN:
        right = bound(total + row[symbol], symbol + 1, _SYMBOLS)
    desk[d, SYMBOL], desk[d, LEAST] = left, right - left


@loop
def push_round(bits: Bits, desk: Ints, first: int, last: int) -> None:
    """Push what `split_rank` found of channels, so that `pop_round` finds it in its order."""
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
