"""All frames of a file, of whatever kind, with every checksum verified."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import BinaryIO

from vdsc.api.clip_reading import ClipDecoding
from vdsc.api.decoding import Decoding, decode
from vdsc.api.facts import inspect
from vdsc.container.collection_file import CollectionFile, holds_collection
from vdsc.core.types import Values


def every_frame(stream: BinaryIO, *, memlimit: int) -> Decoding:
    """The frames of a sequence, or those of all clips of a collection; raises VdscError."""
    if not holds_collection(stream):
        return decode(stream, memlimit=memlimit)
    frames = inspect(stream, memlimit=memlimit).frames
    file = CollectionFile.of(stream, memlimit=memlimit)
    one = file.head.header.outline
    outline = replace(one, shape=(frames, *one.shape[1:])) if one.clock.rate else one
    return Decoding(outline, _clips(file, memlimit), file.meta)


def _clips(file: CollectionFile, memlimit: int) -> Iterator[Values]:
    file.names()
    decoding = ClipDecoding(file, memlimit)
    for number in range(len(file)):
        yield from decoding.frames(number, file.clip(number))
