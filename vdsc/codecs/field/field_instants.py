"""Frames of a field at any instants, made of its own frames as they come, chunk after chunk."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from vdsc.codecs.field import followed
from vdsc.codecs.field.followed import Followed
from vdsc.codecs.field.sampling import REACH, SHARE, Sampling
from vdsc.core.instants import Instants
from vdsc.core.sequence import Outline, Times
from vdsc.core.types import Ints, Values


class FieldInstants:
    """Which own frames the wanted instants need, and those of them that are still needed.

    An instant is a share of the way from the last frame that is not after it to the next one.

    Args:
        outline: the file's own.
        follow: whether frames are pixels, whose motion is followed; else cubics of integers.
    """

    def __init__(self, outline: Outline, *, follow: bool = False) -> None:
        self._clock, self._count = outline.clock, outline.frames
        self._follow, self._reach = follow, followed.REACH if follow else REACH
        self._numbers = np.zeros(0, dtype=np.int64)
        self._held: Values = np.zeros(0)
        self._low = -np.inf

    def needed(self, begin: int, end: int, wanted: Instants) -> tuple[int, int] | None:
        """Which of the frames begin..end-1 of a chunk wanted instants are made of, if any."""
        found = [
            span
            for times in wanted.between(
                self._second(begin - self._reach), self._second(end + self._reach - 1)
            )
            if (span := self._sampling(times, begin, end).span(begin, end)) is not None
        ]
        if not found:
            return None
        return min(low for low, _ in found), max(high for _, high in found)

    def take(self, begin: int, frames: Values) -> None:
        """Hold frames (n, ...) of a chunk, the first of which has the number `begin`.

        Integers with 8 binary places, or pixels (n, H, W, C) of uint8 that are followed.
        """
        own = np.arange(begin, begin + len(frames))
        self._held = np.concatenate((self._held, frames)) if len(self._numbers) else frames
        self._numbers = np.concatenate((self._numbers, own))

    def ready(self, begin: int, end: int, wanted: Instants, most: int) -> Iterator[Values]:
        """Frames (n, ...) at the instants that need none behind a chunk, at most so many at once.

        begin, end: the frames of the chunk. Raises CorruptFile for huge values.
        """
        high = self._second(end - self._reach) if end < self._count else np.inf
        for times in wanted.between(self._low, high):
            for i in range(0, len(times), most):
                made = self._sampling(times[i : i + most], begin, end)
                if isinstance(made, Followed):
                    yield made(self._held, self._numbers)
                else:
                    yield made(self._held, 0, self._numbers)
        self._low = max(self._low, high)
        kept = self._numbers >= end - 2 * self._reach + 1
        self._numbers, self._held = self._numbers[kept], self._held[kept]

    def _second(self, number: int) -> float:
        """The time of a frame; without end before the first one and after the last one."""
        if not 0 < number < self._count:
            return -np.inf if number <= 0 else np.inf
        return float(self._clock.seconds(number, number + 1)[0])

    def _sampling(self, times: Times, begin: int, end: int) -> Sampling | Followed:
        """What frames at instants near those of a chunk are made of."""
        before, share = self._placed(times, begin, end)
        if self._follow:
            return Followed(before, share, self._count)
        return Sampling.between(before, share, self._count)

    def _placed(self, times: Times, begin: int, end: int) -> tuple[Ints, Ints]:
        first = max(0, begin - 2 * self._reach)
        seconds = self._clock.seconds(first, min(self._count, end + 2 * self._reach))
        at = np.searchsorted(seconds, times, side="right").astype(np.int64) - 1
        at = np.clip(at, 0, max(len(seconds) - 2, 0))
        after = np.minimum(at + 1, len(seconds) - 1)
        gap = seconds[after] - seconds[at]
        gap[gap <= 0] = 1.0  # a single frame, or times so large that they are the same
        share = np.clip((times - seconds[at]) / gap, 0.0, 1.0)
        return at + first, np.floor(share * (1 << SHARE) + 0.5).astype(np.int64)
