"""Method 4, `recast`: narrowed values, and how they become wide again."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.docs.lossless_page.container import NAMES

Array = np.ndarray[Any, Any]


class Recast:
    """What a payload says before that of the method: `key` are those bytes, `rest` the others."""

    def __init__(self, payload: bytes) -> None:
        self.way, number = payload[0], payload[1]
        self.m, self.channel = int.from_bytes(payload[2:4], "little"), payload[4]
        self.type = np.dtype(NAMES[number]).newbyteorder("<")
        assert number <= 10
        end = 5 + (self.type.itemsize if self.channel else 0)
        self.key, self.constant = payload[:end], payload[5:end]
        self.method, self.rest = payload[end], payload[end + 1 :]
        assert self.method <= 3

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
        if self.way == 1:
            v = v.astype("f8") / np.float64(self.m)
        elif self.way == 2:
            v = v.astype(full) * (1 / np.float64(self.m)).astype(full)
        return v.astype(full).tobytes()
