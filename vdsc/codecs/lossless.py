"""The lossless codec: every chunk by the method that makes it smallest.

    encode  values -method-> payload      by each method that takes such values; the smallest stays
    decode  values <-method- payload      and the values must have the checksum that the chunk names

    body    method (1 byte) | CRC-32 of the values' little-endian bytes (4 bytes) | payload

A method's state goes from one of its chunks to its next; a chunk of another method leaves it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import prod
from zlib import crc32

import numpy as np

from vdsc.codecs.chunk import ID, METHODS, split
from vdsc.codecs.methods import Method, Shape, Values
from vdsc.codecs.windows import apart
from vdsc.core.sequence import Outline
from vdsc.errors import CorruptFile

__all__ = ["ID", "Coder", "chunks", "plain", "spans"]

PLAIN = 2
"""How many methods need no checkpoint; they come first."""

VALUES = 1 << 20
"""How many values a chunk holds at most, unless a single frame has more."""


class Coder:
    """Encodes the chunks of one sequence in order, or decodes them; not both.

    If the first chunk is not coded by a checkpoint's method, none is: `uses_model` tells.

    Args:
        outline: what is coded.
        methods: those of `methods.coders`, in the order of their numbers.
    """

    def __init__(self, outline: Outline, methods: Sequence[Method]) -> None:
        self.shape: Shape = outline.shape[1:]
        self.dtype = np.dtype(outline.dtype).newbyteorder("<")
        self.methods = methods
        self.states = [method.start(outline) for method in self.methods]
        self.begun = False

    @property
    def uses_model(self) -> bool:
        """Whether chunks may still be coded by the checkpoint."""
        return any(state is not None for state in self.states[PLAIN:])

    def encode(self, values: Values) -> bytes:
        """Body of the next chunk, values (n, ...)."""
        small = np.ascontiguousarray(values, self.dtype)
        made = [
            (number, *method.encode(small, state))
            for number, (method, state) in enumerate(zip(self.methods, self.states, strict=True))
            if state is not None
        ]
        number, payload, state = min(made, key=lambda one: len(one[1]))
        self.states[number] = state
        if number < PLAIN and not self.begun:
            self.states[PLAIN:] = [None] * len(self.states[PLAIN:])
        self.begun = True
        return bytes([number]) + checksum(small) + payload

    def decode(self, body: bytes, frames: int) -> Values:
        """Values (frames, ...) of the next chunk; raises CorruptFile for any others."""
        number, told, payload = split(body)
        shape = (frames, *self.shape)
        state = self.states[number] if number < len(self.states) else None
        if state is None:
            raise CorruptFile(f"a chunk cannot hold such values by {METHODS[number]}")
        method = self.methods[number]
        values, self.states[number] = method.decode(payload, shape, self.dtype, state)
        if values.shape != shape or checksum(values) != told:
            raise CorruptFile("a chunk does not decode to the values that it was made from")
        return values


def plain(values: Values) -> bytes:
    """The values as little-endian bytes, row after row."""
    return values.astype(values.dtype.newbyteorder("<"), order="C", copy=False).tobytes()


def checksum(values: Values) -> bytes:
    """CRC-32 of the values' little-endian bytes."""
    return crc32(plain(values)).to_bytes(4, "little")


def spans(outline: Outline) -> Iterator[tuple[int, int]]:
    """First and one-past-last frame of each chunk, as even as can be."""
    return apart(outline.frames, _most(outline))


def chunks(outline: Outline) -> int:
    """How many chunks a sequence has."""
    return -(-outline.frames // _most(outline))


def _most(outline: Outline) -> int:
    """Frames that a chunk holds at most."""
    return max(1, VALUES // prod(outline.shape[1:]))
