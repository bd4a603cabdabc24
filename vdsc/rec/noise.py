"""Common randomness: Philox words by (seed, stream, place), the same on every machine."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vdsc.core.types import Floats, Ints
from vdsc.errors import InvalidInput

BITS = 62
"""A coordinate u is an integer in [0, 2**62): the share of the proposal that lies below."""

Words = NDArray[np.uint64]

_BLOCK = 4  # words that one counter gives
_WORD = (1 << 64) - 1
_LOW = np.uint64(0xFFFFFFFF)
_HALF = np.uint64(32)


class Noise:
    """Random access to uniform 64-bit words under a seed and a number, each in [0, 2**64).

    Word w of stream s is word w % 4 of Philox4x64-10 (Salmon et al. 2011, numpy's `Philox`) with
    key (seed, number) and the 256-bit counter 2**64 s + w // 4.

    Raises:
        InvalidInput: the seed or the number is out of range.
    """

    def __init__(self, seed: int, number: int = 0) -> None:
        if not (0 <= seed < 1 << 64 and 0 <= number < 1 << 64):
            raise InvalidInput("a shared seed and its number must be integers of 0 to 2**64 - 1")
        self._bits = np.random.Philox(key=number << 64 | seed)
        self._state = self._bits.state

    def words(self, stream: int, start: int, count: int) -> Words:
        """Return words start..start + count - 1 of a stream, 0 <= stream < 2**192."""
        block, skip = divmod(start, _BLOCK)
        before = ((stream << 64) + block - 1) % (1 << 256)  # numpy counts up before it draws
        self._state["state"]["counter"][:] = [before >> 64 * k & _WORD for k in range(4)]
        self._bits.state = self._state  # much cheaper than another generator
        return np.asarray(self._bits.random_raw(skip + count)[skip:], dtype=np.uint64)


def coordinates(words: Words) -> Ints:
    """The upper 62 bits of words: uniform coordinates u."""
    return (words >> np.uint64(64 - BITS)).astype(np.int64)


def share_of(words: Words, width: int | Ints) -> Ints:
    """Return (words * width) >> 64 exactly: a uniform place in an interval of 0 < width <= 2**62.

    Only the upper 64 bits of the product count; it is made of 32-bit halves.
    """
    wide = np.asarray(width).astype(np.uint64)
    high, low = words >> _HALF, words & _LOW
    up, down = wide >> _HALF, wide & _LOW
    middle = high * down + (low * down >> _HALF)
    carry = (middle & _LOW) + low * up
    share: Ints = (high * up + (middle >> _HALF) + (carry >> _HALF)).astype(np.int64)
    return share


def waits(words: Words) -> Floats:
    """Exponential waiting times of mean 1, float64 and for the encoder only: -log of a uniform."""
    uniform: Floats = (words >> np.uint64(12)).astype(np.float64) + 0.5
    return -np.log(uniform * 2.0**-52)
