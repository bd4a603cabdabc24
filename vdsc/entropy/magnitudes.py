"""Magnitudes of integers under laws that learn: what is near says which law, and how many low bits.

    magnitude = symbol << shift | low bits        the last symbol stands for all that is larger

The symbol has a table of counts, chosen by its contexts, that every symbol moves; low bits and
signs are uniform. A whole row of integers is coded at once, then the tables learn from it.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np

from vdsc.core.fixed import bit_length
from vdsc.core.types import Ints
from vdsc.entropy.stack import TOTAL
from vdsc.entropy.tape import Tape
from vdsc.errors import CorruptFile

SYMBOLS = 16
LAST = SYMBOLS - 1

LEVELS = 13
"""How many sizes of what is near are told apart, the last two of them in every octave."""

FINE = 256
"""Near sizes below this, in 1/64, need no low bits."""

LONGEST = 40
"""The most binary digits of a magnitude."""

HALF = 20
"""Binary digits that are told at once: a uniform symbol has at most 24."""

START, STEP, MOST = 1 << 10, 112, 1 << 16
"""Sum of a table's counts at the beginning, what a symbol adds, and the sum that is halved."""

Chooser = Callable[[Ints, Ints], Ints]
"""Of rows (n, 16) and shifts (n,) the integers (n,) to code: an encoder's own choice."""


def level(near: Ints) -> tuple[Ints, Ints]:
    """The level (n,) and the shift (n,) of sizes (n,), in 1/64, of what is near."""
    places, shifts = _known_levels()
    if near.max() < len(places):
        return places[near], shifts[near]
    return _level(near)


@cache
def _known_levels() -> tuple[Ints, Ints]:
    """Level and shift of the sizes that are met most often."""
    return _level(np.arange(1 << 12))


def _level(near: Ints) -> tuple[Ints, Ints]:
    fine = np.searchsorted(_edges(), near, side="right")
    digits = bit_length(near >> 6)
    shift = np.maximum(digits - 2, 0)
    odd = (near >> np.maximum(digits + 4, 0)) & 1
    place: Ints = np.where(near < FINE, fine, LEVELS - 2 + odd)
    return place, shift


@cache
def _edges() -> Ints:
    """Where the levels of sizes below FINE begin: about 16 (2^(i/2.5) - 1), i = 1 to 10."""
    return np.array([5, 12, 21, 33, 48, 68, 96, 132, 180, 240], dtype=np.int64)


@cache
def _geometric(mean: int, start: int) -> tuple[int, ...]:
    """Counts of a geometric law with this mean, in 1/64, that sum to about `start`."""
    left, counts = start << 16, []
    for _ in range(LAST):
        stays = left * 64 // (mean + 64)
        counts.append(max(stays >> 16, 1))
        left -= stays
    return (*counts, max(left >> 16, 1))


class SymbolCounts:
    """Counts of symbols in each of several contexts.

    Args:
        rows: the counts (K,) that each context begins with.
    """

    def __init__(self, rows: list[tuple[int, ...]]) -> None:
        self._counts = np.array(rows, dtype=np.int64)
        self._sums = self._counts.sum(axis=1)
        self._spread = float(TOTAL - self._counts.shape[1])

    @classmethod
    def geometric(cls, means: list[int], start: int = START) -> SymbolCounts:
        """16 symbols with geometric laws of these means, in 1/64, whose counts sum to `start`."""
        return cls([_geometric(mean, start) for mean in means])

    def shares(self, contexts: Ints) -> Ints:
        """Frequencies (n, K) of contexts (n,) but for what is missing to 2**16."""
        # The quotient of integers below 2^33 and 2^17 is rounded to no other whole part.
        real = self._counts.take(contexts, axis=0) * self._spread
        real /= self._sums.take(contexts)[:, None]
        shares = real.astype(np.int64)
        shares += 1
        return shares

    def rows(self, contexts: Ints) -> Ints:
        """Frequencies (n, K) with sum 2**16 of contexts (n,)."""
        return filled(self.shares(contexts))

    def learn(self, contexts: Ints, symbols: Ints) -> None:
        """Count symbols (n,) in their contexts (n,)."""
        np.add.at(self._counts, (contexts, symbols), STEP)
        np.add.at(self._sums, contexts, STEP)
        if self._sums.take(contexts).max() > MOST:
            full = np.flatnonzero(self._sums > MOST)
            self._counts[full] = (self._counts[full] + 1) >> 1
            self._sums[full] = self._counts[full].sum(axis=1)


class SignCode:
    """Codes signs in contexts, where what is near tells them; both are as likely at first."""

    def __init__(self, contexts: int, *, start: int = START) -> None:
        self._table = SymbolCounts([(start // 2, start // 2)] * contexts)

    def code(self, tape: Tape, contexts: Ints, negative: Ints | None) -> Ints:
        """Whether integers in their contexts (n,) are negative (n,), as 0 or 1."""
        signs = tape.rows(negative, self._table.rows(contexts))
        self._table.learn(contexts, signs)
        return signs


def filled(rows: Ints) -> Ints:
    """Rows (n, K) whose first symbol takes what the others leave of 2**16, in their memory."""
    rows[:, 0] += TOTAL - np.add.reduce(rows, axis=1)
    return rows


class MagnitudeCode:
    """Codes rows of signed integers by two tables, each with contexts of its own."""

    def __init__(self, one: list[int], other: list[int], *, start: int = START) -> None:
        self._tables, self._second = SymbolCounts.geometric(one + other, start), len(one)

    def code(
        self,
        tape: Tape,
        contexts: tuple[Ints, Ints],
        shift: Ints,
        choose: Chooser | None,
        signs: tuple[SignCode, Ints] | None = None,
    ) -> Ints:
        """Integers (n,) in their contexts, two arrays (n,), with so many low bits (n,).

        An encoder gives what chooses them; a decoder None. signs: a code of signs and contexts
        (n,) in it, where signs are not as likely as each other. Raises CorruptFile.
        """
        both = np.concatenate((contexts[0], contexts[1] + self._second))
        shares = self._tables.shares(both)
        rows = shares[: len(shift)]
        rows += shares[len(shift) :]
        rows >>= 1
        rows = filled(rows)
        given = None if choose is None else choose(rows, shift)
        size = None if given is None else np.abs(given)
        symbols = None if size is None else np.minimum(size >> shift, LAST)
        symbols = tape.rows(symbols, rows)
        self._tables.learn(both, np.concatenate((symbols, symbols)))
        high = symbols
        if symbols.max() == LAST:
            high = _beyond(tape, symbols, None if size is None else size >> shift)
        if shift.any():
            high = _lengthened(tape, high, shift, size)
        return _signed(tape, high, given, signs)


def _beyond(tape: Tape, symbols: Ints, size: Ints | None) -> Ints:
    """Sizes (n,) of symbols (n,): the last one is followed by how much more there is."""
    found, beyond = symbols.copy(), (symbols == LAST).nonzero()[0]
    more = None if size is None else size[beyond] - LAST + 1
    known = np.full(beyond.size, LONGEST)
    digits = tape.uniforms(None if more is None else bit_length(more) - 1, known)
    found[beyond] += _digits(tape, more, digits)
    found[beyond] += (np.int64(1) << digits) - 1
    return found


def _lengthened(tape: Tape, high: Ints, shift: Ints, size: Ints | None) -> Ints:
    """Sizes (n,) of high parts (n,) and so many low bits (n,); raises CorruptFile."""
    if (high >> np.maximum(LONGEST - shift, 0)).any():
        raise CorruptFile("a coefficient is impossibly large; the file is damaged")
    found, coarse = high.copy(), shift.nonzero()[0]
    low = None if size is None else size[coarse]
    found[coarse] = (found[coarse] << shift[coarse]) + _digits(tape, low, shift[coarse])
    return found


def _digits(tape: Tape, values: Ints | None, counts: Ints) -> Ints:
    """The lowest counts (n,) binary digits of values (n,): 20 at most, then those above."""
    if counts.max() <= HALF:
        part = None if values is None else values & ((1 << counts) - 1)
        return tape.uniforms(part, np.int64(1) << counts)
    found = np.zeros_like(counts)
    for begin in (0, HALF):
        here = np.clip(counts - begin, 0, HALF)
        part = None if values is None else values >> begin & ((1 << here) - 1)
        found += tape.uniforms(part, np.int64(1) << here) << begin
    return found


def _signed(
    tape: Tape, size: Ints, given: Ints | None, signs: tuple[SignCode, Ints] | None
) -> Ints:
    """Integers (n,) of these sizes, with signs."""
    there = size.nonzero()[0]
    if not there.size:
        return size
    negative = None if given is None else (given[there] < 0).astype(np.int64)
    if signs is None:
        negative = tape.uniforms(negative, np.full(there.size, 2))
    else:
        negative = signs[0].code(tape, signs[1][there], negative)
    found = size.copy()
    found[there] *= 1 - 2 * negative
    return found
