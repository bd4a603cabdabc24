"""Values that are near enough, and the proof that they are.

What no correction brings near enough, because rounding to the file's type is in the way, is kept
as it is: a patch.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vdsc.codecs.bounded.error_grid import ErrorGrid
from vdsc.codecs.bounded.raw_values import impossible, raw
from vdsc.container import varint
from vdsc.core.types import Floats, Ints, Values


@dataclass(frozen=True, eq=False)
class Patches:
    """Values that no correction brings near enough: where in a chunk (P,), and themselves (P,)."""

    places: Ints
    values: Values

    def to_bytes(self) -> bytes:
        """How many, the steps between their places, and the values as they are."""
        steps = np.diff(self.places, prepend=0).tolist()
        raw = self.values.astype(self.values.dtype.newbyteorder("<")).tobytes()
        return b"".join(map(varint.put, [len(steps), *steps])) + raw

    @classmethod
    def read(cls, body: bytes, at: int, most: int, dtype: np.dtype[Any]) -> tuple[Patches, int]:
        """The inverse of `to_bytes` at a place of a body of so many values, and where it ends."""
        count, at = varint.get(body, at)
        if count > most:
            raise impossible()
        places, last = np.zeros(count, dtype=np.int64), 0
        for i in range(count):
            step, at = varint.get(body, at)
            last += step
            if last >= most or (i and not step):
                raise impossible()
            places[i] = last
        return cls(places, raw(body, at, dtype, count)), at + count * dtype.itemsize

    def apply(self, values: Values) -> None:
        """Put them into the values (n, C) of their chunk."""
        values.reshape(-1)[self.places] = self.values


def corrected(
    grid: ErrorGrid, values: Values, path: Floats, bounds: Floats
) -> tuple[Ints, Values, Patches]:
    """Corrections (n, C) of a path, what they make of it, and patches where that is not enough.

    All of what they make is within bounds (C,) of values (n, C) once the patches are in it.
    """
    found = grid.nearest(values, path)
    made = grid.values(path, found)
    far = ~within(values, made, bounds)
    for step in (1, -1):
        if far.any():
            other = grid.values(path, found + step)
            nearer = far & within(values, other, bounds)
            found, made = np.where(nearer, found + step, found), np.where(nearer, other, made)
            far &= ~nearer
    patches = Patches(np.flatnonzero(far), values[far])
    patches.apply(made)
    return found, made, patches


def within(values: Values, made: Values, bounds: Floats) -> NDArray[np.bool_]:
    """Whether numbers (n, C) of one type are no farther apart than bounds (C,): exactly.

    The difference of floats is a number and its rounding error, which decides where it touches.
    """
    if values.dtype.kind != "f":
        one, other = np.maximum(values, made), np.minimum(values, made)
        apart = one.astype(np.uint64) - other.astype(np.uint64)
        near: NDArray[np.bool_] = apart <= np.minimum(np.floor(bounds), 2.0**63).astype(np.uint64)
        return near
    one, other = values.astype(np.float64), made.astype(np.float64)
    with np.errstate(over="ignore", invalid="ignore"):
        off = one - other
        back = off - one
        rest = (one - (off - back)) - (other + back)
        size = np.abs(off)
        touches: NDArray[np.bool_] = (size == bounds) & (rest * np.sign(off) <= 0)
        return np.asarray((size < bounds) | touches)
