"""What is looked at: a .vds file, or any file or array that vdsc reads."""

from __future__ import annotations

import io
import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

import numpy as np

from vdsc.api import decode, inspect, inspect_knots
from vdsc.codecs import registry
from vdsc.codecs.windows import apart
from vdsc.core import memory
from vdsc.core.meta import Meta
from vdsc.core.sequence import Clock, Outline, Times
from vdsc.core.types import Values
from vdsc.errors import InvalidInput, VdscError
from vdsc.io.formats import opener
from vdsc.io.source import Source, array_source, open_source, split_key
from vdsc.io.spool import open_input, spoken

MAGIC = b"\x89VDS"
MOST, AT_ONCE = 256, 1 << 22
"""Frames that are looked at together, of so many values at most, unless one has more."""


@dataclass(frozen=True, slots=True)
class Clip:
    """A sequence to look at.

    frames: gives them in batches (n, ...) at the listed times, or at its own for None. continuous:
    whether other times than its own tell more. knots: (K,) seconds, None where it has none.
    said: what is known of the file, as (name, words).
    """

    name: str
    outline: Outline
    frames: Callable[[Times | None], Iterator[Values]]
    meta: Meta | None = None
    continuous: bool = False
    model: str = ""
    knots: Times | None = None
    said: tuple[tuple[str, str], ...] = ()


@contextmanager
def open_clip(
    path: str, *, memlimit: int = memory.DEFAULT, form: str = "", clock: Clock | None = None
) -> Iterator[Clip]:
    """The clip in a file: decoded from a .vds file, else as it is there. Raises VdscError.

    clock: when the frames are, where the file does not say.
    """
    file, key = split_key(path)
    if file and Path(file).is_dir():
        with open_source(path, exact=True, limit=memlimit) as source:
            yield clip_of_source(source, clock)
        return
    with open_input(file, limit=memlimit) as stream:
        head, name = stream.read(len(MAGIC)), spoken(file)
        stream.seek(0)
        if head == MAGIC:
            yield clip_of_data(stream.read(), name, memlimit=memlimit)
            return
        adapter = opener(stream, name, form)
        with adapter(stream, name, key, exact=True, limit=memlimit) as source:
            yield clip_of_source(source, clock)


def clip_of_data(data: bytes, name: str, *, memlimit: int = memory.DEFAULT) -> Clip:
    """The clip in the bytes of a .vds file; raises VdscError."""
    first = decode(io.BytesIO(data), memlimit=memlimit)
    facts = inspect(io.BytesIO(data), memlimit=memlimit)

    def frames(times: Times | None) -> Iterator[Values]:
        return iter(decode(io.BytesIO(data), times=times, memlimit=memlimit))

    smaller = f"{facts.size:,} bytes, {facts.raw_bytes / facts.size:.1f} times smaller"
    said = (("file", smaller), ("codec", f"{facts.codec} {facts.model}".strip()))
    return Clip(
        name,
        first.outline,
        frames,
        first.meta,
        registry.codec_of_file(facts.codec).continuous,
        facts.model,
        _knots(data),
        said,
    )


def clip_of_source(source: Source, clock: Clock | None = None) -> Clip:
    """The clip in a source, at its own times only; one frame a second where nothing dates it."""
    found = source.clock or clock or Clock(Fraction(1))

    def frames(times: Times | None) -> Iterator[Values]:
        count = source.shape[0]
        at = np.arange(count) if times is None else nearest(found.seconds(0, count), times)
        for begin, end in apart(len(at), together(source.shape)):
            yield np.concatenate([source.fetch(i, i + 1) for i in at[begin:end].tolist()])

    said = () if source.clock or clock else (("note", "no times: one frame a second; see --fps"),)
    notes = (("note", source.note),) if source.note else ()
    outline = Outline(source.shape, source.dtype, found)
    return Clip(source.name, outline, frames, source.meta, said=(*said, *notes))


def clip_of_values(values: object, clock: Clock | None = None) -> Clip:
    """The clip of an array (T, ...)."""
    return clip_of_source(array_source(values, exact=True), clock)


def matching(original: Clip, clip: Clip) -> Clip:
    """The original, each frame at the time of the clip's; raises InvalidInput unless as many."""
    ours, theirs = clip.outline, original.outline
    if theirs.shape != ours.shape:
        words = f"the original has {theirs.shape} values and {clip.name} {ours.shape}"
        raise InvalidInput(f"{words}; give the file that was compressed")
    own, its = (outline.clock.seconds(0, outline.frames) for outline in (ours, theirs))

    def frames(times: Times | None) -> Iterator[Values]:
        return original.frames(None if times is None else its[nearest(own, times)])

    outline = replace(theirs, clock=ours.clock)
    return replace(original, outline=outline, frames=frames, continuous=False)


def together(shape: tuple[int, ...]) -> int:
    """How many frames of a sequence (T, ...) are looked at together."""
    return max(1, min(MOST, AT_ONCE // math.prod(shape[1:])))


def nearest(own: Times, times: Times) -> Values:
    """Numbers of the frames that are shown at times: the last that has begun."""
    return np.clip(np.searchsorted(own, times, side="right") - 1, 0, len(own) - 1)


def _knots(data: bytes) -> Times | None:
    """Times of the knots, None of a file without, or whose model is not here."""
    try:
        return inspect_knots(data)
    except VdscError:
        return None
