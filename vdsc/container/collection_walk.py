"""Walks over a collection from its first byte to its last: every record and every checksum."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO
from zlib import crc32

from vdsc.container import clip_names, clip_record, clip_variants, collection_head, metadata
from vdsc.container.clip_record import Clip
from vdsc.container.collection_head import CollectionHead
from vdsc.container.prelude import PRELUDE, check_magic
from vdsc.container.record import (
    CLIP,
    CRC_BYTES,
    INDEX,
    META,
    NAMES,
    OWN,
    TAIL,
    VARIANT,
    Record,
    RecordReader,
    take,
)
from vdsc.core import memory
from vdsc.core.meta import Meta
from vdsc.errors import CorruptFile, UnsupportedVersion


class CollectionWalk:
    """The clips of a collection in order, whether or not its index is there.

    Args:
        stream: a collection from its first byte; it need not seek.
        memlimit: bytes that the container may allocate at once.
    """

    def __init__(self, stream: BinaryIO, *, memlimit: int = memory.DEFAULT) -> None:
        prelude = take(stream, len(PRELUDE))
        check_magic(prelude)
        self._memlimit = memlimit
        self._records = RecordReader(stream, crc32(prelude), memlimit)
        self.head: CollectionHead = collection_head.read(self._records, prelude)
        self.meta: Meta | None = None
        self.names: list[str] = []
        self.checksums = CRC_BYTES * (1 + (self.head.header.outline.clock.rate is None))

    def __iter__(self) -> Iterator[Clip]:
        """The clips; `names` grows as they come. Raises TruncatedFile if the last tail is absent.

        Raises CorruptFile for what is not in its place, and for bytes behind the last tail.
        """
        known, ended, first, awaited = [Clip(self.head.shared, ())], False, True, 0
        while not ended or not self._records.at_end():
            number, record = clip_variants.unwrapped(self._records.read())
            self.checksums += CRC_BYTES
            if awaited and number != awaited:
                raise CorruptFile("a variant's first clip is not there; the file is damaged")
            awaited = 0
            if record.kind == META and first:
                self.meta = metadata.unpack(record.body, self._memlimit)
                known = [Clip(self.head.shared, (), self.meta)]
            elif record.kind == NAMES:
                self.names += clip_names.unpack(record.body, self._memlimit)
            elif record.kind == VARIANT:
                awaited = len(known)
                known.append(clip_record.variant(record, known, joined=self.head.joined))
            elif record.kind in {CLIP, OWN}:
                yield clip_record.unpack(record, clip_record.usual(number, known), self._memlimit)
            else:
                _check(record)
            first, ended = False, record.kind == TAIL


def _check(record: Record) -> None:
    """Raise UnsupportedVersion for a record that this reader must not pass over."""
    if record.kind.isupper() and record.kind not in {INDEX, TAIL}:
        raise UnsupportedVersion(f"a record of the unknown kind {record.kind!r}; upgrade vdsc")
