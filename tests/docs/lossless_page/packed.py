"""The codec `packed`."""

from __future__ import annotations

import lzma
import zlib
from math import prod
from typing import Any

import numpy as np


def packed(head: dict[Any, Any], bodies: list[bytes], dtype: np.dtype[Any]) -> bytes:
    """The values' little-endian bytes; dtype is that of an item."""
    shape, way, width = head[1], head.get("w", 0), dtype.itemsize
    frame = prod(shape[1:]) * width
    size = shape[0] * frame
    assert len(bodies) == -(-shape[0] // max(1, (1 << 24) // frame))
    whole = b"".join(bodies)
    filters: list[dict[str, int]] = [
        {"id": lzma.FILTER_LZMA2, "dict_size": min(max(size, 1 << 12), 1 << 26)}
    ]
    if way in {2, 3}:
        distance = width if way == 2 else width * shape[-1]
        assert distance <= 256
        filters.insert(0, {"id": lzma.FILTER_DELTA, "dist": distance})
    stream = lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=filters)
    raw = stream.decompress(whole[:-4])
    assert stream.eof
    assert not stream.unused_data
    assert len(raw) == size
    if way == 4:
        items = np.frombuffer(raw, f"<u{width}").reshape(shape[0], -1)
        raw = np.cumsum(items, axis=0, dtype=items.dtype).tobytes()
    assert zlib.crc32(raw).to_bytes(4, "little") == whole[-4:]
    return raw
