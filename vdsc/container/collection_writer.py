"""Puts a collection on a stream, front to back: what its clips share, the clips, and an index."""

from __future__ import annotations

from itertools import accumulate, pairwise
from typing import BinaryIO
from zlib import crc32

from vdsc.container import clip_index, clip_names, clip_record, collection_head, metadata
from vdsc.container import listed_times as times
from vdsc.container.clip_index import TOGETHER, ClipIndex
from vdsc.container.clip_record import Clip
from vdsc.container.collection_head import CollectionHead
from vdsc.container.prelude import MINOR, prelude
from vdsc.container.record import COLLECTION, INDEX, META, NAMES, TAIL, TIMES, RecordWriter
from vdsc.core.meta import Meta

PLACE_BYTES = 8


class CollectionWriter:
    """Writes names and clips as they come; `close` ends the file, and leaves the stream open.

    Args:
        stream: where the next record goes.
        crc: that of the record before it.
        shared: what clips that are as usual do not say of themselves.
        index: of the clips before; its `end` is the place of the next record.
        together: clips of a group.
    """

    def __init__(
        self,
        stream: BinaryIO,
        crc: int,
        shared: Clip,
        index: ClipIndex,
        together: int = TOGETHER,
    ) -> None:
        self._records, self._place = RecordWriter(stream, crc), index.end
        self._shared = shared
        self._places, self._names = list(index.places), list(index.names)
        self._counts = [b - a for a, b in pairwise(index.clips)]
        self._frames = [b - a for a, b in pairwise(index.frames)]
        self._full = True  # whether the next clip begins a group
        self._together = together

    @classmethod
    def begin(
        cls, stream: BinaryIO, collection: CollectionHead, meta: Meta | None = None
    ) -> CollectionWriter:
        """Write what the clips share."""
        start = prelude(MINOR)
        place = stream.write(start)
        records = RecordWriter(stream, crc32(start))
        place += records.write(COLLECTION, collection_head.pack(collection))
        listed = collection.header.outline.clock.times
        if listed is not None:
            place += records.write(TIMES, times.pack(listed))
        if meta is not None:
            place += records.write(META, metadata.pack(meta))
        shared = Clip(collection.shared, (), meta)
        index = ClipIndex((), (0,), (0,), place)
        return cls(stream, records.crc, shared, index, 1 if collection.joined else TOGETHER)

    def names(self, names: list[str]) -> None:
        """Write the names of the clips that follow."""
        self._names.append(self._place)
        self._full = True
        self._write(NAMES, clip_names.pack(names))

    def clip(self, clip: Clip) -> None:
        """Write the next clip; raises InvalidInput for one of another kind than the first."""
        kind, body = clip_record.pack(self._shared, clip)
        if self._full or self._counts[-1] == self._together:
            self._places.append(self._place)
            self._counts.append(0)
            self._frames.append(0)
            self._full = False
        self._counts[-1] += 1
        self._frames[-1] += clip.header.outline.frames
        self._write(kind, body)

    def close(self) -> int:
        """Write the index and where it is; return the size of the file."""
        place = self._place
        clips, frames = ((0, *accumulate(part)) for part in (self._counts, self._frames))
        index = ClipIndex(tuple(self._places), clips, frames, place, tuple(self._names))
        self._write(INDEX, clip_index.pack(index))
        self._write(TAIL, place.to_bytes(PLACE_BYTES, "little"))
        return self._place

    def _write(self, kind: bytes, body: bytes) -> None:
        self._place += self._records.write(kind, body)
