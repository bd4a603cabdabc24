"""From what a user asks for to the jobs that may fulfil it, of which the smallest file is kept."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any, BinaryIO

import numpy as np

from vdsc.api import jobs
from vdsc.api.choice import Choice, chosen
from vdsc.api.dial import Goal, turned
from vdsc.api.encoding import Larger, Progress
from vdsc.api.promised import or_promised
from vdsc.api.report import Report
from vdsc.api.smallest import copy, or_exact, smallest, spool
from vdsc.api.units import check_exact, in_units
from vdsc.core.sequence import Outline, Times
from vdsc.errors import InvalidInput
from vdsc.io.source import Source


def encode(
    source: Source,
    stream: BinaryIO,
    *,
    fps: Fraction | None = None,
    times: Times | None = None,
    codec: str = "",
    lossless: bool = False,
    max_error: str | float | tuple[float, ...] | None = None,
    psnr: float | None = None,
    target_size: int | None = None,
    missing: str | None = None,
    verify: bool = True,
    progress: Progress | None = None,
    **settings: Any,
) -> Report:
    """Write the .vds file of a source to a stream; raises VdscError.

    fps or times date the frames, else the model's own rate does. codec: one of
    `registry.names_to_write()`, "" for the lossy one that does best, or with `lossless` the
    smallest exact one. max_error: what no value is off by, see `BoundedSettings`. psnr: dB of the
    values' range that the file reaches. target_size: bytes that it has at most. missing: "nan" if
    NaNs are gaps, which come back where they were. settings: fields
    of the codec's Settings. Where a lossless file is smaller than a lossy one, it is taken, and
    `Report.chosen` says so.
    """
    _one_wish(lossless=lossless, max_error=max_error, psnr=psnr, target_size=target_size)
    given = {key: _plain(value) for key, value in settings.items() if value is not None}
    model = str(given.get("model", ""))
    if max_error is not None or codec == jobs.BOUNDED:
        if codec not in {"", jobs.BOUNDED}:
            raise InvalidInput(f"codec {codec!r} promises no error; leave it out")
        error, said = (None, "") if max_error is None else in_units(source, max_error)
        given |= {} if error is None else {"max_error": error}
        tried = jobs.bounded(given, verify=verify)
        source = source.plain or source
        if jobs.has_gaps(source, missing):
            tried = [jobs.with_gaps(job) for job in tried]
        outline = jobs.dated(source, model, fps, times)
        if codec:
            return warned(smallest(tried, source, outline, stream, progress), said)
        with spool() as made:
            report = smallest(tried, source, outline, made, progress)
            report = or_exact(report, made, source, outline, progress)
            copy(made, stream)
            return report if report.lossless else warned(report, said)
    if lossless and not codec:
        outline = jobs.dated(source, model, fps, times)
        tried = jobs.exact(outline, given, verify=verify)
        return smallest(tried, source, outline, stream, progress)
    if codec not in jobs.EXACT:
        check_exact(source)
    goal = None if psnr is None and target_size is None else Goal(psnr, target_size)
    gaps = jobs.has_gaps(source.plain or source, missing)
    if gaps and not codec:
        source, codec = source.plain or source, jobs.PLAIN
    if codec:
        outline = jobs.dated(source, model, fps, times)
        job = jobs.job(codec, given, verify=verify)
        job = jobs.with_gaps(job) if gaps else job
        if goal is not None:
            job = turned(job, source, outline, goal, progress)
        return job.write(source, outline, stream, progress=progress)
    choice = chosen(source, given, fps, times, verify=verify)
    return _written(choice, goal, stream, progress)


def warned(report: Report, words: str) -> Report:
    """A report with one more warning, if there is one."""
    return replace(report, warnings=(*report.warnings, words)) if words else report


def _one_wish(**wishes: object) -> None:
    """Raise InvalidInput for wishes that exclude each other."""
    given = [name for name, wish in wishes.items() if wish not in {None, False}]
    if len(given) > 1:
        raise InvalidInput(f"{given[0]} and {given[1]} ask for different things; give one of them")


def _plain(value: Any) -> Any:
    """A setting as a number of Python's where it is one of NumPy's."""
    return value.item() if isinstance(value, np.generic) else value


def _written(
    choice: Choice, goal: Goal | None, stream: BinaryIO, progress: Progress | None
) -> Report:
    """A file of the codec that was chosen, or one without loss where that is smaller."""
    source, outline, job = choice.source, choice.outline, choice.job
    if job is None:
        return replace(_exact(source, outline, goal, stream, progress), chosen=choice.words)
    made, report = choice.done or (spool(), None)
    with made:
        if goal is not None:
            job = turned(job, source, outline, goal, progress)
            made.truncate(0)
        if goal is not None or report is None:
            report = job.write(source, outline, made, progress=progress, groups=choice.groups)
        report = replace(report, chosen=choice.words)
        report = or_exact(report, made, source, outline, progress)
        if not report.lossless and goal is None and not choice.asked:
            report = or_promised(report, made, source, outline, progress)
        copy(made, stream)
        return report


def _exact(
    source: Source,
    outline: Outline,
    goal: Goal | None,
    stream: BinaryIO,
    progress: Progress | None,
) -> Report:
    """A file without loss, which may be too large; raises InvalidInput."""
    most = None if goal is None else goal.size
    try:
        tried = jobs.exact(outline, {}, verify=True)
        return smallest(tried, source, outline, stream, progress, most)
    except Larger:
        raise InvalidInput(f"{source.name} does not fit; allow more than {most:,} bytes") from None
