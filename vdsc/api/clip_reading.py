"""Clips of a collection, or parts of a sequence, decoded alone."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import Any, Protocol

import numpy as np

from vdsc.api import clocks
from vdsc.api.cropping import frames_of
from vdsc.api.numbers import numeric_header
from vdsc.api.resampling import between, cropped_between
from vdsc.codecs import registry
from vdsc.container.clip_record import Clip
from vdsc.container.collection_file import CollectionFile
from vdsc.container.collection_head import part, parts
from vdsc.core import memory
from vdsc.core.crop import Crop
from vdsc.core.instants import BATCH, Instants, second_of
from vdsc.core.meta import Meta
from vdsc.core.sequence import Outline, Times
from vdsc.core.types import Values
from vdsc.errors import CorruptFile


class Held(Protocol):
    """One sequence of a file, any part of which can be decoded."""

    @property
    def outline(self) -> Outline:
        """Shape, type and clock."""
        ...

    @property
    def meta(self) -> Meta | None:
        """What the file that was compressed held beside its numbers."""
        ...

    def frames(self, begin: int, end: int, crop: Crop | None = None) -> Iterator[Values]:
        """Frames begin..end-1 (n, ...), in batches; of each the part that a crop says."""
        ...

    def at(self, wanted: Instants, crop: Crop | None = None) -> Iterator[Values]:
        """Frames (n, ...) at instants within the span, in batches; cropped likewise."""
        ...


class ClipDecoding:
    """Decodes clips of a collection; what the first one teaches is found once, when needed."""

    def __init__(self, file: CollectionFile, memlimit: int) -> None:
        self.file, self._memlimit = file, memlimit
        self._taught: dict[int, Any] = {}

    def taught(self, variant: int = 0) -> Any:
        """What the first clip of a variant teaches, 0 being what the first one of all is."""
        if variant not in self._taught:
            self._taught[variant] = self._learned(self.file.teacher(variant))
        return self._taught[variant]

    def _learned(self, number: int) -> Any:
        first = self.file.clip(number)
        outline = self.outline(first, number)
        decoder = self._decoder(first, outline, fresh=True)
        wanted = Instants(numeric_header(replace(first.header, outline=outline)).outline, own=True)
        for body in first.bodies:
            for _ in decoder.decode(body, wanted):
                pass
        return decoder.learned()

    def outline(self, clip: Clip, number: int) -> Outline:
        """The outline of a clip, in the time of the sequence whose part it is."""
        if not self.file.head.joined:
            return clip.header.outline
        whole, frames = self.file.head.header.outline, clip.header.outline.frames
        own = part(whole.frames, self.file.head.usual, number, sharing=self.file.head.sharing)
        if own.until - own.begin != frames:
            raise CorruptFile("the parts of a sequence do not have its frames; the file is damaged")
        return clocks.cut(whole, own.begin, own.until, listed=True)

    def frames(
        self, number: int, clip: Clip, at: Instants | None = None, crop: Crop | None = None
    ) -> Iterator[Values]:
        """Frames of a clip, or of a continuous codec those at instants; see `frames_of`."""
        outline = self.outline(clip, number)
        first = self.file.index.teacher(clip.variant)
        decoder = self._decoder(clip, outline, fresh=clip.fresh or number == first)
        wanted = Instants(outline, own=True) if at is None else at
        yield from frames_of(decoder, clip.bodies, outline, wanted, crop)

    def _decoder(self, clip: Clip, outline: Outline, *, fresh: bool) -> Any:
        header = numeric_header(replace(clip.header, outline=outline))
        codec = registry.codec_of_file(header.codec)
        memory.check(codec.memory(header), self._memlimit, "decoding a clip")
        decoder: Any = codec.decoder(header, memlimit=self._memlimit)
        decoder.begin_with(None if fresh else self.taught(clip.variant))
        return decoder


class OneClip:
    """A clip of a collection; see `Held`."""

    def __init__(self, decoding: ClipDecoding, number: int) -> None:
        self._decoding, self._number = decoding, number
        self._clip = decoding.file.clip(number)
        self.outline, self.meta = self._clip.header.outline, self._clip.meta

    def frames(self, begin: int, end: int, crop: Crop | None = None) -> Iterator[Values]:
        """See `Held`: frames before are decoded, too, by codecs that cannot do without."""
        some = (crop or Crop.whole(self.outline.shape)).at(begin, end)
        yield from self._decoding.frames(self._number, self._clip, crop=some)

    def at(self, wanted: Instants, crop: Crop | None = None) -> Iterator[Values]:
        """See `Held`."""
        if registry.codec_of_file(self._clip.header.codec).continuous:
            yield from self._decoding.frames(self._number, self._clip, wanted, crop)
        else:
            yield from read_between(self, wanted, crop)


class Joined:
    """A sequence whose parts are the clips of a collection; see `Held`."""

    def __init__(self, decoding: ClipDecoding) -> None:
        self._decoding, head = decoding, decoding.file.head
        self.outline, self.meta = head.header.outline, decoding.file.meta
        self._continuous = registry.codec_of_file(head.header.codec).continuous
        self._usual = head.usual
        self._part = partial(part, self.outline.frames, head.usual, sharing=head.sharing)
        self._count = parts(self.outline.frames, head.usual, sharing=head.sharing)
        if len(decoding.file) != self._count:
            raise CorruptFile("a sequence has other parts than its header says; it is damaged")

    def frames(self, begin: int, end: int, crop: Crop | None = None) -> Iterator[Values]:
        """See `Held`: only the clips that hold some of the frames are read and decoded."""
        first, last = (min(i // self._usual, self._count - 1) for i in (begin, end - 1))
        for number in range(first, last + 1):
            own = self._part(number)
            some = (crop or Crop.whole(self.outline.shape)).at(
                max(begin, own.begin) - own.begin, min(end, own.end) - own.begin
            )
            clip = self._decoding.file.clip(number)
            yield from self._decoding.frames(number, clip, crop=some)

    def at(self, wanted: Instants, crop: Crop | None = None) -> Iterator[Values]:
        """See `Held`."""
        if not self._continuous:
            yield from read_between(self, wanted, crop)
            return
        for times in listed(wanted.outline):
            numbers = self._parts(times)
            for number in np.unique(numbers).tolist():
                clip = self._decoding.file.clip(number)
                some = clocks.at(wanted.outline, times[numbers == number])
                yield from self._decoding.frames(number, clip, Instants(some, own=False), crop)

    def _parts(self, times: Times) -> Times:
        """The clip that holds each of some times."""
        firsts = range(0, self._count * self._usual, self._usual)
        second = second_of(self.outline)
        found = [bisect_right(firsts, t, key=second) - 1 for t in times.tolist()]
        return np.maximum(np.array(found, dtype=np.int64), 0)


def read_between(held: Held, wanted: Instants, crop: Crop | None) -> Iterator[Values]:
    """Frames at instants, read off between the frames that are held; see `resampling`."""
    outline = held.outline
    numbers, second = range(outline.frames), second_of(outline)
    before, after = cropped_between(crop, outline)
    for times in listed(wanted.outline):
        begin = max(bisect_right(numbers, float(times[0]), key=second) - 1, 0)
        end = min(bisect_right(numbers, float(times[-1]), key=second) + 1, outline.frames)
        frames = np.concatenate(list(held.frames(begin, end, before)))
        yield after(between(frames, outline.clock.seconds(begin, end), times))


def listed(outline: Outline) -> Iterator[Times]:
    """The times of an outline, as many at once as are given at once."""
    for begin in range(0, outline.frames, BATCH):
        yield outline.clock.seconds(begin, min(begin + BATCH, outline.frames))
