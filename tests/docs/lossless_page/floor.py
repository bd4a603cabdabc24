"""Method 0, `floor`."""

from __future__ import annotations

import lzma
import zlib
from typing import Any

import numpy as np


def floor(payload: bytes, size: int, width: int, frames: int) -> bytes:
    """Method 0."""
    way, packed = payload[0], payload[1:]
    if way == 0:
        return packed
    if way == 1:
        inflate: Any = zlib.decompressobj(-15)
    else:
        dictionary = min(max(size, 1 << 12), 1 << 26)
        filters: list[dict[str, int]] = [{"id": lzma.FILTER_LZMA2, "dict_size": dictionary}]
        if way in {4, 7}:
            filters.insert(0, {"id": lzma.FILTER_DELTA, "dist": width})
        inflate = lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=filters)
    assert way <= 7
    made = inflate.decompress(packed)
    assert inflate.eof
    assert not inflate.unused_data
    if way >= 5:
        made = np.frombuffer(made, (np.void, width)).reshape(-1, frames).T.tobytes()
    return made
