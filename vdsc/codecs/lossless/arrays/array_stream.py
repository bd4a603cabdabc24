"""Arrays of numbers without loss, chunk after chunk: every bit comes back, on any machine."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np

from vdsc.codecs.lossless import footprint
from vdsc.codecs.lossless.arrays import rank_frames as frames
from vdsc.codecs.lossless.arrays.array_scheme import ArrayScheme
from vdsc.codecs.lossless.arrays.predictor import Predictor
from vdsc.entropy.stack import BitStack
from vdsc.errors import CorruptFile, InvalidInput
from vdsc.quant.ordinal import Numbers

_SIZE = 4  # bytes that say how long the description is; 0 if it is the chunk's before


@dataclass(frozen=True, eq=False)
class ArrayState:
    """What a chunk leaves to the next one: the scheme, and the predictor if anything moved."""

    scheme: ArrayScheme
    predictor: Predictor | None


def encode(
    values: Numbers, state: ArrayState | None = None, *, memlimit: int | None = None
) -> tuple[bytes, ArrayState]:
    """Return the bytes of values (T, ...), and the state to pass with the next chunk.

    The state given is left as it was, so a caller may code the chunk otherwise and pass it on.

    Args:
        values: an array of integers or floats of at most 8 bytes, with no axis of length 0.
        state: what the chunk before returned; the decoder then needs the same.
        memlimit: bytes that decoding may take.

    Raises:
        InvalidInput: the dtype is not supported, or an axis has length 0.
        LimitExceeded: decoding would take more than `memlimit` bytes.
    """
    if not values.size or not values.ndim:
        raise InvalidInput("an array without values cannot be coded; give at least one")
    old = state if state is not None and state.scheme.fits(values) else None
    scheme = old.scheme if old else ArrayScheme.of(values)
    past = copy.deepcopy(old.predictor) if old else None
    _check(scheme, values.shape, past, memlimit)
    described = b"" if old else scheme.to_bytes()
    stack, ranks = BitStack(), scheme.ranks(values)
    after = frames.push(stack, ranks, scheme.alphabet, scheme.plan, past) if ranks.size else past
    scheme.push(stack, values)
    data = len(described).to_bytes(_SIZE, "little") + described + stack.to_bytes()
    return data, ArrayState(scheme, after)


def decode(
    data: bytes,
    shape: tuple[int, ...],
    dtype: np.dtype[Any],
    state: ArrayState | None = None,
    *,
    memlimit: int | None = None,
) -> tuple[Numbers, ArrayState]:
    """Return the values of this shape and dtype from their bytes, and the state for the next.

    Raises:
        CorruptFile: the bytes are damaged, or those of another chunk.
        LimitExceeded: more than `memlimit` bytes would be needed.
    """
    footprint.check(footprint.arrays(prod(shape), 1, 0, related=False), memlimit)
    size = int.from_bytes(data[:_SIZE], "little")
    if len(data) < _SIZE + size or (not size and state is None):
        raise CorruptFile("a chunk of an array is cut short or out of order; restore the file")
    past = None
    if size:
        scheme = ArrayScheme.from_bytes(data[_SIZE : _SIZE + size], shape, dtype)
    else:
        assert state is not None
        scheme, past = state.scheme, copy.deepcopy(state.predictor)
    _check(scheme, shape, past, memlimit)
    stack = BitStack.from_bytes(data[_SIZE + size :])
    values, after = _frames(stack, scheme, shape, past)
    if not stack.empty:
        raise CorruptFile("a chunk of an array holds more than its values; restore the file")
    return values, ArrayState(scheme, after)


def _check(
    scheme: ArrayScheme, shape: tuple[int, ...], past: Predictor | None, memlimit: int | None
) -> None:
    """Raise LimitExceeded if decoding values of this shape would take more than the limit."""
    steps, live = scheme.layout.matrix(shape)[0] + (past is not None), scheme.order.size
    related = bool((scheme.plan.parents >= 0).any())
    footprint.check(footprint.arrays(prod(shape), steps, live, related=related), memlimit)


def _frames(
    stack: BitStack, scheme: ArrayScheme, shape: tuple[int, ...], past: Predictor | None
) -> tuple[Numbers, Predictor | None]:
    """Pop the values of this shape, and return what the next chunk builds on."""
    steps, channels = scheme.layout.matrix(shape)
    if channels != scheme.channels.kinds.size:
        raise CorruptFile("a chunk's shape is not that of its array; restore the file")
    if not scheme.order.size:
        return scheme.values(np.empty((steps, 0), dtype=np.int64), None, shape), past
    phases = scheme.pop(stack, steps)
    ranks, after = frames.pop(stack, steps, scheme.alphabet, scheme.plan, past)
    return scheme.values(ranks, phases, shape), after
