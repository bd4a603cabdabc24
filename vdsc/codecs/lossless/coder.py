"""The lossless codec: every chunk by the method that makes it smallest.

    encode  values -method-> payload      by each method that takes such values; the smallest stays
    decode  values <-method- payload      and the values must have the checksum that the chunk names

    body    method (1 byte) | CRC-32 of the values' little-endian bytes (4 bytes) | payload

A method's state goes from one of its chunks to its next; a chunk of another method leaves it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from math import prod
from typing import Any
from zlib import crc32

import numpy as np

from vdsc.codecs.lossless.chunk import ID, METHODS, split
from vdsc.codecs.lossless.methods import Method, Shape, Values
from vdsc.codecs.windows import apart
from vdsc.core.sequence import Outline
from vdsc.errors import CorruptFile
from vdsc.model.store import Checkpoint

__all__ = ["ID", "Coder", "chunks", "plain", "spans"]

VALUES = 1 << 20
"""How many values a chunk holds at most, unless a single frame has more."""

TRIAL = 1 << 15
"""How many values from the middle of the first chunk are tried by every method ..."""

HOPELESS, SLACK = 1.5, 1 << 10
"""... and how much larger than the best, with so many bytes more, one is that gets no others."""


class Coder:
    """Encodes the chunks of one sequence in order, or decodes them; not both.

    A file names one checkpoint at most: that of the method which codes its first chunk, or of one
    that would have done about as well, if there are more chunks to come.

    Args:
        outline: what is coded.
        methods: those of `methods.coders`.
    """

    def __init__(self, outline: Outline, methods: Sequence[Method]) -> None:
        self.shape: Shape = outline.shape[1:]
        self.dtype = np.dtype(outline.dtype).newbyteorder("<")
        started = [(method, method.start(outline)) for method in methods]
        self.methods = {method.name: method for method, state in started if state is not None}
        self.states = {method.name: state for method, state in started if state is not None}
        self.checkpoint: Checkpoint | None = None
        self.begun, self.more = False, chunks(outline) > 1

    def encode(self, values: Values) -> bytes:
        """Body of the next chunk, values (n, ...)."""
        small = np.ascontiguousarray(values, self.dtype)
        if not self.begun:
            self._try(small)
        with ThreadPoolExecutor(len(self.methods)) as pool:  # LZMA beside what holds Python's lock
            made = dict(
                zip(self.methods, pool.map(partial(self._by, small), self.methods), strict=True)
            )
        best = min(made, key=lambda name: len(made[name][0]))
        payload, self.states[best] = made[best]
        if not self.begun:
            self._settle(best, {name: len(one) for name, (one, _) in made.items()})
        return bytes([METHODS.index(best)]) + checksum(small) + payload

    def _by(self, values: Values, name: str) -> tuple[bytes, Any]:
        return self.methods[name].encode(values, self.states[name])

    def _try(self, values: Values) -> None:
        """Keep the methods that may code the file best, and general compressors, which see far."""
        few = max(1, TRIAL // prod(self.shape))
        start = (len(values) - few) // 2
        names = [name for name in self.methods if name != "floor"]
        if start > 0 and len(names) > 1:
            some = values[start : start + few]
            size = {name: len(self._by(some, name)[0]) for name in names}
            self._keep(lambda method: size.get(method.name, 0) <= _limit(size))

    def _settle(self, best: str, size: dict[str, int]) -> None:
        """Keep the methods without a checkpoint, and the best one or the next best with."""
        learned = [name for name, method in self.methods.items() if method.checkpoint]
        near = [name for name in learned if self.more and size[name] <= _limit(size)]
        chosen = best if best in learned else min(near, key=size.__getitem__, default=None)
        self.checkpoint = self.methods[chosen].checkpoint if chosen else None
        self.begun = True
        self._keep(lambda method: method.checkpoint in (None, self.checkpoint))

    def _keep(self, wanted: Callable[[Method], bool]) -> None:
        self.methods = {name: method for name, method in self.methods.items() if wanted(method)}

    def decode(self, body: bytes, frames: int) -> Values:
        """Values (frames, ...) of the next chunk; raises CorruptFile for any others."""
        number, told, payload = split(body)
        shape = (frames, *self.shape)
        name = METHODS[number]
        if name not in self.methods:
            raise CorruptFile(f"a chunk cannot hold such values by {name}")
        made = self.methods[name].decode(payload, shape, self.dtype, self.states[name])
        values, self.states[name] = made
        if values.shape != shape or checksum(values) != told:
            raise CorruptFile("a chunk does not decode to the values that it was made from")
        return values


def _limit(size: dict[str, int]) -> float:
    """The size from which a method is hopeless beside the others."""
    return HOPELESS * min(size.values()) + SLACK


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
