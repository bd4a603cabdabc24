"""Whether a lossless file could be smaller than a lossy one, judged from a short excerpt."""

from __future__ import annotations

import io
import zlib
from dataclasses import replace
from fractions import Fraction

import numpy as np

from vdsc.api.encoding import Job
from vdsc.codecs import registry
from vdsc.core.sequence import Clock, Outline
from vdsc.core.types import Values
from vdsc.io.excerpt import excerpt
from vdsc.io.source import Source

EXCERPT = 64
"""Frames from the middle that are coded without loss; of fewer than twice as many all may be."""

GENERAL = 16
"""How many times better than a general compressor on the excerpt it may do on the whole ..."""

HOPE = 2
"""... and than itself."""


def may_be_smaller(source: Source, outline: Outline, size: int) -> bool:
    """Whether a lossless file may have fewer than `size` bytes."""
    frames, count = outline.frames, min(outline.frames, EXCERPT)
    some, _ = excerpt(source, outline, (frames - count) // 2, count)
    if len(zlib.compress(_by_byte(some.fetch(0, count)))) * frames > GENERAL * count * size:
        return False
    if frames <= 2 * EXCERPT:
        return True
    part = Outline(some.shape, outline.dtype, Clock(rate=Fraction(1)))
    codec = registry.codec_to_write("lossless")
    job = Job(codec, codec.Settings(), verify=False)
    made = job.write(replace(some, exact=True), part, io.BytesIO())
    return made.file_bytes * frames < HOPE * EXCERPT * size


def _by_byte(values: Values) -> bytes:
    """The first byte of all values, then the second one, and so on: they are more alike."""
    width = values.dtype.itemsize
    return np.frombuffer(values.tobytes(), np.uint8).reshape(-1, width).T.tobytes()
