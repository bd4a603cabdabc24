"""What the decoded past says of the next frame: predictions by motion, and the motion itself."""

from __future__ import annotations

from concurrent.futures import Future
from itertools import pairwise

import numpy as np

from vdsc.codecs.lossless.video import blocks as motion
from vdsc.codecs.lossless.video.passes import Levels
from vdsc.core.background import Worker
from vdsc.core.types import Ints
from vdsc.entropy.tape import Tape

_in_background = Worker("vdsc-motion")
"""A thread that seeks one frame's motion after the other, ahead of the coder."""


class BlockPast:
    """The last two frames (H, W, C), and how blocks moved; before the first, everything is grey."""

    def __init__(self, shape: tuple[int, ...]) -> None:
        self._law = motion.VectorLaw(*motion.blocks(*shape[:2]))
        self._last = self._earlier = np.full(shape, 128, dtype=np.int16)
        self._started = False
        self._ahead: list[Future[Ints]] = []

    def seek(self, frames: Levels) -> None:
        """Begin to seek the motion of the frames (n, H, W, C) that are to be encoded, beside."""
        planes = [motion.grey(frame) for frame in (self._last, *frames)]
        pairs = list(pairwise(planes))[0 if self._started else 1 :]
        vectors: Ints | Future[Ints] = self._law.last
        for before, now in pairs:
            vectors = _in_background.submit(_sought, now, before, vectors)
            self._ahead.insert(0, vectors)

    def keep(self, frame: Levels) -> None:
        """Take the frame that was decoded."""
        self._last, self._earlier, self._started = frame, self._last, True

    def planes(self, tape: Tape, frame: Levels | None) -> list[Levels]:
        """Predictions (H, W, C): the last frame moved, the last frame, the one before moved twice.

        The motion is sought for `frame`, or read where that is None.
        """
        last = self._last
        if not self._started:
            return [last, last, last]
        before = self._law.last
        vectors = self._vectors(tape, frame)
        twice = motion.moved(motion.moved(self._earlier, before), vectors)
        return [motion.moved(last, vectors), last, twice]

    def _vectors(self, tape: Tape, frame: Levels | None) -> Ints:
        law, sought = self._law, None
        if frame is not None:
            sought = self._next(frame)
        known = np.zeros_like(law.last)
        for half, where in enumerate(law.halves):
            expected = law.expected(half, known)
            truth = None if sought is None else motion.to_symbols(sought[where], expected)
            known[where] = self._half(tape, half, expected, truth)
        law.last = known
        return known

    def _next(self, frame: Levels) -> Ints:
        if self._ahead:
            return self._ahead.pop().result()
        return motion.search(motion.grey(frame), motion.grey(self._last), self._law.last)

    def _half(self, tape: Tape, half: int, expected: Ints, truth: Ints | None) -> Ints:
        symbols = np.empty_like(expected)
        for axis in (0, 1):
            rows = self._law.rows(half, axis, len(expected))
            symbols[:, axis] = tape.rows(None if truth is None else truth[:, axis], rows)
            self._law.learn(half, axis, symbols[:, axis])
        return motion.to_vectors(symbols, expected)


def _sought(now: Levels, before: Levels, start: Ints | Future[Ints]) -> Ints:
    """Vectors between planes (H, W), where those of the frame before have been sought first."""
    return motion.search(now, before, start if isinstance(start, np.ndarray) else start.result())
