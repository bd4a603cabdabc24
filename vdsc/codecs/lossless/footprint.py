"""How many bytes a chunk takes at most while it is decoded, by method; measured, then rounded up.

floor      the values thrice, and what LZMA looks back
arrays     64 bytes a value; for each channel 1,024 more, or 6,144 if it has parents
video      256 bytes a pixel of a frame, 4 a value, and the networks
bitsback   128 bytes a value, and the networks
fronts     192 bytes a value; for each place of a frame 8,192 more
"""

from __future__ import annotations

from math import prod

from vdsc.core import memory

BASE = 32 << 20
"""Tables and buffers that do not grow with a chunk."""

NETWORKS = 96 << 20
"""Networks and what they compute for one part of a frame."""

DICTIONARY = 1 << 26
"""Bytes that LZMA looks back at most."""

CHANNEL, RELATED = 1 << 10, 6 << 10
"""Bytes of a channel of `arrays`, and of one that has parents: their regressions."""

Shape = tuple[int, ...]


def floor(shape: Shape, width: int) -> int:
    """Of values of this shape with `width` bytes each."""
    size = prod(shape) * width
    return BASE + 3 * size + min(size, DICTIONARY)


def arrays(count: int, steps: int, channels: int, *, related: bool) -> int:
    """Of `count` values in so many steps of so many live channels; one step has no regressions."""
    each = RELATED if related else CHANNEL
    return BASE + 64 * count + (each * channels if steps > 1 else 0)


def video(shape: Shape, height: int, width: int) -> int:
    """Of frames of this shape, each of height x width pixels."""
    return NETWORKS + 256 * height * width + 4 * prod(shape)


def bitsback(shape: Shape) -> int:
    """Of frames of this shape."""
    return NETWORKS + 128 * prod(shape)


def fronts(shape: Shape) -> int:
    """Of frames of this shape."""
    return BASE + 192 * prod(shape) + 8192 * prod(shape[1:])


def check(needed: int, memlimit: int | None) -> None:
    """Raise LimitExceeded if a chunk needs more than the limit, where there is one."""
    if memlimit is not None:
        memory.check(needed, memlimit, "decoding a chunk")
