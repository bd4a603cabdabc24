"""Reads clips of a collection in any order: only the records that are asked for, each checked."""

from __future__ import annotations

import io
from collections.abc import Callable
from functools import cached_property
from typing import BinaryIO
from zlib import crc32

from vdsc.container import (
    clip_index,
    clip_names,
    clip_record,
    clip_variants,
    collection_head,
    metadata,
)
from vdsc.container.clip_index import ClipIndex
from vdsc.container.clip_record import Clip
from vdsc.container.collection_head import CollectionHead
from vdsc.container.collection_writer import PLACE_BYTES
from vdsc.container.prelude import MAGIC, PRELUDE, check_magic
from vdsc.container.record import (
    CLIP,
    COLLECTION,
    CRC_BYTES,
    INDEX,
    META,
    NAMES,
    OWN,
    TAIL,
    VARIANT,
    VARIED,
    Record,
    RecordReader,
    take,
)
from vdsc.core import memory
from vdsc.core.meta import Meta
from vdsc.errors import CorruptFile, TruncatedFile

Fetch = Callable[[int, int], bytes]
"""The bytes of a file from one place up to another, fewer only at its end."""

TAIL_BYTES = 2 + PLACE_BYTES + CRC_BYTES
START = 16
"""Bytes that say whether a file is a collection."""

FIRST = 1 << 12
"""Bytes that are read at first, for the header."""


def holds_collection(stream: BinaryIO) -> bool:
    """Whether a stream that seeks, and stands at its beginning, holds a collection."""
    start = stream.read(START)
    stream.seek(0)
    return is_collection(start)


def is_collection(start: bytes) -> bool:
    """Whether the first ten bytes of a file are those of a collection."""
    return start.startswith(MAGIC) and start[len(PRELUDE) : len(PRELUDE) + 1] == COLLECTION


class CollectionFile:
    """A collection whose clips are read when they are asked for.

    Args:
        fetch: reads a range of the file.
        size: of the file, bytes.
        memlimit: bytes that the container may allocate at once.

    Raises:
        CorruptFile: the header, the index or, later, a clip cannot be right.
        TruncatedFile: the file ends before its index; `vdsc recover` saves the clips before.
        UnsupportedVersion: it is of a newer format.
        LimitExceeded: something is above a limit of the format or `memlimit`.
    """

    def __init__(self, fetch: Fetch, size: int, *, memlimit: int = memory.DEFAULT) -> None:
        self._fetch, self._memlimit, self.size = fetch, memlimit, size
        self.head, self.meta = self._head()
        self.index = self._index()

    @classmethod
    def of(cls, stream: BinaryIO, *, memlimit: int = memory.DEFAULT) -> CollectionFile:
        """The collection in a stream that seeks."""
        size = stream.seek(0, io.SEEK_END)

        def fetch(begin: int, end: int) -> bytes:
            stream.seek(begin)
            return take(stream, min(end, size) - begin)

        return cls(fetch, size, memlimit=memlimit)

    def __len__(self) -> int:
        return self.index.clips[-1]

    def clip(self, number: int) -> Clip:
        """A clip by its number, from 0."""
        group = self.index.group_of(number)
        begin, end = self.index.bounds(group)
        records = self._records(begin, end)
        for _ in range(number - self.index.clips[group]):
            _expect({CLIP, OWN, VARIED}, records.read())
        record = _expect({CLIP, OWN, VARIED}, records.read())
        variant, record = clip_variants.unwrapped(record)
        return clip_record.unpack(record, clip_record.usual(variant, self.shared), self._memlimit)

    def teacher(self, variant: int) -> int:
        """The first clip of a variant, 0 being what the first one of all is; raises CorruptFile."""
        number = self.index.teacher(variant)
        if self.clip(number).variant != variant:
            raise CorruptFile("a variant's first clip is not there; the file is damaged")
        return number

    @cached_property
    def shared(self) -> list[Clip]:
        """A usual clip as the first one is, then one of each variant."""
        known = [Clip(self.head.shared, (), self.meta)]
        for place in self.index.variants:
            record = self._record(place, VARIANT)
            known.append(clip_record.variant(record, known, joined=self.head.joined))
        return known

    def names(self) -> list[str]:
        """The names of all clips, none where they have no names."""
        found: list[str] = []
        for place in self.index.names:
            found += clip_names.unpack(self._record(place, NAMES).body, self._memlimit)
        if found and len(found) != len(self):
            raise CorruptFile("a collection has other names than clips; the file is damaged")
        return found

    def _head(self) -> tuple[CollectionHead, Meta | None]:
        """What the clips share; more and more of the file is read until all of it is there."""
        count = FIRST
        while True:
            start = self._fetch(0, min(count, self.size))
            try:
                return self._parsed(start)
            except TruncatedFile:
                if count >= self.size:
                    raise
            count *= 8

    def _parsed(self, start: bytes) -> tuple[CollectionHead, Meta | None]:
        prelude = start[: len(PRELUDE)]
        check_magic(prelude)
        rest = io.BytesIO(start[len(prelude) :])
        records = RecordReader(rest, crc32(prelude), self._memlimit)
        collection = collection_head.read(records, prelude)
        kind = start[len(prelude) + rest.tell() :][:1]
        if kind in {META, b""}:  # else it is a clip, which may be large
            return collection, metadata.unpack(records.read().body, self._memlimit)
        return collection, None

    def _index(self) -> ClipIndex:
        """The index that the end of the file tells of."""
        words = "the file has no index at its end; save its clips with vdsc recover"
        if self.size < TAIL_BYTES + CRC_BYTES:
            raise TruncatedFile(words)
        end = self._fetch(self.size - TAIL_BYTES - CRC_BYTES, self.size)
        records = RecordReader(io.BytesIO(end[CRC_BYTES:]), _crc(end), self._memlimit)
        if end[CRC_BYTES : CRC_BYTES + 1] != TAIL:
            raise TruncatedFile(words)
        place = int.from_bytes(_expect({TAIL}, records.read()).body, "little")
        if not len(PRELUDE) < place < self.size:
            raise CorruptFile("the index of a collection is elsewhere; the file is damaged")
        return clip_index.unpack(self._record(place, INDEX).body, place)

    def _record(self, place: int, kind: bytes) -> Record:
        """The record of a kind that stands at a place."""
        count = FIRST
        while True:
            try:
                return _expect({kind}, self._records(place, place + count).read())
            except TruncatedFile:
                if place + count >= self.size:
                    raise
            count *= 8

    def _records(self, begin: int, end: int) -> RecordReader:
        """The records in a range; the crc of the one before it is that which theirs begin from."""
        data = self._fetch(begin - CRC_BYTES, end)
        return RecordReader(io.BytesIO(data[CRC_BYTES:]), _crc(data), self._memlimit)


def _crc(data: bytes) -> int:
    return int.from_bytes(data[:CRC_BYTES], "little")


def _expect(kinds: set[bytes], record: Record) -> Record:
    if record.kind not in kinds:
        raise CorruptFile(f"a record of kind {record.kind!r} stands elsewhere; it is damaged")
    return record
