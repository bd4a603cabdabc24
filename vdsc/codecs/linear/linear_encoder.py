"""From frames to chunks: knots where they save most, and between them what no line says.

frames -turns off-> channels -placed-> knots -rounded-> bridges -Rounding-> coefficients -> body
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from math import log2, prod

import numpy as np

from vdsc.codecs import windows
from vdsc.codecs.base import Coded, Group
from vdsc.codecs.linear.bridged_path import Path, Steps
from vdsc.codecs.linear.bridges import coefficients
from vdsc.codecs.linear.frames import Chunk
from vdsc.codecs.linear.knot_code import ChunkPlan, KnotCode
from vdsc.codecs.linear.linear_params import COARSEST, FINEST, ID, LinearParams
from vdsc.codecs.linear.linear_settings import LinearSettings
from vdsc.codecs.linear.rounding import Rounding
from vdsc.codecs.linear.spread import spread
from vdsc.codecs.linear.whole_turns import TURN, Turns
from vdsc.codecs.linear.window_placing import DEAD, even, numbers, placed
from vdsc.container import Header
from vdsc.core.sequence import Outline
from vdsc.core.threads import one_thread
from vdsc.core.types import Floats, Ints, Values
from vdsc.entropy import BitStack
from vdsc.entropy.tape import WritingTape
from vdsc.errors import InvalidInput
from vdsc.io.source import Source

CHUNK = 1 << 19
"""Values of a chunk at most, unless two frames have more."""

LONGEST = 4096
"""Frames of a chunk at most."""

LARGEST = 1 << 38
"""Steps of knots that a value may be from 0."""

FARTHEST = 1 << 25
"""Steps of knots that a path may move."""

EVEN = 64
"""Steps between knots that are not placed."""

FINER = 6
"""Quarters of a power of two by which knots are finer: each speaks for many frames."""


class LinearEncoder:
    """Encodes one sequence; see `codecs.base.Encoder`."""

    def __init__(self, source: Source, outline: Outline, settings: LinearSettings) -> None:
        self._outline, self._settings = outline, settings
        self._channels = prod(outline.shape[1:])
        most = min(LONGEST, max(2, CHUNK // self._channels))
        count = windows.how_many(outline.frames, most)
        self._spans = list(windows.divide(outline.frames, count))
        found = spread(source, self._spans)
        quarters = round(4 * log2(found.size)) + round((30 - settings.quality) * 4 / 10)
        quarters = min(max(quarters, FINEST), COARSEST)
        self._params = LinearParams(quarters, FINER, found.turns, grouped=True)
        self._steps = Steps.of(np.full(self._channels, quarters, dtype=np.int64), FINER)
        if found.largest > LARGEST * float(self._steps.real_knots.min()):
            raise InvalidInput("values are too large for such fine steps; lower --quality")
        self._code = KnotCode(self._channels, grouped=self._params.grouped)
        self._turned = np.zeros(self._channels, dtype=np.int64)
        self._last: Ints | None = None
        self._done = self._knots = 0

    @property
    def spans(self) -> Sequence[tuple[int, int]]:
        """First and one-past-last frame of each chunk; neighbours share a frame."""
        return self._spans

    @property
    def groups(self) -> tuple[Group, ...]:
        """All channels together: nothing is known of their units."""
        return (Group("values", ""),)

    def encode(self, frames: Values) -> Coded:
        """Encode the next chunk's frames (n, ...)."""
        begin, end = self._spans[self._done]
        seconds = self._outline.clock.seconds(begin, end)
        channels = frames.reshape(len(frames), -1).astype(np.float64)
        turns, head = None, b""
        if self._params.turns:
            turns = Turns.of(channels, self._turned)
            channels -= TURN * turns.at(np.arange(len(frames)))
            head, self._turned = turns.to_bytes(), turns.after
        with one_thread():
            tape, stack = WritingTape(), BitStack()
            plan = self._plan(channels, seconds)
            knots = self._code.code(tape, len(frames) - 1, self._last, plan)
            tape.push(stack)
            chunk = Chunk(seconds, Path(knots, self._steps, seconds), turns)
            self._last, self._done = knots.values[-1], self._done + 1
            more = self._done < len(self._spans)
            decoded = chunk.frames(seconds[:-1] if more else seconds, self._outline)
        self._knots += len(knots.frames) - more
        return Coded(head + stack.to_bytes(), decoded, begin)

    def _plan(self, channels: Floats, seconds: Floats) -> ChunkPlan:
        """Where the knots are and what the laws are then asked to code."""
        x = channels / self._steps.real
        ends = self._ends(x)
        values = np.rint(x[ends] * (self._steps.units / self._steps.knots)).astype(np.int64)
        if self._last is not None:
            values[0] = self._last
        if (np.abs(values - values[0]) >= FARTHEST).any():
            raise InvalidInput("values move too far for such fine steps; lower --quality")
        knots = values * self._steps.knots / self._steps.units
        wanted, rows = [], []
        for i, (a, b) in enumerate(pairwise(ends)):
            found = np.zeros((0, self._channels))
            if b > a + 1:
                found = coefficients(x[a : b + 1], knots[i], knots[i + 1], seconds[a : b + 1])
            large = np.flatnonzero((np.abs(found) > DEAD).any(axis=1))
            rows.append(int(large.max(initial=-1)) + 1)
            wanted.append(found)
        return ChunkPlan(numbers(ends), values, rows, wanted, Rounding)

    def _ends(self, x: Floats) -> list[int]:
        """Frames of the knots of a path in steps."""
        steps = len(x) - 1
        if not steps:
            return [0]
        return even(steps, EVEN) if self._settings.knots == "even" else placed(x, FINER)

    def header(self) -> Header:
        """What the file says of itself."""
        return Header(ID, None, self._outline, self._params.to_header(), len(self._spans))

    def words(self) -> str:
        """The codec and its knots."""
        return f"{ID}, {self._knots} knots"
