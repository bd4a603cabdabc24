"""Whether a lossless file could be smaller than a lossy one, judged from a short excerpt."""

from __future__ import annotations

import io
from dataclasses import replace
from fractions import Fraction

from vdsc.api.encoding import Job
from vdsc.codecs import registry
from vdsc.core.sequence import Clock, Outline
from vdsc.io.excerpt import excerpt
from vdsc.io.source import Source

EXCERPT = 64
"""Frames from the middle that are coded without loss; of fewer than twice as many all may be."""

HOPE = 2
"""How many times better than on the excerpt a lossless codec may do on the whole."""


def may_be_smaller(source: Source, outline: Outline, size: int) -> bool:
    """Whether a lossless file may have fewer than `size` bytes."""
    frames = outline.frames
    if frames <= 2 * EXCERPT:
        return True
    some, _ = excerpt(source, outline, (frames - EXCERPT) // 2, EXCERPT)
    part = Outline(some.shape, outline.dtype, Clock(rate=Fraction(1)))
    codec = registry.codec_to_write("lossless")
    job = Job(codec, codec.Settings(), verify=False)
    made = job.write(replace(some, exact=True), part, io.BytesIO())
    return made.file_bytes * frames < HOPE * EXCERPT * size
