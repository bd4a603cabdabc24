"""Lists of integers as bytes: each in as few bytes an item as it needs, all deflated."""

from __future__ import annotations

import zlib

import numpy as np

from vdsc.core.types import Ints
from vdsc.errors import CorruptFile

_WIDTHS = (0, 1, 2, 4, 8)


def pack(fields: list[Ints]) -> bytes:
    """Return the bytes of lists of integers, one after the other.

    A list is a byte that says how many bytes an item has (0 where all are 0), then its items as
    signed little-endian integers. All is one raw deflate stream.
    """
    parts = []
    for field in fields:
        width = _width(field)
        parts.append(bytes([width]))
        parts.append(field.astype(f"<i{width}").tobytes() if width else b"")
    deflate = zlib.compressobj(9, zlib.DEFLATED, -15)
    return deflate.compress(b"".join(parts)) + deflate.flush()


class Fields:
    """Reads what `pack` wrote, given how many integers are in each list."""

    def __init__(self, data: bytes, *, limit: int) -> None:
        """Inflate data to at most limit bytes; CorruptFile if it is no such stream."""
        inflate = zlib.decompressobj(-15)
        try:
            self._rest = inflate.decompress(data, limit)
        except zlib.error as reason:
            raise _damaged() from reason
        if not inflate.eof or inflate.unused_data:
            raise _damaged()

    def take(self, count: int) -> Ints:
        """Return the next list, of count integers (count,)."""
        if not self._rest or self._rest[0] not in _WIDTHS:
            raise _damaged()
        width = self._rest[0]
        end = 1 + count * width
        if len(self._rest) < end:
            raise _damaged()
        items, self._rest = self._rest[1:end], self._rest[end:]
        if not width:
            return np.zeros(count, dtype=np.int64)
        return np.frombuffer(items, dtype=f"<i{width}").astype(np.int64)

    def one(self, low: int, high: int) -> int:
        """Return the next list of one integer, which must lie within [low, high]."""
        return int(self.bounded(1, low, high)[0])

    def bounded(self, count: int, low: int, high: int) -> Ints:
        """Return the next list; CorruptFile unless all lie within [low, high]."""
        found = self.take(count)
        if count and (found.min() < low or found.max() > high):
            raise _damaged()
        return found

    def end(self) -> None:
        """Raise CorruptFile if anything is left."""
        if self._rest:
            raise _damaged()


def _width(field: Ints) -> int:
    """The bytes that an item of the list needs."""
    if not field.any():
        return 0
    low, high = int(field.min()), int(field.max())
    return next(w for w in _WIDTHS[1:] if -(1 << (8 * w - 1)) <= low and high < 1 << (8 * w - 1))


def _damaged() -> CorruptFile:
    return CorruptFile("the description of an array is damaged; restore the file")
