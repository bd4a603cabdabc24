"""Files that are opened and read in part: sequences at any times, collections clip by clip."""

from __future__ import annotations

import io
from collections.abc import Iterator
from fractions import Fraction
from functools import cached_property
from typing import Protocol, overload

import numpy as np
from numpy.typing import ArrayLike

from vdsc.api import clocks, reading
from vdsc.api.clip_reading import ClipDecoding, Held, Joined, OneClip
from vdsc.api.decoding import opened
from vdsc.container.collection_file import START, CollectionFile, is_collection
from vdsc.core import memory
from vdsc.core.crop import Crop, RegionLike, ScaleLike, as_region, as_scale
from vdsc.core.frame_times import as_seconds
from vdsc.core.instants import Instants
from vdsc.core.meta import Meta
from vdsc.core.plain_numbers import as_rate
from vdsc.core.sequence import Outline, Sequence
from vdsc.core.types import Values
from vdsc.errors import InvalidInput
from vdsc.io.ranges import Ranges


class FromStart:
    """A file of one sequence that is decoded from its beginning; see `Held`."""

    def __init__(self, ranges: Ranges, memlimit: int) -> None:
        self._ranges, self._memlimit = ranges, memlimit
        self.outline = reading.of(self._stream(), memlimit=memlimit).header.outline

    @cached_property
    def meta(self) -> Meta | None:
        """See `Held`."""
        return reading.of(self._stream(), memlimit=self._memlimit).meta

    def frames(self, begin: int, end: int, crop: Crop | None = None) -> Iterator[Values]:
        """See `Held`: what comes before is decoded, too, by codecs that cannot do without."""
        yield from opened(self._stream(), self._memlimit).frames(begin, end, crop)

    def at(self, wanted: Instants, crop: Crop | None = None) -> Iterator[Values]:
        """See `Held`."""
        yield from opened(self._stream(), self._memlimit).at(wanted, crop)

    def _stream(self) -> io.BytesIO:
        return io.BytesIO(self._ranges.fetch(0, self._ranges.size))


Origin = tuple[str, int | None, int]


class Names(Protocol):
    """What knows the names of clips."""

    @property
    def names(self) -> tuple[str, ...]:
        """Of all clips, in their order."""
        ...


class SequenceReader:
    """One sequence of a file, read where it is asked for: `len`, `[i]`, `frames`, `decode`.

    Copies in other processes open the file anew.

    Args:
        held: what decodes it.
        origin: path, number of the clip or None, and limit on memory.
        names: of all clips, where it is one of several.
    """

    def __init__(self, held: Held, origin: Origin, names: Names | None = None) -> None:
        self._held, self._origin, self._names = held, origin, names

    def __reduce__(self) -> tuple[object, ...]:
        return _reopened, self._origin

    @property
    def name(self) -> str:
        """Of the clip, or the path of the file."""
        place, number, _ = self._origin
        return place if number is None or self._names is None else self._names.names[number]

    @property
    def outline(self) -> Outline:
        """Shape, type and clock."""
        return self._held.outline

    @property
    def shape(self) -> tuple[int, ...]:
        """(T, ...)."""
        return self.outline.shape

    @property
    def dtype(self) -> np.dtype[np.generic]:
        """Of the frames."""
        return self.outline.dtype

    @property
    def meta(self) -> Meta | None:
        """What the file that was compressed held beside its numbers."""
        return self._held.meta

    @property
    def duration(self) -> tuple[float, float]:
        """Times of the first and the last frame, seconds."""
        return clocks.span(self.outline)

    def __len__(self) -> int:
        return self.outline.frames

    def __getitem__(self, index: int | slice) -> Values:
        """Frame `index` (...), or the frames of a slice (n, ...); raises IndexError."""
        if isinstance(index, slice):
            begin, end, step = index.indices(len(self))
            if step < 1:
                raise InvalidInput("frames are read forwards; reverse them afterwards")
            return self.frames(begin, max(end, begin))[::step]
        number = index + len(self) if index < 0 else index
        if not 0 <= number < len(self):
            raise IndexError(f"frame {index} of {len(self)}")
        frame: Values = self.frames(number, number + 1)[0]
        return frame

    def batches(self) -> Iterator[Values]:
        """All frames (n, ...) at their own times, some at once."""
        return self._held.frames(0, len(self))

    def frames(
        self, begin: int, end: int, *, region: RegionLike | None = None, scale: ScaleLike = 1
    ) -> Values:
        """Frames begin..end-1 (n, ...) at their own times; raises InvalidInput, VdscError.

        region, scale: as of `decode`.
        """
        if not 0 <= begin <= end <= len(self):
            raise InvalidInput(f"there are frames 0 to {len(self)}, not {begin} to {end}")
        crop = self._crop(region, scale)
        return self._joined(self._held.frames(begin, end, crop) if end > begin else iter(()), crop)

    def decode(
        self,
        times: ArrayLike | None = None,
        *,
        fps: float | Fraction | str | None = None,
        region: RegionLike | None = None,
        scale: ScaleLike = 1,
    ) -> Sequence:
        """The sequence at its own times, at `fps`, or at rising times (seconds) within its span.

        region: the part of each frame that is wanted, as text ("10:50,:") or slices over its axes.
        scale: how large frames are, such as 2 or "1/2" (codec `field`); the region is one at that
        scale. Raises InvalidInput or, for a damaged file, VdscError.
        """
        crop = self._crop(region, scale)
        if times is None and fps is None:
            whole = self._joined(self._held.frames(0, len(self), crop), crop)
            return Sequence(whole, self.outline.clock, self.meta if crop is None else None)
        rate = None if fps is None else as_rate(fps)
        seconds = None if times is None else as_seconds(times)
        asked = clocks.wanted(self.outline, rate, seconds)
        values = self._joined(self._held.at(asked, crop), crop)
        return Sequence(values, asked.outline.clock, self.meta if crop is None else None)

    def _crop(self, region: RegionLike | None, scale: ScaleLike) -> Crop | None:
        if region is None and scale == 1:
            return None
        slices = () if region is None else as_region(region)
        return Crop.of(self.shape, slices, as_scale(scale))

    def _joined(self, batches: Iterator[Values], crop: Crop | None) -> Values:
        none = np.zeros((0, *(self.shape[1:] if crop is None else crop.shape)), self.dtype)
        return np.concatenate([none, *batches], dtype=self.dtype)


class CollectionReader:
    """The clips of a file: `len`, `[number]` and `[name]`, in any order; nothing stays open.

    Copies in other processes open the file anew.
    """

    def __init__(self, ranges: Ranges, file: CollectionFile, memlimit: int) -> None:
        self._ranges, self._file, self._memlimit = ranges, file, memlimit
        self._decoding = ClipDecoding(file, memlimit)

    def __reduce__(self) -> tuple[object, ...]:
        return _reopened, (self._ranges.place, None, self._memlimit)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Of the clips, in their order; their numbers, where they have none."""
        return tuple(self._file.names()) or tuple(str(i) for i in range(len(self)))

    @cached_property
    def _numbers(self) -> dict[str, int]:
        return {name: number for number, name in enumerate(self.names)}

    @property
    def bytes_read(self) -> int:
        """How much of the file has been read so far."""
        return self._ranges.bytes_read

    def __len__(self) -> int:
        return len(self._file)

    def __contains__(self, name: object) -> bool:
        return name in self._numbers

    def __iter__(self) -> Iterator[SequenceReader]:
        return (self[i] for i in range(len(self)))

    @overload
    def __getitem__(self, index: int | str) -> SequenceReader: ...

    @overload
    def __getitem__(self, index: slice) -> list[SequenceReader]: ...

    def __getitem__(self, index: int | str | slice) -> SequenceReader | list[SequenceReader]:
        """A clip by its number or name, or the clips of a slice; IndexError, KeyError."""
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self)))]
        number = self._numbers[index] if isinstance(index, str) else index
        number = number + len(self) if number < 0 else number
        if not 0 <= number < len(self):
            raise IndexError(f"clip {index} of {len(self)}")
        origin = self._ranges.place, number, self._memlimit
        return SequenceReader(OneClip(self._decoding, number), origin, self)


def open_file(place: str, *, memlimit: int = memory.DEFAULT) -> SequenceReader | CollectionReader:
    """Open a .vds file by its path or URL: a sequence, or the clips of a collection.

    No file stays open, and no more is read than what is asked for. Raises InvalidInput where there
    is no such file, VdscError where it is not sound.
    """
    ranges = Ranges(place)
    origin = place, None, memlimit
    if not is_collection(ranges.fetch(0, START)):
        return SequenceReader(FromStart(ranges, memlimit), origin)
    file = CollectionFile(ranges.fetch, ranges.size, memlimit=memlimit)
    if file.head.joined:
        return SequenceReader(Joined(ClipDecoding(file, memlimit)), origin)
    return CollectionReader(ranges, file, memlimit)


def _reopened(place: str, number: int | None, memlimit: int) -> SequenceReader | CollectionReader:
    reader = open_file(place, memlimit=memlimit)
    return reader[number] if isinstance(reader, CollectionReader) and number is not None else reader
