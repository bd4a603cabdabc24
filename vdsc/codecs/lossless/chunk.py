"""The body of one chunk of a lossless file: method (1 byte) | checksum (4 bytes) | payload.

Read without the entropy coder, so that `vdsc info` stays quick.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import prod

from vdsc.codecs.windows import apart
from vdsc.core.sequence import Outline
from vdsc.errors import CorruptFile, UnsupportedVersion

ID = "lossless"
"""The permanent name of the lossless codec."""

METHODS = ("floor", "arrays", "bitsback", "video", "recast", "sprites", "fronts")
"""What a chunk may be coded by; the place of a name is its number in files: append only."""

RECAST = METHODS.index("recast")
"""The method whose values are narrowed first and then coded by another one (`recast.py`)."""

VALUES = 1 << 20
"""How many values a chunk holds at most, unless a single frame has more."""

HEAD = 5
"""Bytes of a body before its payload."""


def split(body: bytes) -> tuple[int, bytes, bytes]:
    """Method, checksum of the values, and payload."""
    if len(body) < HEAD:
        raise CorruptFile("a chunk is too short to hold values; the file is damaged")
    if body[0] >= len(METHODS):
        raise UnsupportedVersion(f"a chunk is coded by the unknown method {body[0]}; upgrade vdsc")
    return body[0], body[1:HEAD], body[HEAD:]


def inner(data: bytes) -> tuple[int, bytes]:
    """Method and payload of narrowed values; raises CorruptFile for no method of narrow values."""
    if not data or data[0] == RECAST or data[0] >= len(METHODS):
        raise CorruptFile("a chunk does not say how it is coded; the file is damaged")
    return data[0], data[1:]


def spans(outline: Outline) -> Iterator[tuple[int, int]]:
    """First and one-past-last frame of each chunk, as even as can be."""
    return apart(outline.frames, _most(outline))


def chunks(outline: Outline) -> int:
    """How many chunks a sequence has."""
    return -(-outline.frames // _most(outline))


def _most(outline: Outline) -> int:
    """Frames that a chunk holds at most."""
    return max(1, VALUES // prod(outline.shape[1:]))
