"""Corrections of a path in whole steps: small integers, mostly 0, where others are, too.

Frames are coded one after another, each in two passes over a chequerboard: the second one knows
the neighbours of its points. Short frames stand beside those of later times, as lanes.
"""

from __future__ import annotations

from functools import lru_cache
from math import prod

import numpy as np

from vdsc.core.types import Ints
from vdsc.entropy.magnitudes import LEVELS, MagnitudeCode, SignCode, level
from vdsc.entropy.stack import BitStack
from vdsc.entropy.tape import ReadingTape, Tape, WritingTape
from vdsc.errors import CorruptFile

LANES = 64
"""Integers of a frame at least, where there are enough frames."""

USUAL = 16
"""The usual size of a correction in the beginning, in 1/64."""

START = 384
"""Sum of a table's counts at the beginning: there are many of them, so they learn quickly."""

MEANS = (3, 9, 16, 26, 40, 58, 82, 114, 156, 210, 250, 160, 224)
"""Mean magnitudes, in 1/64, that are expected at a level."""

_WIDE = 1 << 20
"""A size as far as it counts for what is near."""


class Corrections:
    """The laws of one file, which learn from chunk to chunk.

    Args:
        shape: of a frame; its last two axes of more than one value are those of the chequerboard.
    """

    def __init__(self, shape: tuple[int, ...]) -> None:
        long = [size for size in shape if size > 1]
        self._grid = (prod(long[:-2]), *([1, 1, *long][-2:]))
        self._points = prod(shape)
        both = [max(MEANS[i], MEANS[j]) for i in range(LEVELS) for j in range(LEVELS)]
        self._codes = [MagnitudeCode(both, list(MEANS), start=START) for _ in range(2)]
        self._signs = SignCode(9 * 3 * 3, start=START)

    def to_bytes(self, numbers: Ints) -> bytes:
        """The stream of the next corrections (n, C)."""
        tape, stack = WritingTape(), BitStack()
        self.code(tape, len(numbers), numbers)
        tape.push(stack)
        return stack.to_bytes()

    def from_bytes(self, data: bytes, frames: int) -> Ints:
        """The inverse of `to_bytes`: corrections (frames, C); raises CorruptFile."""
        stack = BitStack.from_bytes(data)
        found = self.code(ReadingTape(stack), frames, None)
        if not stack.empty:
            raise CorruptFile("a chunk holds more than its corrections; the file is damaged")
        return found

    def code(self, tape: Tape, frames: int, given: Ints | None) -> Ints:
        """Corrections (frames, C); an encoder gives them, a decoder None. Raises CorruptFile."""
        lanes = max(1, min(-(-LANES // self._points), frames))
        steps = -(-frames // lanes)
        lanes = -(-frames // steps)
        found = np.zeros((lanes * steps, self._points), dtype=np.int64)
        if given is not None:
            found[:frames] = given
        board = found.reshape(lanes, steps, *self._grid)
        past = _Past(board.shape[:1] + self._grid)
        for step in range(steps):
            active = -(-(frames - step) // steps)
            known = None if given is None else board[:active, step].ravel()
            past.advance(active)
            now = np.zeros(past.expected.shape, dtype=np.int64)
            for turn, places in enumerate(_chequers(now.shape)):
                if places.size:
                    self._half(tape, now, past, turn, places, known)
            past.add(now)
            board[:active, step] = now
        return found[:frames]

    def _half(
        self, tape: Tape, now: Ints, past: _Past, turn: int, places: Ints, known: Ints | None
    ) -> None:
        """Fill in one colour of the chequerboards now (L, ...) of all lanes, at places (n,)."""
        sizes, beyond = past.expected, past.leaning
        if turn:
            sizes = (sizes + 32 * beside(np.minimum(np.abs(now), _WIDE))) >> 1
            beyond = beside(np.sign(now))
        place, shift = level(sizes.ravel()[places])
        usual, _ = level(past.around.ravel()[places])
        leaning = np.sign(past.leaning.ravel()[places])
        signs = (beyond.ravel()[places] * 3 + leaning) * 3 + past.sign.ravel()[places]
        chosen = None
        if known is not None:
            wanted = known[places]
            chosen = lambda *_: wanted  # noqa: E731
        now.ravel()[places] = self._codes[turn].code(
            tape, (place * LEVELS + usual, place), shift, chosen, (self._signs, signs + 40)
        )


@lru_cache(maxsize=4)
def _chequers(shape: tuple[int, ...]) -> tuple[Ints, Ints]:
    """Places of the points of each colour on boards (L, ..., H, W), flat: even ones, odd ones."""
    colour = np.indices(shape[-2:]).sum(axis=0) & 1
    every = np.broadcast_to(colour, shape).ravel()
    return np.flatnonzero(every == 0), np.flatnonzero(every == 1)


class _Past:
    """What the frames before say of the next one, at each point of each lane (L, ...)."""

    def __init__(self, shape: tuple[int, ...]) -> None:
        self._last, self._older = (np.zeros(shape, dtype=np.int64) for _ in range(2))
        self._usual = np.full(shape, USUAL, dtype=np.int64)
        self.sign = np.zeros(shape, dtype=np.int64)

    def advance(self, lanes: int) -> None:
        """Turn to the next frame of the first lanes."""
        kept = (self._last, self._older, self._usual, self.sign)
        self._last, self._older, self._usual, self.sign = (part[:lanes] for part in kept)
        self.expected = 24 * self._last + 10 * self._older + 5 * beside(self._last)
        self.around = (3 * self._usual + beside(self._usual)) >> 2
        self.leaning = beside(self.sign)

    def add(self, now: Ints) -> None:
        """Take the frame that is coded."""
        size = np.minimum(np.abs(now), _WIDE)
        self._older, self._last, self.sign = self._last, size, np.sign(now)
        self._usual = (self._usual * 15 + (size << 6)) >> 4


def beside(values: Ints) -> Ints:
    """Sums (..., H, W) of the four neighbours of each point."""
    total = np.zeros_like(values)
    total[..., 1:, :] += values[..., :-1, :]
    total[..., :-1, :] += values[..., 1:, :]
    total[..., 1:] += values[..., :-1]
    total[..., :-1] += values[..., 1:]
    return total
