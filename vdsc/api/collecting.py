"""Many clips to one file: one codec, model and settings for all, chosen by the first clip."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from typing import Any, BinaryIO

from vdsc.api.clip_coding import ClipCoder
from vdsc.api.clip_reading import ClipDecoding
from vdsc.api.encoding import Job, Progress
from vdsc.api.one_job import Asked, one_job, viewed
from vdsc.api.report import Report
from vdsc.api.smallest import spool
from vdsc.codecs.lossless.checkpoint_choice import candidate_names
from vdsc.codecs.lossless.codec import LosslessSettings
from vdsc.container.clip_record import Clip
from vdsc.container.collection_file import CollectionFile
from vdsc.container.collection_head import CollectionHead
from vdsc.container.collection_writer import CollectionWriter
from vdsc.container.record import CRC_BYTES
from vdsc.core import memory
from vdsc.core.words import printable
from vdsc.errors import InvalidInput, VdscError
from vdsc.io.source import Source

EXACT = "lossless"
"""The codec that finds its checkpoint by itself."""

TRIED = 6
"""Clips by which a checkpoint is chosen."""


@dataclass(frozen=True, slots=True)
class Item:
    """A clip that is still to be read: its name, and what opens its source."""

    name: str
    open: Callable[[], AbstractContextManager[Source]]


def collect(
    items: Sequence[Item], stream: BinaryIO, *, progress: Progress | None = None, **options: Any
) -> Report:
    """Write one file of all clips, whose frames have one shape and type; see `requests.encode`.

    Raises VdscError, which names the clip.
    """
    if not items:
        raise InvalidInput("a collection holds one clip at least")
    asked = Asked.of(options)
    coder = ClipCoder(_job(items, asked))

    def begin(first: Clip) -> CollectionWriter:
        return CollectionWriter.begin(stream, CollectionHead(first.header), first.meta)

    return _written(coder, begin, items, asked, progress)


def extend(
    items: Sequence[Item], stream: BinaryIO, *, progress: Progress | None = None, **options: Any
) -> Report:
    """Put clips behind those of a collection in a stream that is read and written.

    What is there is not touched: until the new index is there, the old one counts. All are of the
    collection's codec and model. Raises VdscError.
    """
    file = CollectionFile.of(stream)
    if file.head.joined:
        raise InvalidInput("the parts of one sequence are no clips; pack it with others anew")
    taken = set(file.names()) & {item.name for item in items}
    if taken:
        raise InvalidInput(f"a clip named {printable(min(taken))} is there already")
    header = file.head.header
    model = {} if header.model is None or header.codec == EXACT else {"model": header.model.name}
    asked = Asked.of({**options, "codec": header.codec, "lossless": None, **model})
    coder = ClipCoder(
        _first(items[0], asked), ClipDecoding(file, memory.DEFAULT).taught, header.outline
    )
    shared = Clip(file.head.shared, (), file.meta)
    stream.seek(file.size - CRC_BYTES)
    crc = int.from_bytes(stream.read(CRC_BYTES), "little")
    index = replace(file.index, end=file.size)
    return _written(
        coder, lambda _: CollectionWriter(stream, crc, shared, index), items, asked, progress
    )


def _first(item: Item, asked: Asked) -> Job:
    with item.open() as source, _named(item.name):
        return one_job(asked, source)


def _job(items: Sequence[Item], asked: Asked) -> Job:
    """The job that suits the first clip, with the checkpoint that suits some of them."""
    with items[0].open() as source, _named(items[0].name):
        job, names = one_job(asked, source), candidate_names(asked.outline(source))
    if job.codec.id != EXACT or not names:
        return job
    some = items[:: -(-len(items) // TRIED)]
    ways = [replace(job, settings=LosslessSettings(own)) for own in ((), *((n,) for n in names))]
    return min(ways, key=lambda way: _size(way, some, asked))


def _size(job: Job, items: Sequence[Item], asked: Asked) -> int:
    """Bytes of some clips, each in a file of its own."""
    total = 0
    for item in items:
        with item.open() as opened, _named(item.name), spool() as made:
            source = viewed(job, opened)
            total += job.write(source, asked.outline(source), made).file_bytes
    return total


def _written(
    coder: ClipCoder,
    begin: Callable[[Clip], CollectionWriter],
    items: Sequence[Item],
    asked: Asked,
    progress: Progress | None,
) -> Report:
    """Write the clips, by a writer that begins with the first of them."""
    began, writer, frames, raw = time.perf_counter(), None, 0, 0
    for number, item in enumerate(items, 1):
        with item.open() as opened, _named(item.name):
            source = viewed(coder.job, opened)
            clip = coder.clip(source, asked.outline(source))
            if writer is None:
                writer = begin(clip)
                writer.names([one.name for one in items])
            writer.clip(clip)
        frames, raw = frames + clip.header.outline.frames, raw + clip.header.outline.raw_bytes
        if progress:
            progress(number, len(items))
    assert writer is not None
    report = coder.report(frames, raw, writer.close(), time.perf_counter() - began)
    return replace(report, made_by=f"{len(items):,} clips, {report.made_by}")


@contextmanager
def _named(name: str) -> Iterator[None]:
    """Put a clip's name before what is wrong with it."""
    try:
        yield
    except VdscError as error:
        words = str(error)
        if name in words:
            raise
        raise type(error)(f"{printable(name)}: {words}") from error
