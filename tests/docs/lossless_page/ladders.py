"""Way 4 of method 4: channels that climb in steps of their own."""

from __future__ import annotations

import zlib
from typing import Any

import numpy as np

from tests.docs.lossless_page.alphabets import Decimal, ordinal, plain, stored

Array = np.ndarray[Any, Any]


class Ladders:
    """The lists of a payload; `key` is what must be the same for what is passed on."""

    def __init__(self, packed: bytes, part: tuple[int, ...], full: np.dtype[Any]) -> None:
        self.rest, self.full = zlib.decompress(packed, -15), full
        (self.axis,), four = self.take(1), self.take(4)
        assert four[0] in {1, 2}
        self.alphabet = plain(four, full)
        self.columns = int(np.prod(part)) // part[self.axis]
        lines = [self.take(self.columns) for _ in range(2)]
        self.starts, self.steps = (np.array(line, dtype="<i8").view("<f8") for line in lines)
        assert np.isfinite([self.starts, self.steps]).all()
        self.key = repr((self.axis, four, self.starts, self.steps)).encode()
        self.off = self.take(self.take(1)[0])
        assert not self.rest

    def take(self, count: int) -> list[int]:
        """The next list."""
        width, end = self.rest[0], 1 + count * self.rest[0]
        items, self.rest = self.rest[1:end], self.rest[end:]
        if not width:
            return [0] * count
        return np.frombuffer(items, f"<i{width}").tolist()

    def rank(self, value: Any) -> int:
        """The rank of a numpy float."""
        if not isinstance(self.alphabet, Decimal):
            return ordinal(value)
        size = float(abs(value)) * float(10**self.alphabet.a)
        k = round(size) if size < 1 << 40 else 0
        d = self.alphabet.dropped(k)
        rank = self.alphabet.number(k + (10**d >> 1))
        return -rank - self.alphabet.e if np.signbit(value) else rank

    def climbed(self, numbers: Array) -> Array:
        """The values at numbers of steps."""
        moved = np.moveaxis(numbers, self.axis, 0)
        rows = moved.reshape(len(moved), -1)
        made, at = np.empty(rows.shape, self.full), 0
        for c in range(self.columns):
            start, step = float(self.starts[c]), float(self.steps[c])
            distinct = sorted(set(rows[:, c].tolist()))
            off = self.off[at : at + len(distinct)] if step else [0] * len(distinct)
            at += len(distinct) if step else 0
            known = {}
            for v, more in zip(distinct, off, strict=True):
                near = np.float64(start + step * float(v)).astype(self.full)
                rank = (self.rank(near) if step else v) + more
                raw = stored(self.alphabet.value(rank, 0), self.full)
                known[v] = np.frombuffer(raw, self.full)[0]
            made[:, c] = [known[v] for v in rows[:, c].tolist()]
        assert at == len(self.off)
        return np.ascontiguousarray(np.moveaxis(made.reshape(moved.shape), 0, self.axis))
