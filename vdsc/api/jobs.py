"""From what a user asks for to the jobs that may fulfil it."""

from __future__ import annotations

from dataclasses import fields, replace
from fractions import Fraction
from math import prod
from typing import Any

import numpy as np

from vdsc.api import clocks
from vdsc.api.encoding import Job
from vdsc.api.two_valued import two_valued
from vdsc.codecs import registry
from vdsc.codecs.knots import checkpoints
from vdsc.codecs.windows import apart
from vdsc.core.sequence import Outline, Times
from vdsc.errors import InvalidInput
from vdsc.io.source import Source
from vdsc.model import store

LEARNED, PLAIN, BOUNDED, EXACT = "knots", "linear", "bounded", ("lossless", "packed")
"""The codecs that are tried where none is named."""

SPRITES, SOLIDS = "sprites", "solids"
"""The codecs that are tried before them, and take one kind of clip or array only."""

BASES = ("linear", "none")
"""What a promised error is tried on; on a checkpoint, too, where one is named."""

SPAN = 1 << 24
"""Bytes that the packed codec looks at before it chooses how it packs all."""

GAPS = "gaps"
"""The codec that keeps gaps beside another one."""

AT_ONCE = 1 << 22
"""Values that are looked at together, unless a frame has more."""

UNDATED = Fraction(1)
"""Frames a second of a sequence that neither its owner nor a model dates."""


def job(name: str, settings: dict[str, Any], *, verify: bool) -> Job:
    """A codec with the settings; raises InvalidInput for those that it does not have."""
    codec = registry.codec_to_write(name)
    known = {field.name for field in fields(codec.Settings)}
    unknown = sorted(set(settings) - known)
    if unknown:
        raise InvalidInput(f"codec {name!r} has no setting {', '.join(unknown)}; leave it out")
    return Job(codec, codec.Settings(**settings), verify)


def offer(name: str, settings: dict[str, Any], *, verify: bool) -> Job | None:
    """A codec with the settings; None if they are not all for it."""
    try:
        return job(name, settings, verify=verify)
    except InvalidInput:
        return None


def exact(
    outline: Outline, settings: dict[str, Any], *, verify: bool, source: Source | None = None
) -> list[Job]:
    """The ways to give back every bit, of which the smallest file is kept.

    A source of two values may be solids.

    A sequence that is packed in several spans is packed as it is, too: which way is smallest is
    judged by the first span alone, and no file is to be larger than general compressors make it.
    """
    jobs = [job(name, settings, verify=verify) for name in EXACT]
    if outline.raw_bytes > SPAN:
        jobs.append(job("packed", {**settings, "plain": True}, verify=verify))
    if source is not None and two_valued(source, outline):
        solid = offer(SOLIDS, {**settings, "quality": 100}, verify=verify)
        jobs += [solid] if solid else []
    return jobs


def bounded(settings: dict[str, Any], *, verify: bool) -> list[Job]:
    """The ways to keep a bound, of which the smallest file is kept."""
    bases = [*BASES, LEARNED] if settings.get("model") else list(BASES)
    if "base" in settings:
        bases = [settings["base"]]
    return [job(BOUNDED, {**settings, "base": base}, verify=verify) for base in bases]


def with_gaps(job: Job) -> Job:
    """A job that keeps gaps beside what a codec makes of the rest."""
    codec: Any = registry.codec_of_file(GAPS)
    return replace(job, codec=codec, settings=codec.Settings(job.codec.id, job.settings))


def has_gaps(source: Source, missing: str | None) -> bool:
    """Whether values are missing, if the user says how; raises InvalidInput for other words."""
    if missing not in {None, "", "nan"}:
        raise InvalidInput(f"missing must be 'nan', not {missing!r}")
    if not missing or source.dtype.kind != "f":
        return False
    most = max(1, AT_ONCE // prod(source.shape[1:]))
    spans = apart(source.shape[0], most)
    return any(bool(np.isnan(source.fetch(begin, end)).any()) for begin, end in spans)


def dated(source: Source, model: str, fps: Fraction | None, times: Times | None) -> Outline:
    """Outline of a source that is dated as given, else as its file says, else as its model is."""
    shape, dtype = source.shape, source.dtype
    little = dtype if source.exact else dtype.newbyteorder("<")
    if fps is None and times is None and source.clock is not None:
        return Outline(shape, little, source.clock)
    named = model and store.by_name(model).kind == store.PATHS
    found = checkpoints.pick(shape, dtype, model) if named else checkpoints.fitting(shape, dtype)
    native = UNDATED if found is None else checkpoints.ticks(found)
    return clocks.dated(shape, little, native=native, fps=fps, times=times)
