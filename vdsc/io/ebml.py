"""The outermost elements of Matroska files, to see whether one is whole."""

from __future__ import annotations

import os
from typing import BinaryIO

from vdsc.errors import InvalidInput

SEGMENT = 0x18538067
LONGEST = 8  # bytes of a number


def check_whole(stream: BinaryIO, name: str) -> None:
    """Raise InvalidInput where `stream` ends before its Segment does; it is left at its beginning.

    FFmpeg plays what there is of such a file, and says nothing. A segment of unknown size, as live
    recordings have it, ends where the file does.
    """
    end = stream.seek(0, os.SEEK_END)
    stream.seek(0)
    while stream.tell() < end:
        kind, size = _number(stream, marked=True), _number(stream)
        if size is None or kind is None:
            break
        after = stream.tell() + size
        if after > end:
            if kind == SEGMENT:
                words = f"{name} is truncated: {end} of {after} bytes"
                raise InvalidInput(f"{words}; copy it again")
            break
        stream.seek(after)
    stream.seek(0)


def _number(stream: BinaryIO, *, marked: bool = False) -> int | None:
    """The next number of 1 to 8 bytes, with the bit that marks its length; None if unknown."""
    first = stream.read(1)
    length = LONGEST + 1 - first[0].bit_length() if first else 0
    if not 1 <= length <= LONGEST:
        return None
    value = int.from_bytes(first + stream.read(length - 1))
    if marked:
        return value
    value &= (1 << 7 * length) - 1
    return None if value == (1 << 7 * length) - 1 else value
