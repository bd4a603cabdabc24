"""One description for both directions: symbols that are given are kept, others are popped."""

from __future__ import annotations

from typing import Protocol

import numpy as np

from vdsc.core.fixed import CERTAIN
from vdsc.core.types import Ints
from vdsc.entropy import BitStack
from vdsc.entropy import frequencies as tables

TOTAL = 1 << 16


class Tape(Protocol):
    """Where symbols go to or come from; a model asks in the order of decoding."""

    def rows(self, symbols: Ints | None, rows: Ints) -> Ints:
        """Symbols (N,) under rows (N, K) of frequencies that sum to 2**16."""
        ...

    def uniforms(self, values: Ints | None, sizes: Ints) -> Ints:
        """Values (N,), each one of sizes[i] equally likely ones, at most 2**24."""
        ...

    def uniform(self, value: int | None, size: int) -> int:
        """One of `size` equally likely values, at most 2**24."""
        ...


class Noted:
    """The encoder's tape: keeps the symbols it is given, then pushes it, last first."""

    def __init__(self) -> None:
        self._noted: list[tuple[Ints, Ints]] = []

    def rows(self, symbols: Ints | None, rows: Ints) -> Ints:
        """Note the symbols and give them back."""
        assert symbols is not None
        self._noted.append((symbols, rows))
        return symbols

    def uniforms(self, values: Ints | None, sizes: Ints) -> Ints:
        """Note the values and give them back."""
        assert values is not None
        self._noted.append((values, sizes))
        return values

    def uniform(self, value: int | None, size: int) -> int:
        """Note the value and give it back."""
        assert value is not None
        self._noted.append((np.array([value]), np.array([size])))
        return value

    def push(self, stack: BitStack) -> None:
        """Push everything, so that it pops in the order in which it was given."""
        for symbols, rows in reversed(self._noted):
            if rows.ndim == 1:
                stack.push_uniform(symbols, rows)
            else:
                stack.push(symbols, rows)


class Popped:
    """The decoder's tape: a stack."""

    def __init__(self, stack: BitStack) -> None:
        self._stack = stack

    def rows(self, symbols: Ints | None, rows: Ints) -> Ints:
        """Pop the symbols."""
        return self._stack.pop(rows)

    def uniforms(self, values: Ints | None, sizes: Ints) -> Ints:
        """Pop the values."""
        return self._stack.pop_uniform(sizes)

    def uniform(self, value: int | None, size: int) -> int:
        """Pop the value."""
        return int(self._stack.pop_uniform(np.array([size]))[0])


def bit(tape: Tape, value: int | None, share: int) -> int:
    """One bit that is 1 with probability share / 2**16, 0 < share < 2**16."""
    given = None if value is None else np.array([value])
    return int(tape.rows(given, np.array([[TOTAL - share, share]]))[0])


class Counts:
    """A symbol of a small alphabet under counts that grow with what was seen.

    Args:
        start: counts before anything was seen, positive.
        step: what each symbol adds to its count.
    """

    def __init__(self, start: list[int], step: int = 32) -> None:
        self._counts, self._step = np.array(start, dtype=np.int64), step

    def code(self, tape: Tape, value: int | None) -> int:
        """Encode or decode one symbol and update the adaptive model."""
        sums = np.cumsum(self._counts)
        row = tables.share(sums[:-1] * CERTAIN // sums[-1])
        given = None if value is None else np.array([value])
        found = int(tape.rows(given, row[None])[0])
        self._counts[found] += self._step
        return found
