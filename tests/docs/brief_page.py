"""The fields of a BRIEF record as docs/format.md says them, under the keys that HEAD gives them."""

from __future__ import annotations

import struct
from typing import Any

from tests.docs.page_decoder import varint

CODECS = ["knots", "lossless", "packed", "linear", "bounded", "gaps", "sprites", "solids", "field"]
TYPED, LISTED, RATIO, STARTED, MODELLED, CHUNKED = 1, 2, 4, 8, 16, 32


def fields(body: bytes) -> dict[Any, Any]:
    """HEAD's map, from a brief header."""
    flags, head = body[0], {}
    number, at = varint(body, 1)
    head[0] = CODECS[number]
    count, at = varint(body, at)
    head[1] = []
    for _ in range(count):
        size, at = varint(body, at)
        head[1].append(size)
    if flags & TYPED:
        head[2], at = varint(body, at)
    if not flags & LISTED:
        head[3], at = varint(body, at)
        if flags & RATIO:
            per, at = varint(body, at)
            head[3] = [head[3], per]
    if flags & STARTED:
        head[4] = struct.unpack_from("<d", body, at)[0]
        at += 8
    if flags & MODELLED:
        length, end = varint(body, at + 16)
        head[7] = body[at : at + 16] + body[end : end + length]
        at = end + length
    if flags & CHUNKED:
        head[6], at = varint(body, at)
    while at < len(body):
        key = chr(body[at])
        twice, at = varint(body, at + 1)
        head[key] = -(twice + 1) // 2 if twice % 2 else twice // 2
    return head
