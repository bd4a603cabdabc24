"""A long sequence as clips that follow each other, so that any part of it is decoded alone."""

from __future__ import annotations

import time
from dataclasses import replace
from math import prod
from typing import BinaryIO

from vdsc.api import clocks
from vdsc.api.clip_coding import ClipCoder
from vdsc.api.clip_ways import variants
from vdsc.api.encoding import Job, Progress
from vdsc.api.one_job import Asked, one_job, viewed
from vdsc.api.report import Report
from vdsc.container.collection_head import CollectionHead, part, parts
from vdsc.container.collection_writer import CollectionWriter
from vdsc.core.sequence import Clock, Outline
from vdsc.io.excerpt import excerpt
from vdsc.io.source import Source

LONG, MANY = 300, 1 << 22
"""Seconds, and values, beyond which a sequence is in parts though nobody asked for them."""

PART, EXACT, SHORTEST = 1 << 18, 1 << 17, 10
"""About how many values such a part has, and without loss, and seconds at least.

Any second is then found quickly; what is coded without loss takes longer to decode.
"""


def own_parts(outline: Outline, *, lossless: bool) -> float | None:
    """Seconds of the parts of a long sequence, None for a shorter one: memory has an end."""
    values = prod(outline.shape)
    seconds = outline.frames / float(outline.mean_rate)
    if seconds < LONG or values < MANY:
        return None
    return max(seconds * (EXACT if lossless else PART) / values, SHORTEST)


def join(
    source: Source,
    stream: BinaryIO,
    seconds: float,
    asked: Asked,
    progress: Progress | None = None,
) -> Report:
    """Write a sequence in parts of so many seconds; raises VdscError.

    The job is the one that suits a part from the middle: to code all for that would take as long
    again. Settings mean what they do for the whole.
    """
    outline = asked.outline(source)
    usual = max(1, min(outline.frames, round(seconds * outline.mean_rate)))
    job = one_job(asked, source, (outline.frames - usual) // 2, usual)
    return joined(job, viewed(job, source), outline, stream, usual, progress)


def joined(
    job: Job,
    source: Source,
    outline: Outline,
    stream: BinaryIO,
    usual: int,
    progress: Progress | None = None,
) -> Report:
    """Write a sequence in clips of `usual` frames, but the last; raises VdscError.

    Where the codec is continuous a clip holds the first frame of the next one, too, so that its
    path reaches that.
    """
    began, sharing = time.perf_counter(), job.codec.continuous
    job = replace(job, settings=job.codec.fixed(source, outline, job.settings))
    coder, writer = ClipCoder(variants([job])), None
    for number in range(parts(outline.frames, usual, sharing=sharing)):
        one = part(outline.frames, usual, number, sharing=sharing)
        some, _ = excerpt(source, outline, one.begin, one.until - one.begin)
        timed = clocks.cut(outline, one.begin, one.until, listed=True)
        clip = coder.clip(some, timed, one.end - one.begin)
        if writer is None:
            whole = replace(clip.header, outline=outline, chunks=1)
            head = CollectionHead(whole, joined=True, sharing=sharing, usual=usual)
            writer = CollectionWriter.begin(stream, head, source.meta)
        outlined = replace(clip.header.outline, clock=Clock(rate=head.shared.outline.clock.rate))
        writer.clip(replace(clip, header=replace(clip.header, outline=outlined), meta=source.meta))
        if progress:
            progress(one.end, outline.frames)
    assert writer is not None
    seconds = time.perf_counter() - began
    return coder.report(outline.frames, outline.raw_bytes, writer.close(), seconds)
