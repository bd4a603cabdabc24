"""Frames of a file's chunks, whole or in part, by any codec."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from vdsc.codecs.base import Cropping, Decoder
from vdsc.core.crop import Crop
from vdsc.core.instants import Instants
from vdsc.core.numeric_view import from_numbers
from vdsc.core.sequence import Outline
from vdsc.core.types import Values
from vdsc.errors import CorruptFile, InvalidInput


def frames_of(
    decoder: Decoder,
    bodies: Iterable[bytes],
    outline: Outline,
    wanted: Instants,
    crop: Crop | None = None,
) -> Iterator[Values]:
    """Frames of every chunk in turn, in batches; raises CorruptFile unless they are all there.

    outline: of the sequence in the file. crop: the part of them that is wanted, None for all of it.
    A decoder that crops makes no more than that. No chunk behind the last wanted frame is read.
    """
    if crop is not None and isinstance(decoder, Cropping):
        decoder.crop(crop)
        begin, end = crop.frames or (0, wanted.outline.frames)
        yield from _counted(decoder, bodies, outline, wanted, end - begin)
        return
    if crop is not None and crop.scaled:
        raise InvalidInput("only files of codec 'field' have frames at any scale; leave it out")
    whole = _counted(decoder, bodies, outline, wanted, wanted.outline.frames)
    if crop is None:
        yield from whole
        return
    some = whole if crop.frames is None else clipped(whole, *crop.frames)
    for frames in some:
        yield crop.cut(frames)


def _counted(
    decoder: Decoder, bodies: Iterable[bytes], outline: Outline, wanted: Instants, count: int
) -> Iterator[Values]:
    made = 0
    for body in bodies:
        for frames in decoder.decode(body, wanted):
            made += len(frames)
            yield from_numbers(frames, outline.dtype)
        if made == count < wanted.outline.frames:
            return
    if made != count:
        raise CorruptFile("the chunks do not hold the file's frames; the file is damaged")


def clipped(batches: Iterator[Values], begin: int, end: int) -> Iterator[Values]:
    """The frames begin..end-1 of those that come in batches; no batch after them is asked for."""
    at = 0
    for frames in batches:
        part = frames[max(begin - at, 0) : max(end - at, 0)]
        if len(part):
            yield part
        at += len(frames)
        if at >= end:
            return
