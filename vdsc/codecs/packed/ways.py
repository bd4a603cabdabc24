"""Five ways of giving a sequence's bytes to LZMA2, and which of them pays.

way  literals            what is packed
0    general             the bytes
1    aligned to items    the bytes
2    aligned to items    each byte less that of the item before
3    aligned to items    each byte less that of the last axis' row before, if a row is short
4    aligned to items    each item less that of the frame before, modulo 2**(8 b)
"""

from __future__ import annotations

import lzma
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vdsc.core.sequence import Outline
from vdsc.core.types import Values
from vdsc.errors import CorruptFile

PLAIN, ALIGNED, BY_ITEM, BY_ROW, BY_FRAME = range(5)
WORDS = (
    "bytes as they are",
    "aligned items",
    "differences of items",
    "differences of rows",
    "differences of frames",
)
"""The ways for people."""

DICTIONARY = 1 << 26
"""Bytes that the compressor looks back at most."""

FARTHEST = 256
"""Bytes that the delta filter of .xz looks back at most."""

_SMALLEST_DICTIONARY = 1 << 12
_BY_WIDTH = {1: (3, 0, 0), 2: (0, 1, 1), 4: (0, 2, 2), 8: (0, 3, 3)}
_GENERAL = (3, 0, 2)

Filters = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Bytewise:
    """What LZMA2 must know of a sequence.

    Args:
        shape: of the values, frames first.
        width: bytes of an item.
    """

    shape: tuple[int, ...]
    width: int

    @classmethod
    def of(cls, outline: Outline) -> Bytewise:
        """Of the sequence that an outline describes."""
        return cls(outline.shape, outline.dtype.itemsize)

    @property
    def frame_bytes(self) -> int:
        """Bytes of a frame."""
        return prod(self.shape[1:]) * self.width

    @property
    def size(self) -> int:
        """Bytes of all frames."""
        return self.shape[0] * self.frame_bytes

    @property
    def dictionary(self) -> int:
        """Bytes that the compressor looks back."""
        return min(max(self.size, _SMALLEST_DICTIONARY), DICTIONARY)

    @property
    def ways(self) -> tuple[int, ...]:
        """The ways that such a sequence can be packed in."""
        row = self.shape[-1] * self.width
        short = len(self.shape) > 1 and self.width < row <= FARTHEST
        return (PLAIN, ALIGNED, BY_ITEM, *((BY_ROW,) if short else ()), BY_FRAME)

    def filters(self, way: int) -> Filters:
        """The filters of `lzma` for a way; raises CorruptFile for one that cannot be."""
        lc, lp, pb = _GENERAL if way == PLAIN else _BY_WIDTH[self.width]
        best = {"id": lzma.FILTER_LZMA2, "preset": 9 | lzma.PRESET_EXTREME}
        last = {**best, "lc": lc, "lp": lp, "pb": pb, "dict_size": self.dictionary}
        back = {BY_ITEM: self.width, BY_ROW: self.shape[-1] * self.width}.get(way)
        if back is None:
            return [last]
        if back > FARTHEST:
            raise CorruptFile("the file is packed in a way that such values cannot be; restore it")
        return [{"id": lzma.FILTER_DELTA, "dist": back}, last]


def words(values: Values) -> NDArray[Any]:
    """Frames (n, ...) as rows (n, V) of unsigned little-endian items, bit for bit."""
    little = np.ascontiguousarray(values, values.dtype.newbyteorder("<"))
    return little.reshape(len(values), -1).view(f"<u{values.dtype.itemsize}")


class FrameDifferences:
    """Differences of rows (n, V) from the row before, modulo 2**(8 b), span after span.

    `back` undoes `away`; one object does one of both.
    """

    def __init__(self) -> None:
        self._last: NDArray[Any] | None = None

    def away(self, rows: NDArray[Any]) -> NDArray[Any]:
        """Rows less the row before; the first one less zeros."""
        before = np.concatenate((self._before(rows), rows[:-1]))
        self._last = rows[-1:].copy()
        away: NDArray[Any] = rows - before
        return away

    def back(self, differences: NDArray[Any]) -> NDArray[Any]:
        """The rows of which these are the differences."""
        all_rows = np.concatenate((self._before(differences), differences))
        rows: NDArray[Any] = np.add.accumulate(all_rows, dtype=differences.dtype)[1:]
        self._last = rows[-1:].copy()
        return rows

    def _before(self, rows: NDArray[Any]) -> NDArray[Any]:
        return np.zeros_like(rows[:1]) if self._last is None else self._last
