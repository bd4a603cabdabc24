"""A file of codec `linear` back to frames: integers alone decide, at any instants."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod

import numpy as np

from vdsc.codecs import windows
from vdsc.codecs.linear import channel_steps
from vdsc.codecs.linear.bridged_path import Path
from vdsc.codecs.linear.channel_steps import Steps
from vdsc.codecs.linear.cosines import Cosines
from vdsc.codecs.linear.frames import Chunk
from vdsc.codecs.linear.knot_code import KnotCode, Knots
from vdsc.codecs.linear.learned import LearnedLaws, origin_of, reals
from vdsc.codecs.linear.linear_params import LinearParams
from vdsc.codecs.linear.whole_turns import Turns
from vdsc.container import Header
from vdsc.core.instants import Instants
from vdsc.core.sequence import Times
from vdsc.core.threads import one_thread
from vdsc.core.types import Floats, Ints, Values
from vdsc.entropy import BitStack
from vdsc.entropy.tape import ReadingTape
from vdsc.errors import CorruptFile

AT_ONCE = 1 << 20
"""Values that are made at once, unless a single frame has more."""


class LinearFileDecoder:
    """Decodes a file's chunks in order; see `codecs.base.Decoder`."""

    def __init__(self, header: Header) -> None:
        self._outline, self._params = header.outline, LinearParams.from_header(header)
        frames, self._channels = header.outline.frames, prod(header.outline.shape[1:])
        self._spans = windows.divide(frames, header.chunks)
        self._left = header.chunks
        self._steps = Steps.same(self._channels, self._params.step, self._params.finer)
        self._cosines = Cosines(header.outline.shape[1:]) if self._params.cosines else None
        self._code: KnotCode | None = None
        self._last: Ints | None = None
        self._first: Floats | None = None
        self._learned: LearnedLaws | None = None
        self._turned = np.zeros(self._channels, dtype=np.int64)

    def decode(self, body: bytes, wanted: Instants) -> Iterator[Values]:
        """Frames of the next chunk, the one on a seam from the later chunk."""
        first = self._last is None
        knots, turns, seconds = self._read(body)
        with one_thread():
            path = Path(knots, self._steps, seconds, self._cosines)
            chunk = Chunk(seconds, path, turns)
        low = -np.inf if first else chunk.seconds[0]
        high = chunk.seconds[-1] if self._left else np.inf
        most = max(1, AT_ONCE // self._channels)
        for times in wanted.between(low, high):
            for i in range(0, len(times), most):
                with one_thread():
                    within = np.clip(times[i : i + most], chunk.seconds[0], chunk.seconds[-1])
                    made = chunk.frames(within, self._outline)
                yield made

    def knot_times(self, body: bytes) -> Times:
        """Times (M,) seconds of the knots of the next chunk; see `codecs.base.HasKnots`."""
        knots, _, seconds = self._read(body)
        return seconds[knots.frames]

    def learned(self) -> LearnedLaws:
        """The laws, and the first knots."""
        return LearnedLaws(self._laws(), self._first, transformed=self._cosines is not None)

    def begin_with(self, learned: LearnedLaws | None) -> None:
        """Begin with the laws of another sequence, and its first knots to start from."""
        self._learned = learned
        self._code = None if learned is None else learned.laws()

    def _laws(self) -> KnotCode:
        """The laws: those of another sequence, or new ones, begun when they are needed."""
        if self._code is None:
            self._code = KnotCode(self._channels, grouped=self._params.grouped)
        return self._code

    def _read(self, body: bytes) -> tuple[Knots, Turns | None, Times]:
        """Knots and turns of the next chunk, and the times of its frames; raises CorruptFile."""
        begin, end = next(self._spans)
        self._left -= 1
        if self._params.apart and self._last is None:
            quarters, at = channel_steps.unpack(body, self._params.step, self._channels)
            self._steps, body = Steps.of(quarters, self._params.finer), body[at:]
        turns, at = None, 0
        if self._params.turns:
            turns, at = Turns.read(body, end - begin, self._turned)
            self._turned = turns.after
        stack = BitStack.from_bytes(body[at:])
        origin = origin_of(self._learned, self._steps, transformed=self._cosines is not None)
        knots = self._laws().code(ReadingTape(stack), end - begin - 1, self._last, None, origin)
        if not stack.empty:
            raise CorruptFile("a chunk holds more than its knots; the file is damaged")
        if self._last is None:
            self._first = reals(knots.values[0], self._steps)
        self._last = knots.values[-1]
        return knots, turns, self._outline.clock.seconds(begin, end)
