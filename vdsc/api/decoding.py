"""From a .vds file to frames at any instants of its span, by the codec that the file names."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import BinaryIO

from vdsc.api import clocks, reading
from vdsc.api.clip_reading import ClipDecoding, Held, Joined
from vdsc.api.cropping import frames_of
from vdsc.api.numbers import numeric_header
from vdsc.api.resampling import cropped_between, resampled
from vdsc.codecs import registry
from vdsc.container.collection_file import CollectionFile, holds_collection
from vdsc.core import memory
from vdsc.core.crop import Crop
from vdsc.core.instants import Instants
from vdsc.core.meta import Meta
from vdsc.core.sequence import Outline, Times
from vdsc.core.types import Values
from vdsc.errors import InvalidInput


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
    start: float | None = None,
    end: float | None = None,
    region: Sequence[slice] = (),
    scale: Fraction = Fraction(1),
    memlimit: int = memory.DEFAULT,
) -> Decoding:
    """Decode a .vds file at its own times, at `fps`, or at `times` within its span.

    start, end: the part of it that is wanted, seconds, both included; of a file whose parts are
    decoded alone no more is read. region: the part of each frame that is wanted, slices over its
    axes. scale: how large frames are; the region is one at that scale. A file without a path in
    continuous time is resampled: floats along straight lines between its frames, colours of uint8
    by following what moves, other types by the nearest frame. Raises LimitExceeded, before work
    begins, where more than `memlimit` bytes would be needed, and VdscError for what is no sound
    file.
    """
    held = opened(stream, memlimit)
    crop = None
    if region or scale != 1:
        crop = Crop.of(held.outline.shape, region, scale)
    wanted = clocks.wanted(held.outline, fps, times)
    span = 0, wanted.outline.frames
    if start is not None or end is not None:
        span = clocks.within(wanted.outline, start, end)
    outline, batches = _part(held, wanted, span, crop)
    if crop is None:
        return Decoding(outline, batches, held.meta)
    shape = outline.frames, *crop.shape
    return Decoding(replace(outline, shape=shape), batches)


def opened(stream: BinaryIO, memlimit: int) -> Held:
    """The one sequence of a file; raises InvalidInput for a collection of several."""
    if not holds_collection(stream):
        return Streamed(stream, memlimit)
    file = CollectionFile.of(stream, memlimit=memlimit)
    if not file.head.joined:
        words = f"the file holds {len(file):,} clips"
        raise InvalidInput(f"{words}; list them with vdsc ls, and take them out with vdsc unpack")
    return Joined(ClipDecoding(file, memlimit))


def _part(
    held: Held, wanted: Instants, span: tuple[int, int], crop: Crop | None
) -> tuple[Outline, Iterator[Values]]:
    """The frames of a span of those that are wanted, and their outline."""
    whole = span == (0, wanted.outline.frames)
    outline = wanted.outline if whole else clocks.cut(wanted.outline, *span)
    if wanted.own:
        return outline, held.frames(*span, crop)
    if not whole:
        wanted = Instants(clocks.cut(wanted.outline, *span, listed=True), own=False)
    return outline, held.at(wanted, crop)


class Streamed:
    """A file that is decoded from its beginning to its end, once; see `Held`."""

    def __init__(self, stream: BinaryIO, memlimit: int) -> None:
        self._reader = reading.of(stream, memlimit=memlimit)
        header = numeric_header(self._reader.header)
        codec = registry.codec_of_file(header.codec)
        memory.check(codec.memory(header), memlimit, "decoding this file")
        self.outline, self._continuous = self._reader.header.outline, codec.continuous
        self._decoder = codec.decoder(header, memlimit=memlimit)

    @property
    def meta(self) -> Meta | None:
        """See `Held`."""
        return self._reader.meta

    def frames(self, begin: int, end: int, crop: Crop | None = None) -> Iterator[Values]:
        """See `Held`: what comes before is decoded, too, by codecs that cannot do without."""
        if (begin, end) != (0, self.outline.frames):
            crop = (crop or Crop.whole(self.outline.shape)).at(begin, end)
        return self._frames(Instants(self.outline, own=True), crop)

    def at(self, wanted: Instants, crop: Crop | None = None) -> Iterator[Values]:
        """See `Held`."""
        if self._continuous:
            return self._frames(wanted, crop)
        before, after = cropped_between(crop, self.outline)
        own = self._frames(Instants(self.outline, own=True), before)
        return map(after, resampled(own, self.outline, wanted))

    def _frames(self, wanted: Instants, crop: Crop | None) -> Iterator[Values]:
        chunks = self._reader.chunks()
        return frames_of(self._decoder, chunks, self.outline, wanted, crop)
