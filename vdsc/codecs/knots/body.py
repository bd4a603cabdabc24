"""The body of one chunk: knots M (varint) | bytes that their times take (varint) | stream.

The stream of drawn knot times begins with a byte: the KL of a gap in sixteenths of a bit.
Read without the entropy coder, so that `vdsc info` stays quick.
"""

from __future__ import annotations

from vdsc.container import varint
from vdsc.errors import CorruptFile


def join(knots: int, spent: int, stream: bytes) -> bytes:
    """Body of a chunk; `spent` is how many bytes of the stream the knot times take, rounded."""
    return varint.put(knots) + varint.put(min(spent, len(stream))) + stream


def split(body: bytes) -> tuple[int, int, bytes]:
    """Number of knots, bytes of their times, and the stream; the inverse of `join`."""
    knots, at = varint.get(body, 0)
    spent, at = varint.get(body, at)
    if not knots or spent > len(body) - at:
        raise CorruptFile("a chunk says what cannot be of its knots; the file is damaged")
    return knots, spent, body[at:]


def tells(stream: bytes) -> int:
    """What a gap of drawn knot times tells, sixteenths of a bit; raises CorruptFile for nothing."""
    if not stream or not stream[0]:
        raise CorruptFile("a chunk does not say how much its knot times tell; it is damaged")
    return stream[0]
