"""The three predictions of a frame: blocks that move, or layers."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.docs.lossless_page.bits import Bits
from tests.docs.lossless_page.video.tables import Ints, clip


def vector_row(counts: list[int]) -> list[int]:
    """The frequencies that counts give."""
    free = (1 << 16) - len(counts)
    row = [c * free // sum(counts) + 1 for c in counts]
    row[0] += (1 << 16) - sum(row)
    return row


class Blocks:
    """The last two frames, the last vectors, and what vectors were."""

    def __init__(self, shape: tuple[int, int, int]) -> None:
        self.frames = [np.full(shape, 128), np.full(shape, 128)]
        self.begun = False
        self.size = (-(-shape[0] // 8), -(-shape[1] // 8))
        self.vectors = np.zeros((*self.size, 2), int)
        self.counts = [[[64] + [4] * 20 for _ in range(2)] for _ in range(2)]

    def planes(self, stack: Bits, met: set[Any]) -> list[Ints]:
        """Predictions of the next frame."""
        last, before = self.frames
        if not self.begun:
            return [last] * 3
        old, self.vectors = self.vectors, self._popped(stack, met)
        return [
            moved(last, self.vectors),
            last,
            moved(moved(before, old), self.vectors),
        ]

    def keep(self, frame: Ints) -> None:
        """Take the frame as it is."""
        self.frames, self.begun = [frame, self.frames[0]], True

    def _popped(self, stack: Bits, met: set[Any]) -> Ints:
        rows, columns = self.size
        new = np.zeros((rows, columns, 2), int)
        for half in range(2):
            some = [(r, c) for r in range(rows) for c in range(columns) if (r + c) % 2 == half]
            expected = [self._expected(new, r, c) if half else self.vectors[r, c] for r, c in some]
            for axis in range(2):
                counts = self.counts[half][axis]
                row = vector_row(counts)
                for at, guess in zip(some, expected, strict=True):
                    symbol = stack.table(row)
                    new[(*at, axis)] = (symbol + guess[axis] + 10) % 21 - 10
                    counts[symbol] += 16
                if sum(counts) > 1 << 14:
                    counts[:] = [c // 2 + 1 for c in counts]
                    met.add("halved")
        met |= {"moved"} if new.any() else set()
        return new

    def _expected(self, new: Ints, r: int, c: int) -> Ints:
        """The median of four neighbours and the last vector."""
        known = [self.vectors[r, c]]
        for down, right in ((-1, 0), (1, 0), (0, -1), (0, 1)):
            y, x = r + down, c + right
            if not (0 <= y < self.size[0] and 0 <= x < self.size[1]):
                y, x = r - down, c - right
                if min(self.size) == 1:
                    known.append(np.zeros(2, int))
                    continue
            known.append(new[y, x])
        return np.median(known, axis=0).astype(int)


def moved(frame: Ints, vectors: Ints) -> Ints:
    """The frame, its blocks moved."""
    height, width = frame.shape[:2]
    y, x = np.mgrid[:height, :width]
    down, right = np.moveaxis(vectors[y // 8, x // 8], 2, 0)
    return frame[clip(y + down, 0, height - 1), clip(x + right, 0, width - 1)]


class Layers:
    """Two layers that add up."""

    def __init__(self, shape: tuple[int, int, int]) -> None:
        self.layers = np.zeros((2, *shape[:2]), int)
        self.vectors = np.zeros((2, 2), int)
        self.counts = [[[256] + [4] * 16 for _ in range(2)] for _ in range(2)]
        self.begun = False

    def planes(self, stack: Bits, met: set[Any]) -> list[Ints]:
        """Predictions of the next frame."""
        for layer in range(2 if self.begun else 0):
            for axis in range(2):
                counts = self.counts[layer][axis]
                symbol = stack.table(vector_row(counts))
                counts[symbol] += 16
                last = self.vectors[layer, axis]
                self.vectors[layer, axis] = (symbol + last + 8) % 17 - 8
            met |= {"moved"} if self.vectors[layer].any() else set()
            self.layers[layer] = shifted(self.layers[layer], *self.vectors[layer])
        total = np.minimum(self.layers.sum(0), 255)
        return [plane[..., None] for plane in (total, *self.layers)]

    def keep(self, frame: Ints) -> None:
        """Add what is missing, drop what is not there."""
        now = frame[..., 0]
        missing = np.maximum(now - np.minimum(self.layers.sum(0), 255), 0)
        self.layers, self.begun = np.minimum(self.layers + missing, now), True


def shifted(plane: Ints, down: int, right: int) -> Ints:
    """A plane moved down and right, 0 coming in."""
    made = np.zeros_like(plane)
    for y, x in np.ndindex(plane.shape):
        if 0 <= y - down < plane.shape[0] and 0 <= x - right < plane.shape[1]:
            made[y, x] = plane[y - down, x - right]
    return made
