"""Puts a .vds file on a stream, front to back."""

from __future__ import annotations

from typing import BinaryIO
from zlib import crc32

from vdsc.container import brief, head, metadata
from vdsc.container import listed_times as times
from vdsc.container.header import Header
from vdsc.container.prelude import prelude
from vdsc.container.record import BRIEF, CHUNK, HEAD, META, TIMES, RecordWriter
from vdsc.core.meta import Meta
from vdsc.errors import InvalidInput

BRIEF_SINCE = 1
"""The minor version of the format since which headers may be brief."""


class Writer:
    """Writes the header and metadata at once, then the chunks that it promises.

    The stream is left open.
    """

    def __init__(self, stream: BinaryIO, header: Header, meta: Meta | None = None) -> None:
        self._left = header.chunks
        short, listed = brief.pack(header), header.outline.clock.times
        kind, body = (HEAD, head.pack(header)) if short is None else (BRIEF, short)
        listed_body = None if listed is None else times.pack(listed)
        start = prelude(head.minor(header) if short is None else BRIEF_SINCE)
        stream.write(start)
        self._records = RecordWriter(stream, crc32(start))
        self._records.write(kind, body)
        if listed_body is not None:
            self._records.write(TIMES, listed_body)
        if meta is not None:
            self._records.write(META, metadata.pack(meta))

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
