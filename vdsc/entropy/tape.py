"""One list of symbols for an encoder, which knows them, and a decoder, which asks for them.

encode  model --rows, symbol--> WritingTape --last first--> BitStack
decode  model --rows, None----> ReadingTape <--first first-- BitStack
"""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from vdsc.core.types import Ints
from vdsc.entropy.stack import BitStack


class Tape(Protocol):
    """Where symbols go to or come from; a model asks in the order of decoding.

    Its implementer owes: when decoding, symbols are None and come back; when encoding, they are
    given and come back as they are.
    """

    def rows(self, symbols: Ints | None, rows: Ints) -> Ints:
        """Symbols (N,) under rows (N, K) of frequencies, each >= 1, that sum to 2**16."""
        ...

    def uniform(self, value: int | None, size: int) -> int:
        """One of `size` equally likely values, at most 2**24."""
        ...

    def uniforms(self, values: Ints | None, sizes: Ints) -> Ints:
        """Values (N,), each one of sizes (N,) equally likely ones, at most 2**24."""
        ...


class WritingTape:
    """The encoder's tape: keeps the symbols it is given, then pushes them, last first."""

    def __init__(self) -> None:
        self._kept: list[tuple[NDArray[Any], NDArray[Any]]] = []

    def rows(self, symbols: Ints | None, rows: Ints) -> Ints:
        """Keep the symbols and give them back; a one-symbol alphabet costs nothing."""
        assert symbols is not None
        if rows.shape[1] > 1:  # then no frequency is 2**16, and half the memory will do
            self._kept.append((symbols.astype(np.uint16), rows.astype(np.uint16)))
        return symbols

    def uniform(self, value: int | None, size: int) -> int:
        """Keep the value and give it back."""
        assert value is not None
        return int(self.uniforms(np.array([value]), np.array([size]))[0])

    def uniforms(self, values: Ints | None, sizes: Ints) -> Ints:
        """Keep the values and give them back."""
        assert values is not None
        self._kept.append((values, sizes))
        return values

    def add(self, other: WritingTape) -> None:
        """Keep what another one keeps, behind all that is kept."""
        self._kept += other._kept

    def stream(self) -> bytes:
        """The bytes of all that is kept, which stays."""
        stack, again = BitStack(), WritingTape()
        again.add(self)
        again.push(stack)
        return stack.to_bytes()

    def push(self, stack: BitStack) -> None:
        """Push everything, so that what came first is popped first, and forget it."""
        while self._kept:
            symbols, rows = self._kept.pop()
            if rows.ndim == 1:
                stack.push_uniform(symbols, rows)
            else:
                stack.push(symbols.astype(np.int64), rows.astype(np.int64))


class ReadingTape:
    """The decoder's tape: a stack."""

    def __init__(self, stack: BitStack) -> None:
        self._stack = stack

    def rows(self, symbols: Ints | None, rows: Ints) -> Ints:
        """Pop the symbols."""
        return self._stack.pop(rows)

    def uniform(self, value: int | None, size: int) -> int:
        """Pop the value."""
        return int(self.uniforms(None, np.array([size]))[0])

    def uniforms(self, values: Ints | None, sizes: Ints) -> Ints:
        """Pop the values."""
        return self._stack.pop_uniform(sizes)
