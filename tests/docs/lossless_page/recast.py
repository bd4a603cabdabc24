"""Method 4, `recast`: narrowed values, and how they become wide again."""

from __future__ import annotations

import zlib
from typing import Any

import numpy as np

from tests.docs.lossless_page.container import NAMES
from tests.docs.lossless_page.ladders import Ladders


def varint(data: bytes, at: int) -> tuple[int, int]:
    """A varint at a place, and what is behind it."""
    value = shift = 0
    while True:
        value |= (data[at] & 127) << shift
        shift, at = shift + 7, at + 1
        if data[at - 1] < 128:
            return value, at


Array = np.ndarray[Any, Any]


class Recast:
    """What a payload says before that of the method: `key` are those bytes, `rest` the others."""

    def __init__(
        self, payload: bytes, part: tuple[int, ...] = (), full: np.dtype[Any] | None = None
    ) -> None:
        self.way, number = payload[0], payload[1]
        if self.way == 4:
            self._climbing(payload, part, full)
            return
        if self.way == 3:
            self._columns(payload)
            return
        self.m, self.channel = int.from_bytes(payload[2:4], "little"), payload[4]
        self.type = np.dtype(NAMES[number]).newbyteorder("<")
        assert number <= 10
        end = 5 + (self.type.itemsize if self.channel else 0)
        self.key, self.constant = payload[:end], payload[5:end]
        self.method, self.rest = payload[end], payload[end + 1 :]
        assert self.method in {0, 1, 2, 3, 6}

    def _columns(self, payload: bytes) -> None:
        """Way 3: places of columns, and the values that are kept."""
        self.m = self.channel = 0
        self.type, self.constant = np.dtype("<f8"), b""
        assert payload[1] == 2
        size, at = varint(payload, 2)
        self.key = bytes([3]) + zlib.decompress(payload[at : at + size], -15)
        self._strays(payload, at + size, self.type)

    def _climbing(self, payload: bytes, part: tuple[int, ...], full: Any) -> None:
        """Way 4: starts and steps of channels, what is off, and the values that are kept."""
        self.m = self.channel = 0
        self.type, self.constant = np.dtype(f"<i{payload[1]}"), b""
        assert payload[1] in {4, 8}
        size, at = varint(payload, 2)
        self.ladders = Ladders(payload[at : at + size], part, full)
        self.key = payload[:2] + self.ladders.key
        self._strays(payload, at + size, full)

    def _strays(self, payload: bytes, at: int, dtype: np.dtype[Any]) -> None:
        """The values that are kept, and the method behind them."""
        count, at = varint(payload, at)
        steps = []
        for _ in range(count):
            step, at = varint(payload, at)
            steps.append(step)
        self.where = np.cumsum(np.array(steps, dtype=np.int64))
        self.kept = np.frombuffer(payload, dtype, count, at)
        at += dtype.itemsize * count
        self.method, self.rest = payload[at], payload[at + 1 :]

    def shape(self, part: tuple[int, ...]) -> tuple[int, ...]:
        """Shape of what is coded, for values of shape `part`."""
        if self.channel == 0:
            return part
        return (*part[:3], 3) if self.channel == 1 else (part[0], 3, *part[2:])

    def widened(self, raw: bytes, part: tuple[int, ...], full: np.dtype[Any]) -> bytes:
        """The values' bytes from those of what was coded."""
        v = np.frombuffer(raw, self.type).reshape(self.shape(part))
        if self.channel:
            whole = np.empty(part, self.type)
            whole[...] = np.frombuffer(self.constant, self.type)[0]
            if self.channel == 1:
                whole[..., :3] = v
            else:
                whole[:, :3] = v
            v = whole
        if self.way == 3:
            v = v / np.array([10.0**p for p in self.key[1:]])
        if self.way == 4:
            v = self.ladders.climbed(v)
        if self.way >= 3:
            v.ravel()[self.where] = self.kept
        if self.way == 1:
            v = v.astype("f8") / np.float64(self.m)
        elif self.way == 2:
            v = v.astype(full) * (1 / np.float64(self.m)).astype(full)
        return v.astype(full).tobytes()
