"""From what a user asks for to the jobs that may fulfil it, of which the smallest file is kept."""

from __future__ import annotations

import shutil
from dataclasses import fields, replace
from fractions import Fraction
from tempfile import SpooledTemporaryFile
from typing import Any, BinaryIO, cast

import numpy as np

from vdsc.api import clocks, trial
from vdsc.api.encoding import Job, Larger, Progress
from vdsc.api.report import Report
from vdsc.codecs import registry
from vdsc.codecs.knots import checkpoints
from vdsc.core.sequence import Outline, Times
from vdsc.errors import InvalidInput
from vdsc.io.source import Source

IN_MEMORY = 1 << 26
"""Bytes of a file that is not yet chosen; beyond them it waits on disk."""

SPAN = 1 << 24
"""Bytes that the packed codec looks at before it chooses how it packs all."""

LOSSY, EXACT = "knots", ("lossless", "packed")
"""The codecs that are tried where none is named."""

UNDATED = Fraction(1)
"""Frames a second of a sequence that neither its owner nor a model dates."""


def encode(
    source: Source,
    stream: BinaryIO,
    *,
    fps: Fraction | None = None,
    times: Times | None = None,
    codec: str = "",
    lossless: bool = False,
    verify: bool = True,
    progress: Progress | None = None,
    **settings: Any,
) -> Report:
    """Write the .vds file of a source to a stream; raises VdscError.

    fps or times date the frames, else the model's own rate does. codec: one of
    `registry.names_to_write()`, "" for the lossy one, or with `lossless` the smallest exact one.
    settings: fields of the codec's Settings. Where a lossless file is smaller than a lossy one, it
    is taken, and `Report.chosen` says so.
    """
    model = str(settings.get("model") or "")
    outline = _dated(source, model, fps, times)
    if lossless and not codec:
        jobs = _exact(outline, settings, verify=verify)
        return _smallest(jobs, source, outline, stream, progress)
    job = _job(codec or LOSSY, settings, verify=verify)
    if codec:
        return job.write(source, outline, stream, progress=progress)
    return _lossy(job, source, outline, stream, progress)


def _dated(source: Source, model: str, fps: Fraction | None, times: Times | None) -> Outline:
    """Outline of a source that is dated as given, or as its model's frames are."""
    shape, dtype = source.shape, source.dtype
    little = dtype if source.exact else dtype.newbyteorder("<")
    found = checkpoints.pick(shape, dtype, model) if model else checkpoints.fitting(shape, dtype)
    native = UNDATED if found is None else checkpoints.ticks(found)
    return clocks.dated(shape, little, native=native, fps=fps, times=times)


def _job(name: str, settings: dict[str, Any], *, verify: bool) -> Job:
    """A codec with those of the settings that it has; raises InvalidInput for others."""
    codec = registry.codec_to_write(name)
    known = {field.name for field in fields(codec.Settings)}
    given = {key: _plain(value) for key, value in settings.items() if value is not None}
    unknown = sorted(set(given) - known)
    if unknown:
        raise InvalidInput(f"codec {name!r} has no setting {', '.join(unknown)}; leave it out")
    return Job(codec, codec.Settings(**given), verify)


def _exact(outline: Outline, settings: dict[str, Any], *, verify: bool) -> list[Job]:
    """The ways to give back every bit, of which the smallest file is kept.

    A sequence that is packed in several spans is packed as it is, too: which way is smallest is
    judged by the first span alone, and no file is to be larger than general compressors make it.
    """
    jobs = [_job(name, settings, verify=verify) for name in EXACT]
    if outline.raw_bytes > SPAN:
        jobs.append(_job("packed", {**settings, "plain": True}, verify=verify))
    return jobs


def _plain(value: Any) -> Any:
    """A setting as a number of Python's where it is one of NumPy's."""
    return value.item() if isinstance(value, np.generic) else value


def _lossy(
    job: Job, source: Source, outline: Outline, stream: BinaryIO, progress: Progress | None
) -> Report:
    """A lossy file, or a lossless one where that is smaller."""
    with _spool() as first:
        report = job.write(source, outline, first, progress=progress)
        if not trial.may_be_smaller(source, outline, report.file_bytes):
            _copy(first, stream)
            return report
        exact = _exact(outline, {}, verify=job.verify)
        best, chosen = report, first
        with _spool() as other:
            try:
                found = _smallest(exact, source, outline, other, progress, most=best.file_bytes)
                saved = best.file_bytes - found.file_bytes
                words = f"without loss it is {saved:,} bytes smaller than at this quality"
                best, chosen = replace(found, chosen=words), other
            except Larger:
                pass
            _copy(chosen, stream)
    return best


def _smallest(
    jobs: list[Job],
    source: Source,
    outline: Outline,
    stream: BinaryIO,
    progress: Progress | None,
    most: int | None = None,
) -> Report:
    """Write the smallest of the files that the jobs make; raises Larger if all exceed `most`."""
    if len(jobs) == 1:
        return jobs[0].write(source, outline, stream, most=most, progress=progress)
    best: Report | None = None
    kept = _spool()
    try:
        for job in jobs:
            made = _spool()
            try:
                best = job.write(source, outline, made, most=most, progress=progress)
                most = best.file_bytes - 1
                kept, made = made, kept
            except Larger:
                pass
            finally:
                made.close()
        if best is None:
            raise Larger
        _copy(kept, stream)
    finally:
        kept.close()
    return best


def _spool() -> Any:
    return SpooledTemporaryFile(IN_MEMORY)


def _copy(spool: Any, stream: BinaryIO) -> None:
    spool.seek(0)
    shutil.copyfileobj(cast("BinaryIO", spool), stream)
