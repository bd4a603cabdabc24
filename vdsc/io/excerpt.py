"""A few frames of a source as a source of their own, to try something on."""

from __future__ import annotations

from dataclasses import replace

from vdsc.core.sequence import Clock, Outline
from vdsc.core.types import Values
from vdsc.io.source import Source

FEW, ROW = 128, 64
"""Frames that are quick to code; more of them where a frame has fewer values than ROW."""


def middle(source: Source, outline: Outline) -> tuple[Source, Outline]:
    """A few frames from the middle, to choose a way by."""
    count = FEW * max(1, ROW * outline.frames // outline.values)
    return excerpt(source, outline, max(0, (outline.frames - count) // 2), count)


def excerpt(source: Source, outline: Outline, begin: int, count: int) -> tuple[Source, Outline]:
    """So many frames from number `begin` on, at the times that they have."""
    count = min(count, outline.frames - begin)
    if count == outline.frames:
        return source, outline

    def fetch(a: int, b: int) -> Values:
        return source.fetch(begin + a, begin + b)

    clock, shape = outline.clock, (count, *outline.shape[1:])
    if clock.times is not None:
        clock = Clock(times=clock.times[begin : begin + count])
    some = replace(source, shape=(count, *source.shape[1:]), fetch=fetch, plain=None)
    return some, replace(outline, shape=shape, clock=clock)
