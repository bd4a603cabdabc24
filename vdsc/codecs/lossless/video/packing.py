"""The bytes of a palette: columns of differences, deflated."""

from __future__ import annotations

import zlib

import numpy as np

from vdsc.codecs.lossless.video.palette import LEVELS, MOST, keys
from vdsc.core.types import Ints
from vdsc.errors import CorruptFile

COMMONEST = 40
"""The highest class of a colour that is read: more pixels than a chunk has."""


def to_bytes(colours: Ints, classes: Ints) -> bytes:
    """Bytes of sorted colours (n, C) and their classes (n,)."""
    table = np.concatenate((colours, classes[:, None]), axis=1)
    moved = np.diff(table, axis=0, prepend=0) % LEVELS
    return zlib.compress(moved.T.astype(np.uint8).tobytes(), 9)


def from_bytes(data: bytes, channels: int) -> tuple[Ints, Ints]:
    """Undo `to_bytes`.

    Raises:
        CorruptFile: these are not the bytes of a palette.
    """
    flat = np.frombuffer(_inflated(data, (channels + 1) * MOST), dtype=np.uint8)
    if not flat.size or flat.size % (channels + 1):
        raise CorruptFile("a palette has no whole number of colours; restore the file")
    table = flat.reshape(channels + 1, -1).T.astype(np.int64).cumsum(axis=0) % LEVELS
    colours, classes = table[:, :-1], table[:, -1]
    rising = bool((np.diff(keys(colours)) > 0).all())
    if len(colours) >= MOST or not rising or classes.max() > COMMONEST:
        raise CorruptFile("a palette's colours are out of order; restore the file")
    return colours, classes


def _inflated(data: bytes, most: int) -> bytes:
    """The bytes that were deflated; raises CorruptFile for more than `most`, or with others."""
    inflate = zlib.decompressobj()
    try:
        raw = inflate.decompress(data, most)
    except zlib.error as error:
        raise CorruptFile("a palette cannot be read; restore the file") from error
    if not inflate.eof or inflate.unused_data:
        raise CorruptFile("a palette does not end where it should; restore the file")
    return raw
