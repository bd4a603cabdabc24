"""The stack of `stack.py` as compiled loops take it: the same words, one symbol at a time."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vdsc.core.compiled import loop, signed, unsigned
from vdsc.core.fixed_loops import bit_length
from vdsc.core.types import Ints

UNIT = 24
"""Probabilities count 2**-24."""

_WORD, _PIECE = 32, 22


class Bits(NamedTuple):
    """A stack that loops change: words (W,), of which used[0] are in use, and the state (1,)."""

    words: NDArray[np.uint32]
    used: NDArray[np.int64]
    state: NDArray[np.uint64]


def unpacked(words: NDArray[np.uint32]) -> Bits:
    """A stack from the words of a BitStack."""
    state, count = 0, words.size
    while state < 1 << _WORD and count:
        count -= 1
        state = state << _WORD | int(words[count])
    return Bits(words[:count].copy(), np.array([count]), np.array([state], dtype=np.uint64))


def packed(bits: Bits) -> NDArray[np.uint32]:
    """The words of a BitStack."""
    state, tail = int(bits.state[0]), []
    while state:
        tail.append(state & 0xFFFFFFFF)
        state >>= _WORD
    return np.concatenate((bits.words[: bits.used[0]], np.array(tail, dtype=np.uint32)))


@loop
def roomy(bits: Bits, more: int) -> Bits:
    """The stack with room for so many more words."""
    if bits.used[0] + more <= bits.words.size:
        return bits
    words = np.empty(2 * bits.words.size + more, np.uint32)
    for i in range(bits.used[0]):
        words[i] = bits.words[i]
    return Bits(words, bits.used, bits.state)


@loop
def push(bits: Bits, left: int, share: int) -> None:
    """Push what has `share` of 2**24 from `left` on; there must be room for a word."""
    state, part = bits.state[0], unsigned(share)
    if (state >> unsigned(64 - UNIT)) >= part:
        bits.words[bits.used[0]] = np.uint32(state & unsigned(0xFFFFFFFF))
        bits.used[0] += 1
        state >>= unsigned(_WORD)
    whole = state // part
    bits.state[0] = (whole << unsigned(UNIT)) + (state - whole * part) + unsigned(left)


@loop
def drop(bits: Bits, left: int, share: int) -> None:
    """Take off what has `share` of 2**24 from `left` on, after `peek` has shown it."""
    state = bits.state[0]
    rest = (state & unsigned((1 << UNIT) - 1)) - unsigned(left)
    state = (state >> unsigned(UNIT)) * unsigned(share) + rest
    if state < unsigned(1 << _WORD) and bits.used[0]:
        bits.used[0] -= 1
        state = (state << unsigned(_WORD)) | unsigned(bits.words[bits.used[0]])
    bits.state[0] = state


@loop
def peek(bits: Bits) -> int:
    """Where in 2**24 the topmost symbol lies."""
    where: int = signed(bits.state[0] & unsigned((1 << UNIT) - 1))
    return where


@loop
def bound(total: int, place: int, symbols: int) -> int:
    """Where in 2**24 a table symbol begins: the place-th of so many, after `total` of 2**16."""
    exact = ((1 << UNIT) - symbols) * total
    rounded: int = signed(np.float32(exact))
    return (rounded >> 16) + place


@loop
def push_uniform(bits: Bits, value: int, size: int) -> None:
    """Push one of `size` equally likely values; of one, nothing."""
    if size > 1:
        each = (1 << UNIT) // size
        share = each if value < size - 1 else (1 << UNIT) - value * each
        push(bits, value * each, share)


@loop
def pop_uniform(bits: Bits, size: int) -> int:
    """Pop one of `size` equally likely values."""
    if size <= 1:
        return 0
    each = (1 << UNIT) // size
    value = min(peek(bits) // each, size - 1)
    share = each if value < size - 1 else (1 << UNIT) - value * each
    drop(bits, value * each, share)
    return value


@loop
def digits_apart(top: np.uint64) -> int:
    """How many low digits of numbers up to `top` go apart."""
    digits = 64 if top >> unsigned(63) else bit_length(signed(top))
    return max(digits - _PIECE, 0)


@loop
def push_wide(bits: Bits, desk: Ints, first: int, last: int, value: int, size: int) -> None:
    """Push numbers as `uniform.py` does: of rows `first` to `last`, in two columns, unsigned."""
    for turn in range(3):
        for d in range(last - 1, first - 1, -1):
            number, top = unsigned(desk[d, value]), unsigned(desk[d, size]) - unsigned(1)
            low = digits_apart(top)
            split = min(low, _PIECE)
            if turn == 0:
                _push_digits(bits, number, split)
            elif turn == 1:
                _push_digits(bits, number >> unsigned(split), low - split)
            else:
                sizes = signed(top >> unsigned(low)) + 1
                push_uniform(bits, signed(number >> unsigned(low)), sizes)


@loop
def pop_wide(bits: Bits, desk: Ints, first: int, last: int, value: int, size: int) -> None:
    """Pop numbers, the inverse of `push_wide`."""
    for turn in range(3):
        for d in range(first, last):
            top = unsigned(desk[d, size]) - unsigned(1)
            low = digits_apart(top)
            split = min(low, _PIECE)
            if turn == 0:
                desk[d, value] = pop_uniform(bits, signed(top >> unsigned(low)) + 1)
            else:
                digits = low - split if turn == 1 else split
                desk[d, value] = desk[d, value] << digits | pop_uniform(bits, 1 << digits)


@loop
def _push_digits(bits: Bits, value: np.uint64, digits: int) -> None:
    """Push the lowest digits of a value."""
    size = 1 << digits
    push_uniform(bits, signed(value & unsigned(size - 1)), size)
