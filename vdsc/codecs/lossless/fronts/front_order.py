"""Which values are coded at once: those of one front, whose neighbours lie on fronts before.

    front = 4 t + 2 y + x          of the value of frame t in row y and column x

Beside it, above it and at the same place in the frame before, all neighbours are known by then.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from vdsc.core.types import Ints

AGE, DOWN = 4, 2
"""Fronts that a frame, and a row, come later than the one before."""


@dataclass(frozen=True, eq=False)
class Front:
    """Values that are coded at once.

    Args:
        number: of the front.
        some: which of the places, in their order.
        frames: (n,) the frame of each.
    """

    number: int
    some: slice
    frames: Ints


@dataclass(frozen=True)
class FrontOrder:
    """The places of a board of `rows` x `columns`, so ordered that fronts are slices of them."""

    rows: int
    columns: int

    @cached_property
    def _sorted(self) -> tuple[Ints, Ints]:
        late = (DOWN * np.arange(self.rows)[:, None] + np.arange(self.columns)).ravel()
        order = np.lexsort((late, late % AGE))
        return order, late[order]

    @property
    def places(self) -> Ints:
        """(P,) numbers of places, row after row: first those whose fronts 4 divides."""
        return self._sorted[0]

    def fronts(self, begin: int, end: int) -> Iterator[Front]:
        """All fronts of frames begin..end-1."""
        late = self._sorted[1]
        first = np.searchsorted(late % AGE, np.arange(AGE + 1))
        last = AGE * (end - 1) + DOWN * (self.rows - 1) + self.columns - 1
        for number in range(AGE * begin, last + 1):
            low, high = (int(n) for n in first[number % AGE : number % AGE + 2])
            own = late[low:high]
            left = low + int(np.searchsorted(own, number - AGE * (end - 1)))
            right = low + int(np.searchsorted(own, number - AGE * begin, side="right"))
            if left < right:
                yield Front(number, slice(left, right), (number - late[left:right]) // AGE)
