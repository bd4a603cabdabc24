"""Equally likely integers of up to 64 bits, and integers without a likely size, on the stack."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vdsc.core.fixed import bit_length
from vdsc.core.types import Ints
from vdsc.entropy.stack import BitStack

Unsigned = NDArray[np.uint64]

_PIECE = 22  # bits that go at once; the stack takes 24
_LENGTHS = 64
_ONE = np.uint64(1)
_POWERS = _ONE << np.arange(64, dtype=np.uint64)


def push_wide(stack: BitStack, values: Unsigned, sizes: Unsigned) -> None:
    """Push values (N,), value i being one of sizes[i] >= 1; a size of 1 costs nothing.

    With t the digits of size - 1 beyond 22, the lowest min(t, 22) bits, the next t - 22 and the
    others are pushed, each as equally likely ones.
    """
    top = sizes - _ONE
    low = _low(top)
    first = np.minimum(low, np.uint64(_PIECE))
    _push(stack, values & ((_ONE << first) - _ONE), _ONE << first)
    _push(stack, (values >> first) & ((_ONE << (low - first)) - _ONE), _ONE << (low - first))
    _push(stack, values >> low, (top >> low) + _ONE)


def pop_wide(stack: BitStack, sizes: Unsigned) -> Unsigned:
    """Pop values (N,), the inverse of `push_wide`; of damaged bits they may exceed the size."""
    top = sizes - _ONE
    low = _low(top)
    values = _pop(stack, (top >> low) + _ONE)
    if not low.any():
        return values
    first = np.minimum(low, np.uint64(_PIECE))
    values = (values << (low - first)) + _pop(stack, _ONE << (low - first))
    return (values << first) + _pop(stack, _ONE << first)


def push_any(stack: BitStack, values: Ints) -> None:
    """Push values (N,) in [0, 2**61]: the digits of v + 1 behind their number, one of 64."""
    digits = bit_length(values + 1)
    least = np.int64(1) << (digits - 1)
    push_wide(stack, (values + 1 - least).astype(np.uint64), least.astype(np.uint64))
    stack.push_uniform(digits, np.full(values.size, _LENGTHS))


def pop_any(stack: BitStack, count: int) -> Ints:
    """Pop count values, the inverse of `push_any`; lengths that it never has count as 1 or 62."""
    digits = np.clip(stack.pop_uniform(np.full(count, _LENGTHS)), 1, 62)
    least = np.int64(1) << (digits - 1)
    return pop_wide(stack, least.astype(np.uint64)).astype(np.int64) + least - 1


def _push(stack: BitStack, values: Unsigned, sizes: Unsigned) -> None:
    stack.push_uniform(values.astype(np.int64), sizes.astype(np.int64))


def _pop(stack: BitStack, sizes: Unsigned) -> Unsigned:
    return stack.pop_uniform(sizes.astype(np.int64)).astype(np.uint64)


def _low(top: Unsigned) -> Unsigned:
    """How many low bits (N,) of numbers up to top go apart, so that what is left fits a piece."""
    digits = np.searchsorted(_POWERS, top, side="right")
    return np.maximum(digits - _PIECE, 0).astype(np.uint64)
