"""From frames to chunks: knots where they save most, and between them what no line says.

frames -turns off-> channels -placed-> knots -rounded-> bridges -Rounding-> coefficients -> body
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from math import log2, prod

import numpy as np

from vdsc.codecs import windows
from vdsc.codecs.base import Coded, Group
from vdsc.codecs.linear import channel_steps
from vdsc.codecs.linear.bridged_path import Path
from vdsc.codecs.linear.bridges import coefficients
from vdsc.codecs.linear.channel_steps import Steps
from vdsc.codecs.linear.cosines import Cosines
from vdsc.codecs.linear.frames import Chunk
from vdsc.codecs.linear.knot_code import ChunkPlan, KnotCode
from vdsc.codecs.linear.learned import LearnedLaws, origin_of, reals
from vdsc.codecs.linear.linear_params import COARSEST, FINEST, ID, USUAL_FINER, LinearParams
from vdsc.codecs.linear.linear_settings import LinearSettings
from vdsc.codecs.linear.rounding import Rounding
from vdsc.codecs.linear.spread import spread
from vdsc.codecs.linear.transform_choice import saves
from vdsc.codecs.linear.whole_turns import TURN, Turns
from vdsc.codecs.linear.window_placing import DEAD, even, numbers, placed, still
from vdsc.container import Header
from vdsc.core.sequence import Outline, Times
from vdsc.core.threads import one_thread
from vdsc.core.types import Floats, Ints, Values
from vdsc.entropy import BitStack
from vdsc.entropy.tape import WritingTape
from vdsc.errors import CorruptFile, InvalidInput
from vdsc.io.source import Source

CHUNK = 1 << 19
"""Values of a chunk at most, unless two frames have more."""

LONGEST = 4096
"""Frames of a chunk at most."""

LARGEST = 1 << 38
"""Steps of knots that a value may be from 0."""

MOST = 1 << 26
"""Steps that a coefficient of a transformed frame may be from 0."""

FARTHEST = 1 << 25
"""Steps of knots that a path may move."""

EVEN = 64
"""Steps between knots that are not placed."""

FINER = USUAL_FINER
"""Quarters of a power of two by which knots are finer: each speaks for many frames."""


TOO_FAR = "values move too far for such fine steps; lower --quality"


class LinearEncoder:
    """Encodes one sequence; see `codecs.base.Encoder`."""

    def __init__(self, source: Source, outline: Outline, settings: LinearSettings) -> None:
        self._outline, self._settings = outline, settings
        self._channels = prod(outline.shape[1:])
        most = min(LONGEST, max(2, CHUNK // self._channels))
        count = windows.how_many(outline.frames, most)
        self._spans = list(windows.divide(outline.frames, count))
        found = spread(source, self._spans)
        quarters = _quarters(settings, found.size, self._channels)
        self._params = LinearParams(
            int(quarters[0]),
            FINER,
            found.turns,
            grouped=True,
            apart=bool((quarters != quarters[0]).any()),
        )
        self._quarters, self._steps = quarters, Steps.of(quarters, FINER)
        self._cosines: Cosines | None = None
        self._largest = found.largest
        if found.largest > LARGEST * float(self._steps.real_knots.min()):
            raise InvalidInput("values are too large for such fine steps; lower --quality")
        self._code = KnotCode(self._channels, grouped=self._params.grouped)
        self._turned = np.zeros(self._channels, dtype=np.int64)
        self._last: Ints | None = None
        self._first: Floats | None = None
        self._learned: LearnedLaws | None = None
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
        if not self._done:
            self._begin(channels)
            head = (channel_steps.pack(self._quarters) if self._params.apart else b"") + head
        if self._cosines is not None:
            channels = self._cosines.forward(channels)
        try:
            with one_thread():
                stream, decoded = self._coded(channels, seconds, turns)
        except CorruptFile:  # what a decoder would say of it
            raise InvalidInput(TOO_FAR) from None
        return Coded(head + stream, decoded, begin)

    def _coded(self, channels: Floats, seconds: Times, turns: Turns | None) -> tuple[bytes, Values]:
        """The stream of a chunk's channels (n, C), and the frames that it decodes to."""
        tape, stack = WritingTape(), BitStack()
        plan = self._plan(channels, seconds)
        origin = origin_of(self._learned, self._steps, transformed=self._cosines is not None)
        knots = self._code.code(tape, len(channels) - 1, self._last, plan, origin)
        if self._last is None:
            self._first = reals(knots.values[0], self._steps)
        tape.push(stack)
        chunk = Chunk(seconds, Path(knots, self._steps, seconds, self._cosines), turns)
        self._last, self._done = knots.values[-1], self._done + 1
        more = self._done < len(self._spans)
        self._knots += len(knots.frames) - more
        return stack.to_bytes(), chunk.frames(seconds[:-1] if more else seconds, self._outline)

    def _begin(self, channels: Floats) -> None:
        """Decide by the first chunk's channels (n, C) whether frames are transformed."""
        cosines = Cosines(self._outline.shape[1:])
        most = MOST * float(self._steps.real[0]) / self._channels**0.5
        if self._params.apart or not cosines.axes or self._largest > most:
            return
        if saves(cosines, channels / self._steps.real):
            self._cosines = cosines
            self._params = replace(self._params, cosines=True)

    def _plan(self, channels: Floats, seconds: Floats) -> ChunkPlan:
        """Where the knots are and what the laws are then asked to code."""
        x = channels / self._steps.real
        ends = self._ends(x)
        values = np.rint(x[ends] * (self._steps.units / self._steps.knots)).astype(np.int64)
        if self._last is not None:
            values[0] = self._last
        if (np.abs(values - values[0]) >= FARTHEST).any():
            raise InvalidInput(TOO_FAR)
        knots = values * self._steps.knots / self._steps.units
        wanted, rows = [], []
        for i, (a, b) in enumerate(pairwise(ends)):
            found = np.zeros((0, self._channels))
            if b > a + 1:
                found = coefficients(x[a : b + 1], knots[i], knots[i + 1], seconds[a : b + 1])
                found[:, still(x[a : b + 1])] = 0  # what knots lack there is less than half a step
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

    def learned(self) -> LearnedLaws:
        """The laws, and the first knots."""
        return LearnedLaws(self._code, self._first, transformed=self._cosines is not None)

    def begin_with(self, learned: LearnedLaws | None, *, fresh: bool = False) -> None:
        """Begin with the laws of another sequence, and its first knots to start from."""
        if learned is not None and not fresh:
            self._learned, self._code = learned, learned.laws()

    def header(self) -> Header:
        """What the file says of itself."""
        return Header(ID, None, self._outline, self._params.to_header(), len(self._spans))

    def words(self) -> str:
        """The codec and its knots."""
        return f"{ID}, {self._knots} knots"


def steps_of(source: Source, settings: LinearSettings) -> tuple[float, ...]:
    """The step that a quality means for a source; raises InvalidInput."""
    frames, channels = source.shape[0], prod(source.shape[1:])
    spans = list(windows.apart(frames, max(1, CHUNK // channels)))
    quarters = _quarters(settings, spread(source, spans).size, 1)
    return (2.0 ** (int(quarters[0]) / 4),)


def _quarters(settings: LinearSettings, size: float, channels: int) -> Ints:
    """The j (C,) of the steps that are asked for, of channels that spread so far."""
    if settings.steps:
        if len(settings.steps) not in {1, channels}:
            raise InvalidInput(f"{len(settings.steps)} steps for {channels} channels")
        quarters = np.floor(4 * np.log2(np.array(settings.steps)))
    else:
        quarters = np.array([round(4 * log2(size)) + round((30 - settings.quality) * 4 / 10)])
    within = np.clip(quarters, FINEST, COARSEST).astype(np.int64)
    return np.broadcast_to(within, channels).copy()
