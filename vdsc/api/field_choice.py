"""Whether the codec `field` does better than the plain one by what varies along several axes."""

from __future__ import annotations

import io
from dataclasses import replace
from math import log2, prod
from typing import Any

import numpy as np

from vdsc.api.encoding import Job
from vdsc.api.report import Report
from vdsc.api.rival import SAME, errors_of, groups_of
from vdsc.codecs import registry
from vdsc.core.sequence import Outline
from vdsc.errors import VdscError
from vdsc.io.excerpt import excerpt
from vdsc.io.source import Source

FIELD = "field"

AXES = 2
"""Axes of a frame, with more than a few entries each, from which on it may be a field."""

FEW = 4
VALUES = 1 << 18
"""Values of the first frames by which the two are compared."""

LEAST = 1 << 12
"""Values below which it is not tried: a network would be most of the file."""

TRIES = 7
PER_OCTAVE = 10
"""Points of quality that halve the errors."""


def as_field(source: Source, outline: Outline, plain: Job) -> tuple[Job, str] | None:
    """A job of `field` that is as close as the plain codec's and smaller, and words for it.

    None where the plain codec's settings ask for more than a quality.
    """
    quality = plain.settings.quality
    if plain.settings != type(plain.settings)(quality=quality) or not _like_a_field(outline):
        return None
    frames = max(1, VALUES // prod(outline.shape[1:]))
    some, part = excerpt(source, outline, 0, frames)
    job = replace(plain, verify=False)
    try:
        report = job.write(some, part, io.BytesIO())
    except VdscError:
        return None
    codec: Any = registry.codec_to_write(FIELD)
    wanted = max(float(errors_of(report)[0]), 1e-300)
    found: tuple[int, Report] | None = None
    worse = quality - 1
    for _ in range(TRIES):
        tried = Job(codec, codec.Settings(quality=quality, effort=0), verify=False)
        made = tried.write(some, part, io.BytesIO(), groups=groups_of(report))
        ratio = float(errors_of(made)[0]) / wanted
        if ratio <= SAME:
            found = quality, made
        else:
            worse = quality
        if found is not None:  # the jump to it may have been too long
            if found[0] - worse <= 1:
                break
            quality = (found[0] + worse) // 2
        else:
            quality = min(100, quality + max(1, int(np.ceil(PER_OCTAVE * log2(ratio)))))
    if found is None or found[1].file_bytes >= report.file_bytes:
        return None
    share = 1 - found[1].file_bytes / report.file_bytes
    field = Job(codec, codec.Settings(quality=found[0]), plain.verify)
    return field, f"{share:.0%} smaller than {plain.codec.id} at equal error"


def _like_a_field(outline: Outline) -> bool:
    """Whether frames have two axes or more along which values may vary smoothly."""
    long = [n for n in outline.shape[1:] if n > FEW]
    return len(long) >= AXES and outline.values >= LEAST
