"""Whole numbers on a board, such as weather in steps, as one method of the lossless codec."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from vdsc.codecs.lossless import footprint
from vdsc.codecs.lossless.fronts import front_stream
from vdsc.core.sequence import Outline
from vdsc.core.types import Values
from vdsc.errors import CorruptFile

SIDE, LEAST, MOST = 4, 1 << 8, 1 << 18
"""Rows and columns that a board has at least, and how many values at least and at most."""

WIDTH = 4
"""Bytes of a whole number at most."""

Shape = tuple[int, ...]


class Fronts:
    """Codes chunks of integers whose frames have two axes of several values, rows and columns."""

    name = "fronts"
    checkpoint = None

    def __init__(self, memlimit: int | None = None) -> None:
        self._memlimit = memlimit

    def start(self, outline: Outline) -> Any:
        """No chunk yet; None for values that lie on no board."""
        return () if _board(outline.shape[1:], np.dtype(outline.dtype)) else None

    def encode(self, values: Values, state: Any) -> tuple[bytes, Any]:
        """Payload of values (n, ...); raises InvalidInput for those that are too far apart."""
        board = self._checked(values.shape, values.dtype)
        numbers = values.reshape(len(values), *board).astype(np.int64)
        return front_stream.encode(numbers, state or None)

    def decode(
        self, payload: bytes, shape: Shape, dtype: np.dtype[Any], state: Any
    ) -> tuple[Values, Any]:
        """Values of this shape and type, and the state after them; raises CorruptFile."""
        board = self._checked(shape, dtype)
        numbers, state = front_stream.decode(payload, shape[0], board, state or None)
        limits = np.iinfo(dtype)
        if numbers.min() < limits.min or numbers.max() > limits.max:
            raise CorruptFile("a value is none of its type; the file is damaged")
        return numbers.astype(dtype).reshape(shape), state

    def _checked(self, shape: Shape, dtype: np.dtype[Any]) -> tuple[int, int]:
        """Rows and columns; raises LimitExceeded."""
        board = _board(shape[1:], dtype)
        assert board is not None
        footprint.check(footprint.fronts(shape), self._memlimit)
        return board


def _board(frame: Shape, dtype: np.dtype[Any]) -> tuple[int, int] | None:
    """Rows and columns of a frame of such a shape, None if it is no board of integers."""
    long = [size for size in frame if size > 1]
    fits = dtype.kind in "iu" and dtype.itemsize <= WIDTH and len(long) == 2
    if not fits or min(long) < SIDE or not LEAST <= math.prod(long) <= MOST:
        return None
    return long[0], long[1]
