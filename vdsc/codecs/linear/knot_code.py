"""One chunk of knots and sine coefficients as symbols, the same walk for both directions.

    first knots | batch after batch of windows:   lengths | knots at the ends | rows of coefficients

What has been coded before says how large the next integers are: a channel's steps from knot to
knot; of a coefficient the rows before it, its neighbours there, and the window before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache

import numpy as np

from vdsc.core.fixed import bit_length
from vdsc.core.types import Floats, Ints
from vdsc.entropy.magnitudes import LEVELS, Chooser, MagnitudeCode, SymbolCounts, level
from vdsc.entropy.tape import Tape
from vdsc.errors import CorruptFile

LENGTHS = (4, 8, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512, 1024, 2048, 4096)
"""Steps between neighbouring knots; the last window of a chunk takes what is left."""

LANES = 24
"""Integers that are coded at once, at least: with few channels, those of several windows."""

BANDS = 5
"""Groups of rows with tables of their own: 0, 1-2, 3-6, 7-14 and all above."""

BEFORE = 7
"""Sizes of the window before that are told apart; the last says that there is none."""

LARGEST = 1 << 26
"""Below this lie coefficients, and steps from knot to knot."""

FIRST = 40
"""Binary digits that the mean size of the first knots may have."""

_WIDE = 1 << 20
"""A size of what is near, as far as it counts."""


@dataclass(frozen=True, eq=False)
class Knots:
    """A chunk: knots (M, C) in their steps at frames (M,), coefficients (K, C) of each window."""

    frames: Ints
    values: Ints
    rows: tuple[Ints, ...]


@dataclass(frozen=True, eq=False)
class ChunkPlan:
    """What an encoder puts into a chunk.

    lengths: numbers in LENGTHS, one a window. knots (M, C) in their steps. rows: how many each
    window has. wanted: the real coefficients (K, C) of each window. rounding: given some of them
    (n,), chooses integers.
    """

    lengths: list[int]
    knots: Ints
    rows: list[int]
    wanted: list[Floats]
    rounding: Callable[[Floats], Chooser]

    def chooser(self, done: int, batch: int, begin: int, end: int) -> Chooser:
        """Chooses rows of a batch's windows, zeros where a window has no such row."""
        real = np.zeros((end - begin, batch, self.knots.shape[1]))
        for i, some in enumerate(self.wanted[done : done + batch]):
            part = some[begin:end]
            real[: len(part), i] = part
        return self.rounding(real.ravel())


class KnotCode:
    """The laws of one file, which learn from chunk to chunk."""

    def __init__(self, channels: int, *, grouped: bool) -> None:
        self._channels, self._batch = channels, max(1, LANES // channels)
        self._grouped = grouped
        near = [_near(i) for i in range(LEVELS)]
        both = [(3 * mean + 2 * _before(w, mean)) // 5 for mean in near for w in range(BEFORE)]
        self._coefficients = MagnitudeCode(both * BANDS, near * BANDS)
        self._knots, self._first = MagnitudeCode(near, near), MagnitudeCode(near, near)
        self._lengths = SymbolCounts.geometric([6 * 64])
        self._moved = np.full(channels, 2 * 64, dtype=np.int64)
        self._past, self._past_steps = np.zeros((0, channels), dtype=np.int64), 0

    def code(
        self,
        tape: Tape,
        steps: int,
        start: Ints | None,
        plan: ChunkPlan | None,
        origin: Ints | None = None,
    ) -> Knots:
        """The knots of a chunk of so many steps; `start` (C,) are the first ones, if known.

        An encoder gives a plan, a decoder None. origin: what the first ones may lie near, if they
        are not known. Raises CorruptFile.
        """
        if start is None:
            start = self._started(tape, None if plan is None else plan.knots[0], origin)
        frames, values = [0], [start]
        rows: list[Ints] = []
        while frames[-1] < steps:
            ends = self._ends(tape, frames[-1], steps, len(rows), plan)
            sizes = np.diff([frames[-1], *ends])
            values += self._values(tape, values[-1], len(ends), len(rows), plan)
            rows += self._rows(tape, sizes, len(rows), plan)
            frames += ends
        return Knots(np.array(frames), np.array(values), tuple(rows))

    def _started(self, tape: Tape, given: Ints | None, origin: Ints | None) -> Ints:
        """First knots (C,), as they are, or where that is said, by how far they are from others."""
        if origin is None:
            return self._start(tape, given)
        wanted = None
        if given is not None:
            wanted = int(bit_length(np.abs(given - origin)).sum() < bit_length(np.abs(given)).sum())
        if not tape.uniform(wanted, 2):
            return self._start(tape, given)
        return origin + self._start(tape, None if given is None else given - origin)

    def _start(self, tape: Tape, given: Ints | None) -> Ints:
        """First knots (C,): their usual size, then each, some at a time so that the law learns."""
        size = None if given is None else int(bit_length(np.abs(given).mean(keepdims=True))[0])
        near = np.int64(64) << tape.uniform(size, FIRST) >> 1
        place, shift = level(np.full(self._channels, near))
        found = np.zeros(self._channels, dtype=np.int64)
        for at in range(0, self._channels, LANES):
            some = slice(at, at + LANES)
            chosen = None if given is None else _fixed(given[some])
            found[some] = self._first.code(tape, (place[some], place[some]), shift[some], chosen)
        return found

    def _ends(
        self, tape: Tape, begin: int, steps: int, done: int, plan: ChunkPlan | None
    ) -> list[int]:
        """Frames at which the windows of the next batch end."""
        ends: list[int] = []
        context = np.zeros(1, dtype=np.int64)
        while len(ends) < self._batch and (not ends or ends[-1] < steps):
            given = None if plan is None else np.array([plan.lengths[done + len(ends)]])
            number = tape.rows(given, self._lengths.rows(context))
            self._lengths.learn(context, number)
            ends.append(min((ends[-1] if ends else begin) + LENGTHS[number[0]], steps))
        return ends

    def _values(
        self, tape: Tape, last: Ints, count: int, done: int, plan: ChunkPlan | None
    ) -> list[Ints]:
        """Knots (C,) at the ends of the windows of a batch."""
        place, shift = level(np.tile(self._moved, count))
        chosen = None
        if plan is not None:
            chosen = _fixed(np.diff(plan.knots[done : done + count + 1], axis=0).ravel())
        moved = self._knots.code(tape, (place, place), shift, chosen).reshape(count, -1)
        _check(moved)
        for step in np.minimum(np.abs(moved), _WIDE):
            self._moved = (self._moved * 5 + (step << 6) * 3) >> 3
        return list(last + np.cumsum(moved, axis=0))

    def _rows(self, tape: Tape, sizes: Ints, done: int, plan: ChunkPlan | None) -> list[Ints]:
        """Coefficients (K, C) of the windows of a batch, which have so many steps."""
        batch, most = len(sizes), int(sizes.max())
        given = None if plan is None else max(plan.rows[done : done + batch])
        count = tape.uniform(given, most)
        past = self._looked_back(sizes, count)
        found = np.zeros((count, batch, self._channels), dtype=np.int64)
        for begin, end in together(count, grouped=self._grouped):
            size = end - begin
            before = np.minimum(np.abs(found[max(begin - max(size, 2), 0) : begin]), _WIDE)
            near = _nearby(before, size)
            place, shift = level(near.ravel())
            if size > 1:
                place, shift = np.tile(place, size), np.tile(shift, size)
            place += _bands(begin, end).repeat(near.size)
            chosen = None if plan is None else plan.chooser(done, batch, begin, end)
            context = place * BEFORE + past[begin:end].ravel(), place
            row = self._coefficients.code(tape, context, shift, chosen)
            found[begin:end] = row.reshape(size, batch, -1)
        _check(found)
        rows = [found[:, i] for i in range(batch)]
        if any(row[size - 1 :].any() for row, size in zip(rows, sizes.tolist(), strict=True)):
            raise CorruptFile("a window has more coefficients than frames; the file is damaged")
        self._past, self._past_steps = np.abs(rows[-1]), int(sizes[-1])
        return [row[: size - 1] for row, size in zip(rows, sizes.tolist(), strict=True)]

    def _looked_back(self, sizes: Ints, count: int) -> Ints:
        """(count, batch, C) sizes that the window before has around the same frequencies."""
        shape = (count, len(sizes), self._channels)
        if not self._past_steps:
            return np.full(shape, BEFORE - 1)
        waves = np.arange(1, count + 1)[:, None]
        at = (2 * waves * self._past_steps + sizes) // (2 * sizes)
        most = max(len(self._past), int(at.max(initial=0)))
        past = np.zeros((most + 3, self._channels), dtype=np.int64)
        past[1 : len(self._past) + 1] = np.minimum(self._past, _WIDE)
        around = past[at - 1] + 2 * past[at] + past[at + 1]
        classes: Ints = np.searchsorted(_WINDOWS, around, side="right")
        return classes


_WINDOWS = np.array([2, 4, 6, 11, 19], dtype=np.int64)
"""Where the sizes of the window before begin, in halves."""


@cache
def _near(place: int) -> int:
    """Mean magnitude, in 1/64, that is expected at a level."""
    return (5, 9, 16, 26, 40, 58, 82, 114, 156, 210, 250, 160, 224)[place]


@cache
def _before(past: int, near: int) -> int:
    """Mean magnitude, in 1/64, that the window before tells alone."""
    return near if past == BEFORE - 1 else (4, 32, 56, 96, 160, 320)[past]


def _fixed(values: Ints) -> Chooser:
    """Chooses these values, whatever they cost."""
    return lambda *_: values


def together(rows: int, *, grouped: bool) -> Iterator[tuple[int, int]]:
    """First and one-past-last row of those that are coded at once: from 8 on ever more."""
    begin = 0
    while begin < rows:
        size = 1 << max(begin.bit_length() - 3, 0) if grouped else 1
        yield begin, min(begin + size, rows)
        begin += size


@cache
def _bands(begin: int, end: int) -> Ints:
    """Where the levels of the bands of some rows begin."""
    bands = [min((k + 1).bit_length() - 1, BANDS - 1) for k in range(begin, end)]
    return LEVELS * np.array(bands)


def _nearby(before: Ints, size: int) -> Ints:
    """Sizes (batch, C), in 1/64, of what lies before rows that are coded at once.

    before: the last two rows, or as many as are coded, each (batch, C); fewer at the beginning.
    """
    if size > 1:
        total = before.sum(axis=0)
        mean: Ints = (48 * total + 5 * _beside(total)) // size
        return mean
    last = before[-1] if len(before) else np.zeros(before.shape[1:], dtype=np.int64)
    near: Ints = 32 * last + 5 * _beside(last)
    return near + 16 * before[-2] if len(before) > 1 else near


def _beside(row: Ints) -> Ints:
    """Sums (batch, C) of the integers one and three channels away."""
    wide = np.zeros((row.shape[0], row.shape[1] + 6), dtype=np.int64)
    wide[:, 3:-3] = row
    total: Ints = wide[:, :-6] + wide[:, 2:-4] + wide[:, 4:-2] + wide[:, 6:]
    return total


def _check(values: Ints) -> None:
    if (np.abs(values) >= LARGEST).any():
        raise CorruptFile("a coefficient is impossibly large; the file is damaged")
