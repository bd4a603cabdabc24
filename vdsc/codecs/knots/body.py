"""The bytes of one chunk of knots, apart from what its stream means.

    knots   [2 frames + fresh] | M | S | pose | stream       the first where chunks are several
    vdsde   M | S | stream

M is the number of knots and S how many bytes their times take; all are varints. The stream of
drawn knot times begins with a byte: the KL of a gap in sixteenths of a bit. Read without the
entropy coder, so that `vdsc info` stays quick.
"""

from __future__ import annotations

from dataclasses import dataclass

from vdsc.container import varint
from vdsc.errors import CorruptFile

HEAD = 1
"""Bytes that the stream of drawn knot times begins with."""


@dataclass(frozen=True, slots=True)
class Span:
    """Which frames a window has: how many, and whether it shares none with the one before."""

    frames: int
    fresh: bool

    def to_bytes(self) -> bytes:
        """The varint that a chunk of several begins with."""
        return varint.put(self.frames << 1 | self.fresh)

    @classmethod
    def read(cls, body: bytes) -> tuple[Span, int]:
        """The span that a body begins with, and where it ends; raises CorruptFile."""
        number, at = varint.get(body, 0)
        if number < 2:
            raise CorruptFile("a chunk says that it has no frames; the file is damaged")
        return cls(number >> 1, bool(number & 1)), at


def join(knots: int, spent: int, stream: bytes, pose: bytes = b"") -> bytes:
    """Knots, their times' bytes (at most those of the stream), pose and stream as bytes."""
    return varint.put(knots) + varint.put(min(spent, len(stream))) + pose + stream


def split(body: bytes, at: int = 0) -> tuple[int, int, int]:
    """Number of knots, bytes of their times, and where they end; raises CorruptFile."""
    knots, at = varint.get(body, at)
    spent, at = varint.get(body, at)
    if not knots:
        raise CorruptFile("a chunk says that it has no knots; the file is damaged")
    check_times(spent, len(body) - at)
    return knots, spent, at


def check_times(spent: int, size: int) -> None:
    """Raise CorruptFile if knot times take more bytes than the `size` of their stream."""
    if spent > size:
        raise CorruptFile("a chunk says that its knot times are longer than it is; it is damaged")


def kl_of_a_gap(stream: bytes) -> int:
    """KL divergence of one drawn gap, in sixteenths of a bit; raises CorruptFile for none."""
    if not stream or not stream[0]:
        raise CorruptFile("a chunk does not say how much its knot times tell; it is damaged")
    return stream[0]
