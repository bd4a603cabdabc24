"""A few values that are kept as they are, where what all are narrowed by does not suit them."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import Self

import numpy as np

from vdsc.container import varint
from vdsc.core.types import Ints, Values
from vdsc.errors import CorruptFile

FEW = 1 / 32
"""The share of values that may be."""


@dataclass(frozen=True, slots=True)
class Strays:
    """Places (k,) in C order, increasing, and the bytes of the values there."""

    where: tuple[int, ...] = ()
    kept: bytes = b""

    @classmethod
    def at(cls, where: Ints, values: Values) -> Self | None:
        """Those at places (k,) of values (n, ...), None if they are not few."""
        if where.size > FEW * values.size:
            return None
        return cls(tuple(where.tolist()), values.ravel()[where].tobytes())

    def put(self, values: Values) -> None:
        """Put them into values (n, ...), contiguous; raises CorruptFile for places beyond."""
        if self.where and self.where[-1] >= values.size:
            raise _damaged()
        values.ravel()[list(self.where)] = np.frombuffer(self.kept, values.dtype)

    def to_bytes(self) -> bytes:
        """The bytes that `read` reads."""
        steps = np.diff(self.where, prepend=0).tolist() if self.where else []
        return b"".join(map(varint.put, [len(steps), *steps])) + self.kept

    @classmethod
    def read(
        cls, data: bytes, at: int, shape: tuple[int, ...], dtype: np.dtype[np.generic]
    ) -> tuple[Self, int]:
        """What `to_bytes` says from a place on, of values of this shape and type; and its end.

        Raises CorruptFile for what no such values can have.
        """
        count, at = varint.get(data, at)
        if count > prod(shape):
            raise _damaged()
        where, last = [], 0
        for number in range(count):
            step, at = varint.get(data, at)
            last += step
            if last >= prod(shape) or (number and not step):
                raise _damaged()
            where.append(last)
        end = at + dtype.itemsize * count
        if len(data) < end:
            raise _damaged()
        return cls(tuple(where), data[at:end]), end


def _damaged() -> CorruptFile:
    return CorruptFile("the strays of a chunk's values cannot be right; restore the file")
