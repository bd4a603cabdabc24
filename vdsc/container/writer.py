"""Puts a .vds file on a stream, front to back."""

from __future__ import annotations

from typing import BinaryIO
from zlib import crc32

from vdsc.container import brief, head, metadata, sole
from vdsc.container import listed_times as times
from vdsc.container.header import Header
from vdsc.container.limits import HEAD_BYTES
from vdsc.container.prelude import ALONE_SINCE, BRIEF_SINCE, prelude
from vdsc.container.record import BRIEF, CHUNK, HEAD, META, SOLE, TIMES, USUAL, RecordWriter
from vdsc.container.sole import Fold
from vdsc.core.meta import Meta
from vdsc.errors import InvalidInput


class Writer:
    """Writes the header and metadata, then the chunks that the header promises.

    What may be one record is written with its chunk, all else at once. The stream is left open.

    Args:
        stream: at the beginning of the file.
        header: what the file says of itself.
        meta: what the file's source held beside its numbers.
        fold: makes the header and the only chunk smaller, where it can.
    """

    def __init__(
        self,
        stream: BinaryIO,
        header: Header,
        meta: Meta | None = None,
        *,
        fold: Fold | None = None,
    ) -> None:
        self._stream, self._left, self._fold = stream, header.chunks, fold
        self._held = header if meta is None and sole.may_be_alone(header) else None
        if self._held is None:
            self._begin(header, meta)

    def _begin(self, header: Header, meta: Meta | None = None) -> None:
        short, listed = brief.pack(header), header.outline.clock.times
        kind, body = (HEAD, head.pack(header)) if short is None else (BRIEF, short)
        listed_body = None if listed is None else times.pack(listed)
        self._prelude(head.minor(header) if short is None else BRIEF_SINCE)
        self._records.write(kind, body)
        if listed_body is not None:
            self._records.write(TIMES, listed_body)
        if meta is not None:
            self._records.write(META, metadata.pack(meta))

    def _prelude(self, minor: int) -> None:
        start = prelude(minor)
        self._stream.write(start)
        self._records = RecordWriter(self._stream, crc32(start))

    def _alone(self, header: Header, chunk: bytes) -> bool:
        """Write the file as one record, the smaller one of two; False where none can be."""
        folded = self._fold(header, chunk) if self._fold else None
        whole = sole.pack(header, chunk)
        kind, body = (SOLE, whole) if folded is None else (USUAL, folded)
        if body is None or (folded is not None and len(folded) > HEAD_BYTES):
            return False
        self._prelude(ALONE_SINCE)
        self._records.write(kind, body)
        return True

    def chunk(self, body: bytes) -> None:
        """Write the next chunk; InvalidInput if the header promised no more."""
        if not self._left:
            raise InvalidInput("one chunk more than the header promised")
        self._left -= 1
        if self._held is not None:
            if self._alone(self._held, body):
                return
            self._begin(self._held)
        self._records.write(CHUNK, body)

    def close(self) -> None:
        """Raise InvalidInput if chunks are missing."""
        if self._left:
            raise InvalidInput(f"{self._left} chunks fewer than the header promised")
