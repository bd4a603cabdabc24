"""The first record of a collection: the header that its clips share, and what they are to it.

flags | kind | header      flags 1: the clips are parts of one sequence, of `usual` frames
                                 2: and each but the last has the next one's first frame, too
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction

from vdsc.container import brief, head, varint
from vdsc.container import listed_times as times
from vdsc.container.header import Header
from vdsc.container.prelude import check_version
from vdsc.container.record import BRIEF, COLLECTION, HEAD, TIMES, RecordReader
from vdsc.core.sequence import Clock, Times
from vdsc.errors import CorruptFile, UnsupportedVersion

JOINED, SHARING = 1, 2


@dataclass(frozen=True, slots=True)
class CollectionHead:
    """What all clips share.

    header: of the first clip, or, where the clips are `joined`, of the whole sequence, each of
    whose clips has `usual` frames, but the last. sharing: all others hold the frame after, too.
    """

    header: Header
    joined: bool = False
    sharing: bool = False
    usual: int = 0

    @property
    def shared(self) -> Header:
        """The header of a usual clip."""
        if not self.joined:
            return self.header
        outline = self.header.outline
        shape = (self.usual + self.sharing, *outline.shape[1:])
        one = replace(outline, shape=shape, clock=Clock(rate=Fraction(1)))
        return replace(self.header, outline=one, chunks=1)


def pack(collection: CollectionHead) -> bytes:
    """The body for what clips share."""
    short = brief.pack(collection.header)
    kind, body = (HEAD, head.pack(collection.header)) if short is None else (BRIEF, short)
    flags = JOINED * collection.joined + SHARING * collection.sharing
    usual = varint.put(collection.usual) if collection.joined else b""
    return bytes([flags]) + usual + kind + body


def unpack(body: bytes, read_times: Callable[[int], Times]) -> CollectionHead:
    """What the clips share; `read_times(frames)` is called if the frames have no rate."""
    flags, at, usual = body[0] if body else 0, 1, 0
    if flags not in {0, JOINED, JOINED | SHARING}:
        raise UnsupportedVersion("a collection has unknown flags; upgrade vdsc")
    if flags & JOINED:
        usual, at = varint.get(body, at)
    kind = body[at : at + 1]
    if kind not in {HEAD, BRIEF}:
        raise CorruptFile("a collection has no header; the file is damaged")
    header = (brief if kind == BRIEF else head).unpack(body[at + 1 :], read_times)
    if flags & JOINED and not 0 < usual <= header.outline.frames:
        raise CorruptFile("the parts of a sequence cannot have so many frames")
    return CollectionHead(header, bool(flags & JOINED), bool(flags & SHARING), usual)


def read(records: RecordReader, prelude: bytes) -> CollectionHead:
    """What the clips share, from the first records of a file; raises CorruptFile."""
    first = records.read()
    if first.kind != COLLECTION:
        raise CorruptFile("this is no collection")
    check_version(prelude[-1])

    def listed(frames: int) -> Times:
        times.check_count(frames)
        record = records.read(beside=times.needed(frames))
        if record.kind != TIMES:
            raise CorruptFile("the times of a collection are not there; the file is damaged")
        return times.unpack(record.body, frames)

    return unpack(first.body, listed)


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a sequence: frames begin..end-1 are its own; the clip holds those up to `until`."""

    begin: int
    end: int
    until: int


def parts(frames: int, usual: int, *, sharing: bool) -> int:
    """How many parts a sequence has."""
    return max(1, -(-(frames - sharing) // usual))


def part(frames: int, usual: int, number: int, *, sharing: bool) -> Part:
    """A part by its number, from 0."""
    begin = number * usual
    last = number == parts(frames, usual, sharing=sharing) - 1
    end = frames if last else begin + usual
    return Part(begin, end, end if last else end + sharing)
