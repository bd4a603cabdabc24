"""Which frames of a chunk are knots, and in what order the others are foretold.

A span is 16 frames long, the last one less. One of level l has knots at multiples of 2^l.

level 2   | . . . . . . . . | . .     frames 0, 4, 8, 12, ...: knots, coded as they are
          |     1       1   |   1     rung 1: each half way between two frames that are known
          |   0   0   0   0 | 0       rung 0
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from vdsc.codecs.in_between.block_search import SHARE
from vdsc.core.types import Ints
from vdsc.entropy.tape import Tape

DEEPEST = 4
"""The highest level; a span has 2^DEEPEST frames."""


@dataclass(frozen=True, eq=False)
class Rung:
    """Frames that are foretold at once.

    Args:
        number: frames on either side are 2^number away, the last one of a chunk may be nearer.
        frames: (m,) their numbers.
        before: (m,) the known frames before them.
        after: (m,) likewise, behind them.
    """

    number: int
    frames: Ints
    before: Ints
    after: Ints

    @property
    def shares(self) -> Ints:
        """(m,) how many 2^16ths of the way from the one to the other they are."""
        return (self.frames - self.before << SHARE) // (self.after - self.before)


@dataclass(frozen=True)
class FrameGrid:
    """The knots of a chunk.

    Args:
        count: frames of the chunk.
        levels: of each span, 0 to DEEPEST.
    """

    count: int
    levels: tuple[int, ...]

    @staticmethod
    def spans(count: int) -> int:
        """Spans of so many frames; a single frame has none."""
        return -(-(count - 1) >> DEEPEST)

    @classmethod
    def even(cls, count: int, level: int) -> FrameGrid:
        """The grid with a knot every 2^level frames, and at the end."""
        return cls(count, (level,) * cls.spans(count))

    @classmethod
    def coded(cls, count: int, tape: Tape, grid: FrameGrid | None) -> FrameGrid:
        """Code the grid of so many frames, or read it."""
        known = None if grid is None else np.array(grid.levels, dtype=np.int64)
        sizes = np.full(cls.spans(count), DEEPEST + 1)
        return cls(count, tuple(tape.uniforms(known, sizes).tolist()))

    @property
    def whole(self) -> bool:
        """Whether all frames are knots."""
        return self.knots.size == self.count

    @cached_property
    def knots(self) -> Ints:
        """Numbers of the knots, rising."""
        frames = np.arange(self.count)
        found: Ints = frames[frames % self._apart == 0]
        return found

    def rungs(self) -> Iterator[Rung]:
        """The other frames, in the order in which they are foretold."""
        frames, last = np.arange(self.count), self.count - 1
        for number in reversed(range(DEEPEST)):
            half = 1 << number
            some = frames[(frames % (2 * half) == half) & (frames % self._apart != 0)]
            if some.size:
                yield Rung(number, some, some - half, np.minimum(some + half, last))

    @cached_property
    def _apart(self) -> Ints:
        """(count,) of what number those of knots are multiples, around each frame; 1 at the end."""
        found = np.repeat(1 << np.array(self.levels, dtype=np.int64), 1 << DEEPEST)
        return np.append(found[: self.count - 1], 1)
