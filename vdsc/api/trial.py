"""Whether a lossless file could be smaller than a lossy one, judged from a short excerpt."""

from __future__ import annotations

import io
from dataclasses import replace
from fractions import Fraction

from vdsc.api.encoding import Job
from vdsc.codecs import registry
from vdsc.core.sequence import Clock, Outline
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
    begin = (frames - EXCERPT) // 2
    shape = (EXCERPT, *outline.shape[1:])
    some = replace(
        source, shape=shape, fetch=lambda a, b: source.fetch(begin + a, begin + b), exact=True
    )
    codec = registry.codec_to_write("lossless")
    part = Outline(shape, outline.dtype, Clock(rate=Fraction(1)))
    made = Job(codec, codec.Settings(), verify=False).write(some, part, io.BytesIO())
    return made.file_bytes * frames < HOPE * EXCERPT * size
