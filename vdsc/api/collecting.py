"""Many clips to one file: the same settings for all, each by what makes it smallest."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from typing import Any, BinaryIO

from vdsc.api import jobs
from vdsc.api.clip_coding import ClipCoder
from vdsc.api.clip_reading import ClipDecoding
from vdsc.api.clip_ways import Variant, lossless_apart, variants
from vdsc.api.encoding import Progress
from vdsc.api.one_job import EXACT, Asked, one_job, viewed, ways
from vdsc.api.report import Report
from vdsc.codecs.lossless.checkpoint_choice import candidate_names
from vdsc.container import Header
from vdsc.container.clip_record import Clip
from vdsc.container.collection_file import CollectionFile
from vdsc.container.collection_head import CollectionHead
from vdsc.container.collection_writer import CollectionWriter
from vdsc.container.record import CRC_BYTES
from vdsc.core import memory
from vdsc.core.words import printable
from vdsc.errors import InvalidInput, VdscError
from vdsc.io.source import Source


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
    with items[0].open() as source, _named(items[0].name):
        coder = ClipCoder(variants(ways(asked, source)))

    def begin(first: Clip) -> CollectionWriter:
        return CollectionWriter.begin(stream, CollectionHead(first.header), first.meta)

    return _written(coder, begin, items, asked, progress)


def extend(
    items: Sequence[Item], stream: BinaryIO, *, progress: Progress | None = None, **options: Any
) -> Report:
    """Put clips behind those of a collection in a stream that is read and written.

    What is there is not touched: until the new index is there, the old one counts. Raises
    VdscError.
    """
    file = CollectionFile.of(stream)
    if file.head.joined:
        raise InvalidInput("the parts of one sequence are no clips; pack it with others anew")
    taken = set(file.names()) & {item.name for item in items}
    if taken:
        raise InvalidInput(f"a clip named {printable(min(taken))} is there already")
    with items[0].open() as source, _named(items[0].name):
        asked, known = _known(file, source, options)
    coder = ClipCoder(known, file.head.header.outline, len(file.shared))
    stream.seek(file.size - CRC_BYTES)
    crc = int.from_bytes(stream.read(CRC_BYTES), "little")
    index = replace(file.index, end=file.size)
    return _written(
        coder, lambda _: CollectionWriter(stream, crc, file.shared, index), items, asked, progress
    )


def _known(
    file: CollectionFile, source: Source, options: dict[str, Any]
) -> tuple[Asked, list[Variant]]:
    """What to ask for, to go on with a collection, and what may code more of its clips.

    That is what its clips are coded by: the first one with loss, if any is, as the options say, and
    all without loss; of these also what a checkpoint may help that none has yet.
    """
    headers = [clip.header for clip in file.shared]
    main = next((i for i, one in enumerate(headers) if one.codec not in jobs.EXACT), 0)
    asked, decoding = _again(headers[main], options), ClipDecoding(file, memory.DEFAULT)
    found = []
    for number in (main, *(i for i in range(len(headers)) if i != main)):
        header, taught = headers[number], None
        if number == main or header.codec in jobs.EXACT:
            job = one_job(asked if number == main else _again(header, {}), source)
            taught = decoding.taught(number)
            found.append(Variant(job, number, header, taught, taught, taught is not None))
    if EXACT in {header.codec for header in headers}:
        models = {header.model.name for header in headers if header.model is not None}
        more = [n for n in candidate_names(asked.outline(source)) if n not in models]
        exact = jobs.job(EXACT, {}, verify=asked.verify)
        found += variants(lossless_apart(exact, more)[1:])
    return asked, found


def _again(header: Header, options: dict[str, Any]) -> Asked:
    """What to ask for, to go on with clips that have such a header."""
    model = (
        {} if header.model is None or header.codec in jobs.EXACT else {"model": header.model.name}
    )
    return Asked.of({**options, "codec": header.codec, "lossless": None, **model})


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
