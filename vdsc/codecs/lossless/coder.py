"""The lossless codec: every chunk by the method that makes it smallest.

    encode  values -[narrowed]-method-> payload      by each method that takes such values; the
                                                     smallest stays
    decode  values <-[widened]-method-- payload      and the values must have the checksum that the
                                                     chunk names

    body    method (1 byte) | CRC-32 of the values' little-endian bytes (4 bytes) | payload

A method's state goes from one of its chunks to its next; a chunk of another method leaves it.
Values that narrower ones say exactly are coded as those, with states of their own (`recast.py`).
"""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from math import prod
from typing import Any
from zlib import crc32

import numpy as np

from vdsc.codecs.lossless.chunk import METHODS, RECAST, chunks, inner, split
from vdsc.codecs.lossless.methods import Method, Shape, Values
from vdsc.codecs.lossless.recast import Narrowing, found, narrowing
from vdsc.core.background import together
from vdsc.core.sequence import Outline
from vdsc.errors import CorruptFile, InvalidInput, LimitExceeded
from vdsc.model.store import Checkpoint

TRIAL = 1 << 15
"""How many values from the middle of the first chunk are tried by every method."""

SHORT = 4 * TRIAL
"""Values of a chunk that all methods code whole: of a few frames bits-back says little."""

HOPELESS = 1.5
"""A method is dropped after the trial if its size is above HOPELESS times the smallest ..."""

SLACK = 1 << 10
"""... plus SLACK bytes."""


@dataclass(frozen=True, eq=False)
class LearnedStates:
    """What a sequence teaches the next one of its collection.

    states: of the methods on values as they are; recast, narrow: how values were narrowed last,
    and the states of the methods on those. checkpoint: the one that its file names.
    """

    states: dict[str, Any]
    recast: Narrowing | None
    narrow: dict[str, Any] | None
    checkpoint: Checkpoint | None


class StartedMethods:
    """The methods that take values of one shape and type, each with the state between its chunks.

    Args:
        outline: of such values.
        methods: those that may be taken.
    """

    def __init__(self, outline: Outline, methods: Iterable[Method]) -> None:
        self.outline = outline
        started = [(method, method.start(outline)) for method in methods]
        self.methods = {method.name: method for method, state in started if state is not None}
        self.states = {method.name: state for method, state in started if state is not None}
        self.tried = False

    def encode(self, values: Values) -> dict[str, tuple[bytes, Any]]:
        """Payload of values (n, ...) and the state after them, by each method."""
        if not self.tried:
            self._try(values)
        # LZMA works beside what holds Python's lock.
        coded = together([partial(self._by, values, name) for name in self.methods])
        made = zip(self.methods, coded, strict=True)
        return {name: payload for name, payload in made if payload is not None}

    def decode(self, name: str, payload: bytes, frames: int) -> Values:
        """Values (frames, ...) of a payload of a method; raises CorruptFile."""
        if name not in self.methods:
            raise CorruptFile(f"a chunk cannot hold such values by {name}")
        dtype = np.dtype(self.outline.dtype).newbyteorder("<")
        shape = (frames, *self.outline.shape[1:])
        made = self.methods[name].decode(payload, shape, dtype, self.states[name])
        values, self.states[name] = made
        return values

    def take_over(self, states: dict[str, Any]) -> None:
        """Begin with copies of the states of the same methods; none need be tried any more."""
        self.states |= {k: copy.deepcopy(v) for k, v in states.items() if k in self.states}
        self.tried = True

    def keep(self, wanted: Callable[[Method], bool]) -> None:
        """Drop the other methods."""
        self.methods = {name: method for name, method in self.methods.items() if wanted(method)}

    def _by(self, values: Values, name: str) -> tuple[bytes, Any] | None:
        """Payload and state by one method, None where it does not take them, or too much memory."""
        try:
            return self.methods[name].encode(values, self.states[name])
        except (InvalidInput, LimitExceeded):
            return None

    def _try(self, values: Values) -> None:
        """Keep the methods that may code the file best, and general compressors, which see far."""
        self.tried = True
        few = max(1, TRIAL // prod(values.shape[1:]))
        start = (len(values) - few) // 2
        names = [name for name in self.methods if name != "floor"]
        if values.size > SHORT and start > 0 and len(names) > 1:
            some = values[start : start + few]
            made = {name: self._by(some, name) for name in names}
            size = {name: len(one[0]) for name, one in made.items() if one is not None}
            if size:
                self.keep(lambda method: size.get(method.name, 0) <= _limit(size))


class LosslessCoder:
    """Encodes the chunks of one sequence in order, or decodes them; not both.

    A file names one checkpoint at most: that of the method which codes its first chunk, or of one
    that would have done about as well, if there are more chunks to come.

    Args:
        outline: what is coded.
        methods: those of `methods.coders`.
    """

    def __init__(self, outline: Outline, methods: Sequence[Method]) -> None:
        self.dtype = np.dtype(outline.dtype).newbyteorder("<")
        self._outline, self._methods = outline, tuple(methods)
        self._plain = StartedMethods(outline, methods)
        self._recast: Narrowing | None = None
        self._narrow: StartedMethods | None = None
        self.checkpoint: Checkpoint | None = None
        self.used = Counter[str]()
        self.begun, self.more = False, chunks(outline) > 1

    def encode(self, values: Values) -> bytes:
        """Body of the next chunk, values (n, ...)."""
        small = np.ascontiguousarray(values, self.dtype)
        recast, stored = self._narrowed(small)
        group = self._plain if recast is None else self._group(recast)
        made = group.encode(stored)
        best = min(made, key=lambda name: len(made[name][0]))
        payload, group.states[best] = made[best]
        self.used[best if recast is None else f"{best} of {recast.dtype.name}"] += 1
        if not self.begun:
            self._settle(best, {name: len(one) for name, (one, _) in made.items()})
            group.keep(self._allowed)
            self._plain.keep(self._allowed)
        return _body(METHODS.index(best), checksum(small), recast, payload)

    def learned(self) -> LearnedStates:
        """The states of all methods, and what was settled."""
        narrow = None if self._narrow is None else self._narrow.states
        return LearnedStates(self._plain.states, self._recast, narrow, self.checkpoint)

    def begin_with(self, learned: LearnedStates | None, *, fresh: bool = False) -> None:
        """Begin a clip of a collection: with its checkpoint, and the states of the first clip.

        The first clip, which begins with None, settles on a checkpoint as if more chunks came. A
        fresh one has the checkpoint only.
        """
        if learned is None:
            self.more = True
            return
        self.checkpoint, self.begun = learned.checkpoint, True
        self._plain.keep(self._allowed)
        if fresh:
            return
        self._plain.take_over(learned.states)
        if learned.recast is not None and learned.narrow is not None:
            self._group(learned.recast).take_over(learned.narrow)

    def _narrowed(self, values: Values) -> tuple[Narrowing | None, Values]:
        """How values (n, ...) are narrowed, if possible as the last chunk was, and the result."""
        last = None if self._recast is None else self._recast.again(values)
        narrow = None if last is None else last.narrow(values)
        if narrow is not None:
            return last, narrow
        new = found(values)
        narrow = None if new is None else new.narrow(values)
        return (None, values) if narrow is None else (new, narrow)

    def _group(self, recast: Narrowing) -> StartedMethods:
        """The methods for values narrowed so, begun anew unless the last ones were, too."""
        if self._narrow is None or recast != self._recast:
            frame = recast.frame(self._outline.shape[1:])
            shape = (self._outline.frames, *frame)
            outline = Outline(shape, recast.dtype, self._outline.clock)
            self._recast = recast
            self._narrow = StartedMethods(outline, filter(self._allowed, self._methods))
        return self._narrow

    def _settle(self, best: str, size: dict[str, int]) -> None:
        """Choose the file's checkpoint: that of the best method, or of the next best with one."""
        learned = {method.name: method for method in self._methods if method.checkpoint}
        near = [n for n in size if n in learned and self.more and size[n] <= _limit(size)]
        chosen = best if best in learned else min(near, key=size.__getitem__, default=None)
        self.checkpoint = learned[chosen].checkpoint if chosen else None
        self.begun = True

    def _allowed(self, method: Method) -> bool:
        """Whether a method needs no checkpoint, or the file's, once that is known."""
        return not self.begun or method.checkpoint in (None, self.checkpoint)

    def decode(self, body: bytes, frames: int) -> Values:
        """Values (frames, ...) of the next chunk; raises CorruptFile for any others."""
        number, stored, payload = split(body)
        if number == RECAST:
            recast, rest = narrowing(payload, self.dtype, (frames, *self._outline.shape[1:]))
            number, payload = inner(rest)
            narrow = self._group(recast).decode(METHODS[number], payload, frames)
            values = recast.widen(narrow, self.dtype)
        else:
            values = self._plain.decode(METHODS[number], payload, frames)
        shape: Shape = (frames, *self._outline.shape[1:])
        if values.shape != shape or checksum(values) != stored:
            raise CorruptFile("a chunk does not decode to the values that it was made from")
        return values


def _body(method: int, check: bytes, recast: Narrowing | None, payload: bytes) -> bytes:
    if recast is None:
        return bytes([method]) + check + payload
    return bytes([RECAST]) + check + recast.to_bytes() + bytes([method]) + payload


def _limit(size: dict[str, int]) -> float:
    """The size from which a method is hopeless beside the others."""
    return HOPELESS * min(size.values()) + SLACK


def plain(values: Values) -> bytes:
    """The values as little-endian bytes, row after row."""
    return values.astype(values.dtype.newbyteorder("<"), order="C", copy=False).tobytes()


def checksum(values: Values) -> bytes:
    """CRC-32 of the values' little-endian bytes."""
    return crc32(plain(values)).to_bytes(4, "little")
