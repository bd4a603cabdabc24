"""Puts a .vds file on a stream, front to back."""

from __future__ import annotations

from typing import BinaryIO
from zlib import crc32

from vdsc.container import head
from vdsc.container import listed_times as times
from vdsc.container.header import Header
from vdsc.container.prelude import PRELUDE
from vdsc.container.record import CHUNK, HEAD, TIMES, RecordWriter
from vdsc.errors import InvalidInput


class Writer:
    """Writes the header at once, then the chunks that it promises; leaves the stream open."""

    def __init__(self, stream: BinaryIO, header: Header) -> None:
        self._left = header.chunks
        body, listed = head.pack(header), header.outline.clock.times
        listed_body = None if listed is None else times.pack(listed)
        stream.write(PRELUDE)
        self._records = RecordWriter(stream, crc32(PRELUDE))
        self._records.write(HEAD, body)
        if listed_body is not None:
            self._records.write(TIMES, listed_body)

    def chunk(self, body: bytes) -> None:
        """Write the next chunk; InvalidInput if the header promised no more."""
        if not self._left:
            raise InvalidInput("one chunk more than the header promised")
        self._records.write(CHUNK, body)
        self._left -= 1

    def close(self) -> None:
        """Raise InvalidInput if chunks are missing."""
        if self._left:
            raise InvalidInput(f"{self._left} chunks fewer than the header promised")
