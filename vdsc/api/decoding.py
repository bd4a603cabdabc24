"""From a .vds file to frames at any instants of its span, by the codec that the file names."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import BinaryIO

from vdsc.api import clocks
from vdsc.api.numbers import numeric_header
from vdsc.api.resampling import resampled
from vdsc.codecs import registry
from vdsc.codecs.base import Decoder
from vdsc.container import Reader
from vdsc.core import memory
from vdsc.core.instants import Instants
from vdsc.core.meta import Meta
from vdsc.core.numeric_view import from_numbers
from vdsc.core.sequence import Outline, Times
from vdsc.core.types import Values
from vdsc.errors import CorruptFile


@dataclass(frozen=True, slots=True)
class Decoding:
    """A file being decoded: what will come out, and, iterated, its frames in batches.

    meta: what the file's source held beside its numbers.
    """

    outline: Outline
    batches: Iterator[Values]
    meta: Meta | None = None

    def __iter__(self) -> Iterator[Values]:
        return self.batches


def decode(
    stream: BinaryIO,
    *,
    fps: Fraction | None = None,
    times: Times | None = None,
    memlimit: int = memory.DEFAULT,
) -> Decoding:
    """Decode a .vds file at its own times, at `fps`, or at `times` within its span.

    A file without a path in continuous time is resampled: floats along straight lines between its
    frames, other types by the nearest frame. Raises LimitExceeded, before work begins, where more
    than `memlimit` bytes would be needed, and VdscError for what is no sound file.
    """
    reader = Reader(stream, memlimit=memlimit)
    header = numeric_header(reader.header)
    codec = registry.codec_of_file(header.codec)
    memory.check(codec.memory(header), memlimit, "decoding this file")
    held = reader.header.outline
    wanted = clocks.wanted(held, fps, times)
    decoder = codec.decoder(header, memlimit=memlimit)
    if wanted.own or codec.continuous:
        return Decoding(wanted.outline, _frames(reader, decoder, wanted), reader.meta)
    own = _frames(reader, decoder, Instants(held, own=True))
    return Decoding(wanted.outline, resampled(own, held, wanted), reader.meta)


def _frames(reader: Reader, decoder: Decoder, wanted: Instants) -> Iterator[Values]:
    """Frames of every chunk in turn; raises CorruptFile unless they are all that is wanted."""
    made = 0
    for body in reader.chunks():
        for frames in decoder.decode(body, wanted):
            made += len(frames)
            yield from_numbers(frames, reader.header.outline.dtype)
    if made != wanted.outline.frames:
        raise CorruptFile("the chunks do not hold the file's frames; the file is damaged")
