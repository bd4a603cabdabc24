"""Where the clips of a collection are, group by group: the body of the INDEX record.

raw deflate of varints:   groups | steps between their places | clips of each | frames of each
                          | names | steps between their places | [variants | steps]
"""

from __future__ import annotations

import zlib
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import accumulate, pairwise

from vdsc.container import varint
from vdsc.container.clip_variants import MOST
from vdsc.container.limits import BODY_BYTES
from vdsc.errors import CorruptFile, TruncatedFile

TOGETHER = 16
"""Clips of a group at most: so many are read to find one."""

INFLATED = 1 << 28


@dataclass(frozen=True, slots=True)
class ClipIndex:
    """Groups of clips: the place of each in the file, its first clip, and its first frame.

    clips and frames have one number more, which is how many there are in all. end: the place
    behind the last clip. names: places of the records of names. variants: those of variants, each
    of which the first clip of the variant follows.
    """

    places: tuple[int, ...]
    clips: tuple[int, ...]
    frames: tuple[int, ...]
    end: int
    names: tuple[int, ...] = ()
    variants: tuple[int, ...] = ()

    def teacher(self, variant: int) -> int:
        """The first clip of a variant, 0 being what the first clip of all is; CorruptFile."""
        group = bisect_right(self.places, self.variants[variant - 1]) if variant else 0
        if group >= len(self.places):
            raise CorruptFile("a variant of a collection has no clip; the file is damaged")
        return self.clips[group]

    def group_of(self, clip: int) -> int:
        """The group that holds a clip."""
        return bisect_right(self.clips, clip) - 1

    def bounds(self, group: int) -> tuple[int, int]:
        """First and one-past-last byte of a group, or of more than it at its end."""
        after = self.places[group + 1] if group + 1 < len(self.places) else self.end
        return self.places[group], after


def pack(index: ClipIndex) -> bytes:
    """The body for an index."""
    steps = [b - a for a, b in pairwise((0, *index.places, index.end))]
    counts = [b - a for a, b in pairwise(index.clips)]
    frames = [b - a for a, b in pairwise(index.frames)]
    names = [b - a for a, b in pairwise((0, *index.names))]
    numbers = [len(counts), *steps, *counts, *frames, len(names), *names]
    if index.variants:
        numbers += [len(index.variants), *(b - a for a, b in pairwise((0, *index.variants)))]
    coder = zlib.compressobj(9, zlib.DEFLATED, -15)
    return coder.compress(b"".join(map(varint.put, numbers))) + coder.flush()


def unpack(body: bytes, place: int) -> ClipIndex:
    """The index in the body of a record at a place; raises CorruptFile."""
    try:
        numbers = _Numbers(_inflated(body))
        count = numbers.one()
        places = tuple(accumulate(numbers.many(count + 1)))
        clips = (0, *accumulate(numbers.many(count)))
        frames = (0, *accumulate(numbers.many(count)))
        names = tuple(accumulate(numbers.many(numbers.one())))
        more = bool(numbers.left)
        variants = tuple(accumulate(numbers.many(numbers.one()))) if more else ()
    except (zlib.error, TruncatedFile):
        raise CorruptFile("the index of a collection cannot be right") from None
    rows = (places, clips, names, variants)
    rising = all(a < b for part in rows for a, b in pairwise(part))
    inside = max((*places, *names, *variants)) <= place
    if not (count and rising and inside) or numbers.left or more != bool(variants):
        raise CorruptFile("the index of a collection cannot be right")
    if len(variants) > MOST:
        raise CorruptFile(f"a collection has {len(variants)} variants, and {MOST} at most")
    return ClipIndex(places[:-1], clips, frames, places[-1], names, variants)


def _inflated(body: bytes) -> bytes:
    decoder = zlib.decompressobj(-15)
    made = decoder.decompress(body, min(INFLATED, BODY_BYTES))
    if not decoder.eof or decoder.unused_data:
        raise TruncatedFile("it does not inflate")
    return made


class _Numbers:
    """Takes varints off bytes."""

    def __init__(self, data: bytes) -> None:
        self._data, self._at = data, 0

    @property
    def left(self) -> int:
        return len(self._data) - self._at

    def one(self) -> int:
        number, self._at = varint.get(self._data, self._at)
        return number

    def many(self, count: int) -> Iterable[int]:
        if count > self.left:
            raise TruncatedFile("there are fewer numbers")
        return [self.one() for _ in range(count)]
