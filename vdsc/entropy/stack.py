"""The one entropy coder: a last-in, first-out stack of bits (asymmetric numeral systems)."""

from __future__ import annotations

import numpy as np
from constriction import stream
from numpy.typing import NDArray

from vdsc.core.types import Ints
from vdsc.errors import CorruptFile

TOTAL = 1 << 16
"""What the frequencies of one row sum to."""

_WORD = 4
_CATEGORICAL = stream.model.Categorical(perfect=False)
_UNIFORM = stream.model.Uniform()


class BitStack:
    """A stack of symbols stored as bits; what was pushed last is popped first.

    Within one call the order is kept: `pop(rows)` returns what `push(symbols, rows)` was given.
    Popping needs no symbols below: on an empty stack it yields deterministic ones, and pushing
    those back restores the stack exactly, which is what bits-back coding asks for.
    """

    def __init__(self) -> None:
        self._coder = stream.stack.AnsCoder()

    def push(self, symbols: Ints, rows: Ints) -> None:
        """Push symbols (N,), each below K, under rows (N, K) of frequencies that sum to 2**16."""
        if symbols.size and rows.shape[1] > 1:
            self._coder.encode_reverse(symbols.astype(np.int32), _CATEGORICAL, _shares(rows))

    def pop(self, rows: Ints) -> Ints:
        """Pop one symbol for each of the rows (N, K); a one-symbol alphabet costs nothing."""
        if not rows.shape[0] or rows.shape[1] == 1:
            return np.zeros(rows.shape[0], dtype=np.int64)
        return _long(self._coder.decode(_CATEGORICAL, _shares(rows)))

    def push_uniform(self, values: Ints, sizes: Ints) -> None:
        """Push values (N,), value i being one of the sizes[i] <= 2**24 equally likely ones."""
        coded = sizes > 1
        if coded.any():
            some, of = values[coded].astype(np.int32), sizes[coded].astype(np.int32)
            self._coder.encode_reverse(some, _UNIFORM, of)

    def pop_uniform(self, sizes: Ints) -> Ints:
        """Pop values (N,), the inverse of `push_uniform`; where a size is 1 the value is 0."""
        if sizes.size and sizes.min() > 1:
            return _long(self._coder.decode(_UNIFORM, sizes.astype(np.int32)))
        values = np.zeros(sizes.size, dtype=np.int64)
        coded = np.flatnonzero(sizes > 1)
        if coded.size:
            values[coded] = self._coder.decode(_UNIFORM, sizes[coded].astype(np.int32))
        return values

    @property
    def bits(self) -> float:
        """The bits now held, up to the rounding of the coder's head."""
        return float(self._coder.num_valid_bits())

    @property
    def empty(self) -> bool:
        """Whether every bit has been popped, as it must be after the last symbol."""
        return bool(self._coder.is_empty())

    def to_bytes(self) -> bytes:
        """Return the 32-bit words, little-endian, without the zero bytes that end the last one."""
        return self.words.astype("<u4").tobytes().rstrip(b"\0")

    @property
    def words(self) -> NDArray[np.uint32]:
        """All that is held as words (W,), the topmost last and not 0; they may be set."""
        return np.array(self._coder.get_compressed(), dtype=np.uint32)

    @words.setter
    def words(self, words: NDArray[np.uint32]) -> None:
        self._coder = stream.stack.AnsCoder(words) if words.size else stream.stack.AnsCoder()

    @classmethod
    def from_bytes(cls, data: bytes) -> BitStack:
        """Restore a stack from `to_bytes`, or from any bytes that do not end in zero.

        Raises:
            CorruptFile: the last byte is zero, which `to_bytes` never leaves.
        """
        if data.endswith(b"\0"):
            raise CorruptFile("an entropy-coded stream ends in a zero byte; restore the file")
        padded = data + bytes(-len(data) % _WORD)
        stack = cls()
        stack.words = np.frombuffer(padded, dtype="<u4").astype(np.uint32)
        return stack


def _shares(rows: Ints) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    """Frequencies as float32 fractions of 2**16: exact, since they have at most 17 bits."""
    shares = rows.astype(np.float32, order="C")
    shares *= np.float32(1 / TOTAL)
    return shares


def _long(symbols: object) -> Ints:
    return np.asarray(symbols).astype(np.int64)
