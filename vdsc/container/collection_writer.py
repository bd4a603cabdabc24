"""Puts a collection on a stream, front to back: what its clips share, the clips, and an index."""

from __future__ import annotations

from dataclasses import replace
from itertools import accumulate, pairwise
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
from vdsc.container import listed_times as times
from vdsc.container.clip_index import TOGETHER, ClipIndex
from vdsc.container.clip_record import Clip
from vdsc.container.collection_head import CollectionHead
from vdsc.container.prelude import COLLECTIONS_SINCE, prelude
from vdsc.container.record import (
    COLLECTION,
    INDEX,
    META,
    NAMES,
    TAIL,
    TIMES,
    VARIANT,
    RecordWriter,
)
from vdsc.core.meta import Meta
from vdsc.errors import InvalidInput

PLACE_BYTES = 8


class CollectionWriter:
    """Writes names and clips as they come; `close` ends the file, and leaves the stream open.

    Args:
        stream: where the next record goes.
        crc: that of the record before it.
        shared: what clips that are as usual do not say of themselves: of the first clip's kind,
            then of each variant there is.
        index: of the clips before; its `end` is the place of the next record.
        together: clips of a group.
    """

    def __init__(
        self,
        stream: BinaryIO,
        crc: int,
        shared: list[Clip],
        index: ClipIndex,
        together: int = TOGETHER,
    ) -> None:
        self._records, self._place = RecordWriter(stream, crc), index.end
        self._shared = list(shared)
        self._places, self._names = list(index.places), list(index.names)
        self._variants = list(index.variants)
        self._counts = [b - a for a, b in pairwise(index.clips)]
        self._frames = [b - a for a, b in pairwise(index.frames)]
        self._full = True  # whether the next clip begins a group
        self._together = together

    @classmethod
    def begin(
        cls, stream: BinaryIO, collection: CollectionHead, meta: Meta | None = None
    ) -> CollectionWriter:
        """Write what the clips share."""
        start = prelude(COLLECTIONS_SINCE)
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
        return cls(stream, records.crc, [shared], index, 1 if collection.joined else TOGETHER)

    def names(self, names: list[str]) -> None:
        """Write the names of the clips that follow."""
        self._names.append(self._place)
        self._full = True
        self._write(NAMES, clip_names.pack(names))

    def clip(self, clip: Clip) -> None:
        """Write the next clip, before it the variant that it is the first of.

        Raises InvalidInput for one of another kind than those of its variant.
        """
        if clip.variant == len(self._shared):
            self._begin_variant(clip)
        if clip.variant >= len(self._shared):
            raise InvalidInput("a clip is of a variant that comes later")
        kind, body = clip_record.pack(self._shared[clip.variant], clip)
        if self._full or self._counts[-1] == self._together:
            self._places.append(self._place)
            self._counts.append(0)
            self._frames.append(0)
            self._full = False
        self._counts[-1] += 1
        self._frames[-1] += clip.header.outline.frames
        self._write(kind, body)

    def _begin_variant(self, clip: Clip) -> None:
        """Write the variant of a clip, which is the first of it."""
        first, own = self._shared[0], clip.header
        clip_record.check_frames(first.header.outline, own.outline)
        body = clip_variants.pack(own, [one.header for one in self._shared])
        usual = replace(first.header, codec=own.codec, model=own.model, params=own.params, chunks=1)
        self._shared.append(replace(first, header=usual, variant=clip.variant))
        self._variants.append(self._place)
        self._full = True
        self._write(VARIANT, body)

    def close(self) -> int:
        """Write the index and where it is; return the size of the file."""
        place = self._place
        clips, frames = ((0, *accumulate(part)) for part in (self._counts, self._frames))
        names, variants = tuple(self._names), tuple(self._variants)
        index = ClipIndex(tuple(self._places), clips, frames, place, names, variants)
        self._write(INDEX, clip_index.pack(index))
        self._write(TAIL, place.to_bytes(PLACE_BYTES, "little"))
        return self._place

    def _write(self, kind: bytes, body: bytes) -> None:
        self._place += self._records.write(kind, body)
