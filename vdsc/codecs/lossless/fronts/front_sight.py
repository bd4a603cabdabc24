"""What is seen around the values of a front: numbers that are known, less that a frame before."""

from __future__ import annotations

import numpy as np

from vdsc.codecs.lossless.fronts.front_order import Front, FrontOrder
from vdsc.core.types import Ints

BESIDE = ((0, -1), (-1, 0), (-1, -1), (-1, 1), (0, -2), (-2, 0), (-1, -2))
"""Rows and columns to the neighbours in the frame itself; the first four are next to it."""

NEXT = 4

RING = tuple((y, x) for y in (-1, 0, 1) for x in (-1, 0, 1))
"""Rows and columns to the neighbours in a frame before, and to the place itself."""

SEEN = (
    *((0, *one) for one in BESIDE),
    *((1, *one) for one in RING if one != (0, 0)),
    *((2, *one) for one in RING),
    (3, 0, 0),
)
"""Frames back, rows and columns to what is seen; frames before the first are like it."""

KEPT = 3
"""Frames that a chunk leaves to the next one."""

EDGE = 2
"""Rows and columns of zeros around a board."""

POINT = 6
"""Bits after the point of means and errors."""


class FrontSight:
    """Numbers, errors and sizes of errors of so many frames, as they become known.

    Args:
        order: of the places of a frame.
        frames: how many there are.
    """

    def __init__(self, order: FrontOrder, frames: int) -> None:
        self._order = order
        self._wide = order.columns + 2 * EDGE
        self._frame = (order.rows + 2 * EDGE) * self._wide
        y, x = np.divmod(order.places, order.columns)
        self._at = (y + EDGE) * self._wide + x + EDGE
        self.inside = {
            (down, right): (y + down >= 0) & (y + down < order.rows)
            & (x + right >= 0) & (x + right < order.columns)
            for down, right in {*BESIDE, *RING}
        }  # fmt: skip
        self._numbers, self._errors, self._sizes = (
            np.zeros(frames * self._frame, dtype=np.int64) for _ in range(3)
        )

    def keep(self, begin: int, kept: tuple[Ints, ...]) -> None:
        """Take numbers, errors and sizes (n, P) of frames from `begin` on."""
        for held, given in zip(self._held, kept, strict=True):
            held.reshape(-1, self._frame)[begin : begin + len(given), self._at] = given

    def last(self, frames: int) -> tuple[Ints, ...]:
        """Numbers, errors and sizes (n, P) of the last frames."""
        return tuple(one.reshape(-1, self._frame)[-frames:, self._at] for one in self._held)

    @property
    def _held(self) -> tuple[Ints, Ints, Ints]:
        return self._numbers, self._errors, self._sizes

    def base(self, front: Front) -> Ints:
        """The number (n,) a frame before; 0 in the first frame."""
        before = self._at[front.some] + self._frame * np.maximum(front.frames - 1, 0)
        found: Ints = self._numbers.take(before) * (front.frames > 0)
        return found

    def seen(self, front: Front, base: Ints) -> Ints:
        """What is seen (25, n), less the base (n,); 0 beyond the board.

        In the first frame nothing is known of frames before.
        """
        at, frames = self._at[front.some], front.frames
        later = frames > 0
        found = np.empty((len(SEEN), len(at)), dtype=np.int64)
        for row, (back, down, right) in enumerate(SEEN):
            inside = self.inside[down, right][front.some]
            if back:
                inside = inside & later
            where = at + self._frame * np.maximum(frames - back, 0) + self._wide * down + right
            found[row] = (self._numbers.take(where) - base) * inside
        return found

    def errors(self, front: Front) -> tuple[Ints, Ints]:
        """Errors of the first mean (4, n) next to it, and a frame before (n,)."""
        at = self._at[front.some] + self._frame * front.frames
        beside = [
            self._errors.take(at + self._wide * down + right)
            for down, right in BESIDE[:NEXT]
        ]  # fmt: skip
        before = self._errors.take(np.maximum(at - self._frame, 0)) * (front.frames > 0)
        return np.stack(beside), before

    def sizes(self, front: Front, usual: Ints) -> tuple[Ints, Ints]:
        """Sizes of errors next to it (4, n) and a frame before (9, n); `usual` (n,) for absent."""
        at, found = self._at[front.some] + self._frame * front.frames, []
        for back, ways in ((0, BESIDE[:NEXT]), (self._frame, RING)):
            for down, right in ways:
                there = self.inside[down, right][front.some]
                if back:
                    there = there & (front.frames > 0)
                where = np.maximum(at - back + self._wide * down + right, 0)
                found.append(np.where(there, self._sizes.take(where), usual))
        return np.stack(found[:NEXT]), np.stack(found[NEXT:])

    def add(self, front: Front, numbers: Ints, errors: Ints, sizes: Ints) -> None:
        """Take a front's numbers (n,), errors of the first mean, and sizes of those of the last."""
        at = self._at[front.some] + self._frame * front.frames
        for held, given in zip(self._held, (numbers, errors, sizes), strict=True):
            held[at] = given
