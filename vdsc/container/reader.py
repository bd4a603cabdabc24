"""Takes a .vds file off a stream, front to back, one record in memory at a time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import BinaryIO
from zlib import crc32

from vdsc.container import brief, head, metadata, sole
from vdsc.container import listed_times as times
from vdsc.container.budget import Budget
from vdsc.container.header import Header
from vdsc.container.limits import BODY_BYTES, HEAD_BYTES
from vdsc.container.prelude import PRELUDE, check_magic, check_version
from vdsc.container.record import (
    BRIEF,
    CHUNK,
    CRC_BYTES,
    HEAD,
    META,
    SOLE,
    TIMES,
    USUAL,
    Record,
    RecordReader,
    take,
)
from vdsc.container.sole import Unfold
from vdsc.core import memory
from vdsc.core.meta import Meta
from vdsc.core.sequence import Times
from vdsc.errors import CorruptFile, UnsupportedVersion

_TREE = 96  # bytes of Python objects that one byte of msgpack may become


class Reader:
    """Reads the header at once and the chunks when asked; the stream need not seek.

    Args:
        stream: a whole .vds file.
        memlimit: bytes that the container may allocate: for the header with its times, and for
            each chunk. What a codec makes of a chunk is the codec's to check.
        unfold: what finds header and chunk of a file that says only what its checkpoint does not.

    Raises:
        CorruptFile: the header cannot be right.
        ModelMissing: the checkpoint that it is beside is not installed, or `unfold` not given.
        UnsupportedVersion: it is of a newer format.
        LimitExceeded: it, or later a chunk, is above a limit of the format or `memlimit`.
    """

    def __init__(
        self,
        stream: BinaryIO,
        *,
        memlimit: int = memory.DEFAULT,
        unfold: Unfold = sole.unfold_nothing,
    ) -> None:
        prelude = take(stream, len(PRELUDE))
        check_magic(prelude)
        self._records = RecordReader(stream, crc32(prelude), memlimit)
        self._spent = Counter(header=len(prelude))
        first = self._read("header", HEAD_BYTES)
        check_version(prelude[-1])
        self._memlimit = memlimit
        self._meta: bytes | None = None
        self._next: Record | None = None
        self._sole: bytes | None = None
        if first.kind in {SOLE, USUAL}:
            self.header, self._sole = self._alone(first, unfold)
        else:
            self.header = self._opened(first)
        self._left = self.header.chunks

    def _opened(self, first: Record) -> Header:
        """What HEAD or BRIEF says."""
        unpack = brief.unpack if first.kind == BRIEF else head.unpack
        if first.kind != BRIEF:
            _expect(HEAD, first)
        self._check_header(first.body)
        return unpack(first.body, self._times)

    def _alone(self, first: Record, unfold: Unfold) -> tuple[Header, bytes]:
        """What the only record of a file says, and the chunk that it has or stands for."""
        if first.kind == USUAL:
            header, chunk = unfold(first.body, self._memlimit)
        else:
            start, chunk = sole.split(first.body)
            self._check_header(start)
            header = sole.unpack(start)
        self._spent["header"] -= len(chunk)
        self._spent["chunks"] += len(chunk)
        return header, chunk

    def _check_header(self, body: bytes) -> None:
        memory.check(_TREE * len(body), self._memlimit, f"a header of {len(body)} bytes")

    def chunks(self) -> Iterator[bytes]:
        """The chunks not yet read, in order; the last one only if the file ends with it."""
        while self._left:
            body = self._chunk()
            self._left -= 1
            if not self._left:
                self._records.finish()
            yield body

    @property
    def meta(self) -> Meta | None:
        """What the file's source held beside its numbers; reads on to the first chunk.

        Raises CorruptFile or LimitExceeded.
        """
        if self._next is None and self._sole is None and self._left == self.header.chunks:
            self._next = self._record()
        return None if self._meta is None else metadata.unpack(self._meta, self._memlimit)

    @property
    def budget(self) -> Budget:
        """The bytes read so far, by purpose: those of the whole file after the last chunk."""
        return Budget(**self._spent)

    def _chunk(self) -> bytes:
        if self._sole is not None:
            body, self._sole = self._sole, None
            return body
        record = self._record() if self._next is None else self._next
        self._next = None
        _expect(CHUNK, record)
        self._spend("framing", record.framing)
        self._spent["chunks"] += len(record.body)
        return record.body

    def _record(self) -> Record:
        """The next record that may not be skipped; metadata before the first chunk are kept."""
        while (record := self._records.read()).skippable:
            known = record.kind == META and self._meta is None and self._left == self.header.chunks
            if known:
                self._meta = record.body
            self._spend("metadata" if known else "skipped", record.framing + len(record.body))
        return record

    def _times(self, frames: int) -> Times:
        times.check_count(frames)
        record = self._read("times", BODY_BYTES, beside=times.needed(frames))
        _expect(TIMES, record)
        return times.unpack(record.body, frames)

    def _read(self, purpose: str, limit: int, *, beside: int = 0) -> Record:
        record = self._records.read(limit, beside=beside)
        self._spend(purpose, record.framing + len(record.body))
        return record

    def _spend(self, purpose: str, count: int) -> None:
        self._spent[purpose] += count
        self._spent["checksums"] += CRC_BYTES


def weigh(stream: BinaryIO, *, memlimit: int = memory.DEFAULT) -> Budget:
    """Read a whole file, check it, and return where its bytes went."""
    reader = Reader(stream, memlimit=memlimit)
    for _ in reader.chunks():
        pass
    return reader.budget


def _expect(kind: bytes, record: Record) -> None:
    if record.kind == kind:
        return
    if record.kind.isupper() and record.kind not in {HEAD, BRIEF, TIMES, CHUNK, SOLE, USUAL}:
        raise UnsupportedVersion(f"a record of the unknown kind {record.kind!r}; upgrade vdsc")
    raise CorruptFile(f"a record of kind {record.kind!r} stands where {kind!r} should")
