"""Codecs, models and parameters that clips of a collection may have in place of the first clip's.

VARIANT   kind | header       with the shared type and shape, but one frame at one frame a second
VARIED    2 n | what CLIP has, or 2 n + 1 | what OWN has, for a clip of variant n
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import NoReturn

from vdsc.container import brief, head, varint
from vdsc.container.header import Header
from vdsc.container.record import BRIEF, CLIP, HEAD, OWN, VARIED, Record
from vdsc.core.sequence import Clock
from vdsc.errors import CorruptFile, InvalidInput, TruncatedFile

MOST = 64
"""Variants of a collection."""


def same(one: Header, other: Header) -> bool:
    """Whether two headers have the same codec, model and parameters."""
    return _kind(one) == _kind(other)


def pack(header: Header, known: list[Header]) -> bytes:
    """The body for the variant that a clip's header shows; raises InvalidInput.

    known: the shared header and those of the variants before.
    """
    if len(known) > MOST or any(same(header, one) for one in known):
        raise InvalidInput(f"a collection has at most {MOST} variants, and no two are alike")
    bare = _bare(header)
    short = brief.pack(bare)
    return HEAD + head.pack(bare) if short is None else BRIEF + short


def unpack(body: bytes, known: list[Header]) -> Header:
    """The header of a usual clip of a variant; raises CorruptFile, UnsupportedVersion.

    known: the shared header and those of the variants before.
    """
    kind = body[:1]
    if kind not in {HEAD, BRIEF}:
        raise CorruptFile("a variant of a collection has no header; the file is damaged")
    found = (brief if kind == BRIEF else head).unpack(body[1:], _no_times)
    usual = replace(known[0], codec=found.codec, model=found.model, params=found.params, chunks=1)
    if head.pack(found) != head.pack(_bare(usual)):
        raise CorruptFile("a variant of a collection has other frames; the file is damaged")
    if len(known) > MOST or any(same(usual, one) for one in known):
        raise CorruptFile("the variants of a collection are too many or alike")
    return usual


def wrapped(number: int, kind: bytes, body: bytes) -> tuple[bytes, bytes]:
    """Kind and body of the record of a clip of a variant, 0 being what CLIP and OWN are of."""
    return (VARIED, varint.put(2 * number + (kind == OWN)) + body) if number else (kind, body)


def unwrapped(record: Record) -> tuple[int, Record]:
    """The number of a clip's variant, and its record as if it were of none; raises CorruptFile."""
    if record.kind != VARIED:
        return 0, record
    try:
        number, at = varint.get(record.body, 0)
    except TruncatedFile:
        number, at = 0, 0
    if number < 2:
        raise CorruptFile("a clip is of no variant; the file is damaged")
    return number >> 1, replace(record, kind=OWN if number & 1 else CLIP, body=record.body[at:])


def _bare(header: Header) -> Header:
    """A header with one frame, at one frame a second, of those it has."""
    shape = (1, *header.outline.shape[1:])
    outline = replace(header.outline, shape=shape, clock=Clock(Fraction(1)))
    return replace(header, outline=outline, chunks=1)


def _kind(header: Header) -> tuple[object, ...]:
    return header.codec, header.model, dict(header.params)


def _no_times(frames: int) -> NoReturn:
    raise CorruptFile("a variant of a collection lists times; the file is damaged")
