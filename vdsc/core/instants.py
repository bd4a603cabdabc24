"""The instants at which frames are wanted, and the part of them that lies within a window."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from vdsc.core.sequence import Outline, Times

BATCH = 4096
"""Instants that are given at once: a steady clock never lists all of its times."""


@dataclass(frozen=True, slots=True)
class Instants:
    """When the frames of an answer are.

    outline: the answer without its values. own: whether they are the file's own frames, so that a
    codec without a path in continuous time can give them, too.
    """

    outline: Outline
    own: bool

    def between(self, low: float, high: float) -> Iterator[Times]:
        """Times from `low` up to but without `high`, float64 seconds, in batches."""
        seconds = second_of(self.outline)
        begin, end = (bisect_left(range(self.outline.frames), t, key=seconds) for t in (low, high))
        for at in range(begin, end, BATCH):
            yield self.outline.clock.seconds(at, min(at + BATCH, end))


def second_of(outline: Outline) -> Callable[[int], float]:
    """Seconds of one frame, as a function of its number: times need not be listed to be found."""
    return lambda i: float(outline.clock.seconds(i, i + 1)[0])
