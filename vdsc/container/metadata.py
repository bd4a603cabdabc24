"""Meta <-> the body of the META record: a msgpack pair, plain or packed by general methods.

    method (1 byte) | [name, fields]     method 0: as it is, 1: raw deflate, 2: raw LZMA

The record is skippable: a reader that does not know it, or its format, decodes the same numbers.
"""

from __future__ import annotations

import lzma
import zlib
from typing import Any

import msgpack

from vdsc.container.limits import META_BYTES
from vdsc.core import memory
from vdsc.core.meta import Meta
from vdsc.errors import CorruptFile, InvalidInput, LimitExceeded

PLAIN, DEFLATE, LZMA = range(3)
_FILTERS: Any = [{"id": lzma.FILTER_LZMA1, "preset": 9, "dict_size": 1 << 20}]
_TREE = 96  # bytes of Python objects that one byte of msgpack may become
_OPENING = 1 << 22  # bytes that a decompressor takes beside what it makes


def pack(meta: Meta) -> bytes:
    """The body for `meta`, by the method that makes it smallest; raises LimitExceeded."""
    tree: bytes = msgpack.packb([meta.format, dict(meta.fields)])
    if len(tree) > META_BYTES:
        raise LimitExceeded(f"{len(tree)} bytes of metadata are above the limit of {META_BYTES}")
    squeezed = zlib.compressobj(9, zlib.DEFLATED, -15)
    ways = {
        PLAIN: tree,
        DEFLATE: squeezed.compress(tree) + squeezed.flush(),
        LZMA: lzma.compress(tree, lzma.FORMAT_RAW, filters=_FILTERS),
    }
    best = min(ways, key=lambda way: len(ways[way]))
    return bytes([best]) + ways[best]


def unpack(body: bytes, memlimit: int = memory.DEFAULT) -> Meta:
    """The metadata in `body`; raises CorruptFile or LimitExceeded."""
    memory.check(META_BYTES + _OPENING, memlimit, "the metadata")
    tree = _opened(body)
    memory.check(_TREE * len(tree), memlimit, f"{len(tree)} bytes of metadata")
    try:
        name, fields = msgpack.unpackb(tree, max_ext_len=0)
        return Meta(name, fields)
    except (ValueError, TypeError, InvalidInput) as error:
        raise CorruptFile(f"the metadata cannot be right: {error!s:.80}") from None


def _opened(body: bytes) -> bytes:
    """The msgpack bytes, of which there are at most META_BYTES."""
    packed = body[1:]
    try:
        match body[0] if body else None:
            case 0:
                tree = packed
            case 1:
                inflater = zlib.decompressobj(-15)
                tree = inflater.decompress(packed, META_BYTES + 1)
            case 2:
                opener = lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=_FILTERS)
                tree = opener.decompress(packed, META_BYTES + 1)
            case _:
                raise CorruptFile("the metadata is packed in an unknown way")
    except (zlib.error, lzma.LZMAError, EOFError):
        raise CorruptFile("the metadata does not unpack") from None
    if len(tree) > META_BYTES:
        raise LimitExceeded(f"the metadata is above the limit of {META_BYTES} bytes")
    return tree
