"""The bytes of an array without a model: what no chunk may be larger than."""

from __future__ import annotations

import lzma
import zlib
from collections.abc import Callable
from typing import Any

import numpy as np

from vdsc.errors import CorruptFile
from vdsc.quant.ordinal import Numbers

_DICTIONARY = 1 << 26
_DEPTH = {1: (3, 0, 0), 2: (0, 1, 1), 4: (0, 2, 2), 8: (0, 3, 3)}  # lc, lp, pb by bytes an item
_GENERAL = (3, 0, 2)
_STORED, _DEFLATED, _PLAIN, _ALIGNED, _DIFFERENCES = range(5)
_TURNED = 3
"""What is added to one of the last three ways where a table goes column after column."""

_PIECE = 1 << 20

Filters = list[dict[str, Any]]


def encode(values: Numbers) -> bytes:
    """Return the bytes of an array in C order, packed in the smallest of some ways.

    The first byte says which: 0 as they are; 1 deflate; 2 LZMA2 with lc = 3, pb = 2; 3 LZMA2
    with lp and pb for the size of an item; 4 the same after differences of bytes one item apart;
    5 to 7 like 2 to 4, of the first value of all frames, the second value of all, and so on. The
    LZMA2 dictionary has 2**26 bytes, or as many as there are.
    """
    raw, width = values.tobytes(), values.dtype.itemsize
    deflate = zlib.compressobj(9, zlib.DEFLATED, -15)
    ways = {_STORED: raw, _DEFLATED: deflate.compress(raw) + deflate.flush()}
    for way in (_PLAIN, _ALIGNED, _DIFFERENCES):
        ways[way] = lzma.compress(raw, lzma.FORMAT_RAW, filters=_filters(way, width, len(raw)))
    if 1 < len(values) < values.size:
        way = min((_PLAIN, _ALIGNED, _DIFFERENCES), key=lambda way: len(ways[way]))
        turned = values.reshape(len(values), -1).T.tobytes()
        filters = _filters(way, width, len(raw))
        ways[way + _TURNED] = lzma.compress(turned, lzma.FORMAT_RAW, filters=filters)
    best = min(ways, key=lambda way: len(ways[way]))
    return bytes([best]) + ways[best]


def decode(data: bytes, size: int, width: int, *, frames: int = 1) -> bytes:
    """Return the size bytes of an array of so many frames, of items of width bytes; never more.

    Raises:
        CorruptFile: the bytes are damaged, or those of another size.
    """
    way, packed = (data[0], data[1:]) if data else (-1, b"")
    if way == _STORED:
        raw = packed
    elif way == _DEFLATED:
        raw = _bounded(zlib.decompressobj(-15), packed, size)
    elif _PLAIN <= way <= _DIFFERENCES + _TURNED:
        filters = _filters(way if way <= _DIFFERENCES else way - _TURNED, width, size)
        raw = _bounded(lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=filters), packed, size)
        if way > _DIFFERENCES:
            items = np.frombuffer(raw, np.dtype((np.void, width)))
            raw = items.reshape(-1, frames).T.tobytes()
    else:
        raise _damaged()
    if len(raw) != size:
        raise _damaged()
    return raw


def _filters(way: int, width: int, size: int) -> Filters:
    """The LZMA filters of a way."""
    lc, lp, pb = _GENERAL if way == _PLAIN else _DEPTH.get(width, _GENERAL)
    dictionary = min(max(size, 1 << 12), _DICTIONARY)
    best = {"id": lzma.FILTER_LZMA2, "preset": 9 | lzma.PRESET_EXTREME}
    last = {**best, "lc": lc, "lp": lp, "pb": pb, "dict_size": dictionary}
    return [{"id": lzma.FILTER_DELTA, "dist": width}, last] if way == _DIFFERENCES else [last]


def _bounded(decoder: Any, packed: bytes, size: int) -> bytes:
    """Unpack exactly size bytes; one more is asked for, so that more is noticed."""
    step: Callable[[bytes, int], bytes] = decoder.decompress
    parts, have = [], 0
    try:
        while have <= size:
            part = step(packed, min(size + 1 - have, _PIECE))
            parts.append(part)
            have += len(part)
            packed = getattr(decoder, "unconsumed_tail", b"")
            if decoder.eof or not part:
                break
    except (zlib.error, lzma.LZMAError, EOFError, ValueError, MemoryError) as reason:
        raise _damaged() from reason
    if not decoder.eof or decoder.unused_data or have != size:
        raise _damaged()
    return b"".join(parts)


def _damaged() -> CorruptFile:
    return CorruptFile("a chunk of packed bytes is damaged; restore the file")
