"""One LZMA2 stream over all frames: written span by span, read body by body.

How many frames a body gives back is the compressor's affair: it holds back up to 2 MiB. All bodies
together give all frames.
"""

from __future__ import annotations

import lzma
from collections.abc import Iterator
from math import prod
from zlib import crc32

import numpy as np

from vdsc.codecs.packed.ways import BY_FRAME, Bytewise, FrameDifferences, words
from vdsc.core.types import Values
from vdsc.errors import CorruptFile

CHECKSUM = 4
"""Bytes of the CRC-32 behind the stream."""

PIECE = 1 << 20
"""Bytes that are unpacked at once."""


class StreamPacker:
    """Packs frames in one way."""

    def __init__(self, layout: Bytewise, way: int) -> None:
        self._differences = FrameDifferences() if way == BY_FRAME else None
        self._compressor = lzma.LZMACompressor(lzma.FORMAT_RAW, filters=layout.filters(way))
        self._checksum = 0

    def add(self, frames: Values) -> bytes:
        """Take frames (n, ...), and return what the compressor lets go of."""
        rows = words(frames)
        self._checksum = crc32(rows.data, self._checksum)
        packed = rows if self._differences is None else self._differences.away(rows)
        return self._compressor.compress(packed.data)

    def end(self) -> bytes:
        """Return the rest of the stream, and the checksum of all values."""
        return self._compressor.flush() + self._checksum.to_bytes(CHECKSUM, "little")


class StreamUnpacker:
    """Gives the frames back that a `StreamPacker` took.

    Args:
        layout: of the values.
        way: that they were packed in.
        dtype: little-endian type of the values.
    """

    def __init__(self, layout: Bytewise, way: int, dtype: np.dtype[np.generic]) -> None:
        self._layout, self._dtype = layout, dtype
        self._differences = FrameDifferences() if way == BY_FRAME else None
        self._stream = lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=layout.filters(way))
        self._checksum, self._frames, self._begun = 0, 0, bytearray()
        self._tail = b""

    def add(self, body: bytes) -> Iterator[Values]:
        """Frames (n, ...) that are complete with this body.

        Raises:
            CorruptFile: the stream is damaged, or holds more than the frames.
        """
        if self._stream.eof:
            self._tail += body
        else:
            yield from self._unpacked(body)
        if len(self._tail) > CHECKSUM:
            raise _damaged()

    def end(self) -> None:
        """Raise CorruptFile unless all frames have come, and have their checksum."""
        whole = self._stream.eof and not self._begun and self._frames == self._layout.shape[0]
        if not whole or self._tail != self._checksum.to_bytes(CHECKSUM, "little"):
            raise _damaged()

    def _unpacked(self, body: bytes) -> Iterator[Values]:
        try:
            piece = self._stream.decompress(body, PIECE)
            while piece or not (self._stream.needs_input or self._stream.eof):
                yield from self._complete(piece)
                if self._stream.eof:
                    break
                piece = self._stream.decompress(b"", PIECE)
        except (lzma.LZMAError, EOFError) as reason:
            raise _damaged() from reason
        if self._stream.eof:
            self._tail = self._stream.unused_data

    def _complete(self, piece: bytes) -> Iterator[Values]:
        """The frames that a piece completes."""
        self._begun += piece
        count = len(self._begun) // self._layout.frame_bytes
        if self._frames + count > self._layout.shape[0]:
            raise _damaged()
        if count:
            size = count * self._layout.frame_bytes
            yield self._values(bytes(memoryview(self._begun)[:size]), count)
            del self._begun[:size]

    def _values(self, raw: bytes, count: int) -> Values:
        row = prod(self._layout.shape[1:])
        rows = np.frombuffer(raw, f"<u{self._layout.width}").reshape(count, row)
        if self._differences is not None:
            rows = self._differences.back(rows)
        self._checksum = crc32(np.ascontiguousarray(rows).data, self._checksum)
        self._frames += count
        return rows.view(self._dtype).reshape(count, *self._layout.shape[1:])


def _damaged() -> CorruptFile:
    return CorruptFile("the packed bytes are damaged; restore the file")
