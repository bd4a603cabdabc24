"""One clip of a collection <-> a record: what its header has beside the shared one, and its chunks.

CLIP   the one chunk of a clip that is as the shared header says
OWN    flags | [frames] | [clock] | [parameters] | [chunks, their lengths] | [metadata] | chunks
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from vdsc.container import clip_variants, listed_times, metadata, varint
from vdsc.container.header import Header
from vdsc.container.limits import PARAMETERS
from vdsc.container.record import CLIP, OWN, Record
from vdsc.core import memory
from vdsc.core.meta import Meta
from vdsc.core.sequence import Clock, Outline
from vdsc.errors import CorruptFile, InvalidInput, TruncatedFile

FRAMES, RATE, TIMES, PARAMS, CHUNKS, FIELDS, META, FRESH = (1 << bit for bit in range(8))
"""What the flags say is there; FRESH: the clip does not begin with what the first one taught."""


@dataclass(frozen=True, slots=True)
class Clip:
    """A clip of a collection: its header, its chunks, and what its file held beside its numbers.

    fresh: whether it is coded as if it were the first clip. variant: the number of what it is coded
    by, where that is not what the first one is.
    """

    header: Header
    bodies: Sequence[bytes]
    meta: Meta | None = None
    fresh: bool = False
    variant: int = 0


def check_alike(shared: Header, own: Header) -> None:
    """Raise InvalidInput for a clip of another kind than those of its collection."""
    if (shared.codec, shared.model) != (own.codec, own.model):
        raise InvalidInput("the clips of a variant have one codec and one model")
    check_frames(shared.outline, own.outline)


def check_frames(one: Outline, other: Outline) -> None:
    """Raise InvalidInput unless two sequences have frames of one shape and type."""
    if (one.shape[1:], one.dtype) != (other.shape[1:], other.dtype):
        kinds = [f"{part.shape[1:]} {part.dtype}" for part in (one, other)]
        raise InvalidInput(
            f"the clips of a collection have frames of one shape and type: {kinds[0]}, "
            f"not {kinds[1]}; put others into another collection"
        )


def pack(shared: Clip, clip: Clip) -> tuple[bytes, bytes]:
    """Kind and body of a clip's record, beside a usual one of its variant; raises InvalidInput."""
    own, bodies, usual = clip.header, clip.bodies, shared.header
    check_alike(usual, own)
    clock, kept = own.outline.clock, usual.outline
    delta = _delta(shared.meta, clip.meta)
    parts = {
        FRAMES: varint.put(own.outline.frames),
        RATE: b"" if clock.rate is None else _rate(clock.rate, clock.start),
        TIMES: b"" if clock.times is None else _sized(listed_times.pack(clock.times)),
        PARAMS: _sized(_params(own)),
        CHUNKS: b"".join(map(varint.put, (len(bodies), *map(len, bodies[:-1])))),
        FIELDS: b"" if delta is None else _sized(metadata.pack(delta)),
        FRESH: b"",
        META: _sized(b"" if clip.meta is None else metadata.pack(clip.meta)),
    }
    other = clip.meta != shared.meta
    wanted = {
        FRAMES: own.outline.frames != kept.frames,
        RATE: clock.rate is not None and not _same(clock, kept.clock),
        TIMES: clock.times is not None,
        PARAMS: own.params != usual.params,
        CHUNKS: len(bodies) > 1,
        FIELDS: other and delta is not None,
        META: other and delta is None,
        FRESH: clip.fresh,
    }
    flags = sum(flag for flag, is_wanted in wanted.items() if is_wanted)
    if not flags:
        return clip_variants.wrapped(clip.variant, CLIP, bodies[0])
    head = bytes([flags]) + b"".join(parts[flag] for flag in parts if wanted[flag])
    return clip_variants.wrapped(clip.variant, OWN, head + b"".join(bodies))


def unpack(record: Record, shared: Clip, memlimit: int = memory.DEFAULT) -> Clip:
    """A clip from its record, beside a usual one; raises CorruptFile or LimitExceeded.

    A record of a variant must have been unwrapped.
    """
    if record.kind == CLIP:
        return replace(shared, header=replace(shared.header, chunks=1), bodies=[record.body])
    try:
        return _Fields(record.body, shared, memlimit).clip()
    except (InvalidInput, TruncatedFile) as error:
        raise CorruptFile(f"the header of a clip cannot be right: {error}") from error


def variant(record: Record, known: list[Clip], *, joined: bool) -> Clip:
    """A usual clip of the variant that a record begins, beside those that are known.

    joined: whether the clips are parts of one sequence. Raises CorruptFile, UnsupportedVersion.
    """
    if joined:
        raise CorruptFile("the parts of a sequence have no variants; the file is damaged")
    header = clip_variants.unpack(record.body, [one.header for one in known])
    return replace(known[0], header=header, variant=len(known))


def usual(number: int, known: list[Clip]) -> Clip:
    """A usual clip of a variant, by its number; raises CorruptFile where there is none such."""
    if number >= len(known):
        raise CorruptFile(f"a clip is of variant {number} of {len(known) - 1}; it is damaged")
    return known[number]


def _delta(shared: Meta | None, own: Meta | None) -> Meta | None:
    """The fields of a clip's metadata that are not the first clip's; None if it lacks some."""
    if shared is None or own is None or shared.format != own.format:
        return None
    if shared.fields.keys() - own.fields.keys():
        return None
    missing = object()
    changed = {k: v for k, v in own.fields.items() if shared.fields.get(k, missing) != v}
    return Meta(own.format, changed)


def _same(one: Clock, other: Clock) -> bool:
    return one.rate == other.rate and one.start == other.start


def _rate(rate: Fraction, start: float) -> bytes:
    return varint.put(rate.numerator) + varint.put(rate.denominator) + struct.pack("<d", start)


def _sized(part: bytes) -> bytes:
    return varint.put(len(part)) + part


def _params(header: Header) -> bytes:
    pairs = sorted(header.params.items())
    if any(len(key) != 1 for key, _ in pairs):
        raise InvalidInput("parameters of a collection have names of one letter")
    return b"".join(key.encode() + varint.put_signed(value) for key, value in pairs)


class _Fields:
    """Takes what a clip says of itself off its body, one field after another."""

    def __init__(self, body: bytes, shared: Clip, memlimit: int) -> None:
        if not body:
            raise TruncatedFile("it is empty")
        self._body, self._at, self._shared, self._memlimit = body, 1, shared, memlimit
        self._flags = body[0]

    def clip(self) -> Clip:
        usual = self._shared.header
        shared = usual.outline
        frames = self._number() if self._flags & FRAMES else shared.frames
        clock = self._clock(frames)
        params = self._params() if self._flags & PARAMS else usual.params
        sizes = self._sizes() if self._flags & CHUNKS else []
        outline = Outline((frames, *shared.shape[1:]), shared.dtype, clock)
        own = replace(usual, outline=outline, params=params, chunks=len(sizes) + 1)
        meta = self._meta()
        bodies = [self._take(size) for size in sizes]
        bodies.append(self._body[self._at :])
        fresh = bool(self._flags & FRESH)
        return replace(self._shared, header=own, bodies=bodies, meta=meta, fresh=fresh)

    def _meta(self) -> Meta | None:
        shared = self._shared.meta
        if not self._flags & (FIELDS | META):
            return shared
        part = self._take(self._number())
        own = metadata.unpack(part, self._memlimit) if part else None
        if not self._flags & FIELDS:
            return own
        if shared is None or own is None:
            raise InvalidInput("its metadata adds to what is not there")
        return Meta(own.format, {**shared.fields, **own.fields})

    def _clock(self, frames: int) -> Clock:
        if self._flags & RATE and self._flags & TIMES:
            raise InvalidInput("it has both a rate and times")
        if self._flags & RATE:
            top, bottom = self._number(), self._number()
            (start,) = struct.unpack("<d", self._take(8))
            return Clock(Fraction(top, max(bottom, 1)), start)
        if self._flags & TIMES:
            body = self._take(self._number())
            memory.check(listed_times.needed(frames), self._memlimit, "the times of a clip")
            return Clock(times=listed_times.unpack(body, frames))
        return self._shared.header.outline.clock

    def _params(self) -> dict[str, int]:
        end, params = self._number() + self._at, dict[str, int]()
        while self._at < end and len(params) < PARAMETERS:
            key = self._take(1).decode("ascii", "replace")
            params[key], self._at = varint.get_signed(self._body, self._at)
        if self._at != end:
            raise InvalidInput("its parameters are too many or end elsewhere")
        return params

    def _sizes(self) -> list[int]:
        count = self._number()
        if not 2 <= count <= len(self._body):
            raise InvalidInput(f"it has {count} chunks")
        return [self._number() for _ in range(count - 1)]

    def _number(self) -> int:
        number, self._at = varint.get(self._body, self._at)
        return number

    def _take(self, count: int) -> bytes:
        part = self._body[self._at : self._at + count]
        if len(part) < count:
            raise TruncatedFile("it ends too early")
        self._at += count
        return part
