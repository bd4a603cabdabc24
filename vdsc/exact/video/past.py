"""What the decoded past says of the next frame: predictions by motion, and the motion itself."""

from __future__ import annotations

from typing import Protocol

import numpy as np

from vdsc.exact.video import blocks as motion
from vdsc.exact.video.passes import Levels
from vdsc.quant.normal import Ints


class Coder(Protocol):
    """Where symbols go to, or come from."""

    def code(self, rows: Ints, symbols: Ints | None) -> Ints:
        """Code symbols (N,) under frequencies (N, J); None when decoding, which returns them."""


class BlockPast:
    """The last two frames (H, W, C), and how blocks moved; before the first, everything is grey."""

    def __init__(self, shape: tuple[int, ...]) -> None:
        self._law = motion.VectorLaw(*motion.blocks(*shape[:2]))
        self._last = self._earlier = np.full(shape, 128, dtype=np.int16)
        self._started = False

    def keep(self, frame: Levels) -> None:
        """Take the frame that was decoded."""
        self._last, self._earlier, self._started = frame, self._last, True

    def planes(self, coder: Coder, frame: Levels | None) -> list[Levels]:
        """Predictions (H, W, C): the last frame moved, the last frame, the one before moved twice.

        The motion is sought for `frame`, or read where that is None.
        """
        last = self._last
        if not self._started:
            return [last, last, last]
        before = self._law.last
        vectors = self._vectors(coder, frame)
        twice = motion.moved(motion.moved(self._earlier, before), vectors)
        return [motion.moved(last, vectors), last, twice]

    def _vectors(self, coder: Coder, frame: Levels | None) -> Ints:
        law, sought = self._law, None
        if frame is not None:
            sought = motion.search(motion.grey(frame), motion.grey(self._last), law.last)
        known = np.zeros_like(law.last)
        for half, where in enumerate(law.halves):
            expected = law.expected(half, known)
            truth = None if sought is None else motion.to_symbols(sought[where], expected)
            known[where] = self._half(coder, half, expected, truth)
        law.last = known
        return known

    def _half(self, coder: Coder, half: int, expected: Ints, truth: Ints | None) -> Ints:
        symbols = np.empty_like(expected)
        for axis in (0, 1):
            rows = self._law.rows(half, axis, len(expected))
            symbols[:, axis] = coder.code(rows, None if truth is None else truth[:, axis])
            self._law.learn(half, axis, symbols[:, axis])
        return motion.to_vectors(symbols, expected)
