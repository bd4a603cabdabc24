"""From what a user asks for to the jobs that may fulfil it, of which the smallest file is kept."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, BinaryIO

import numpy as np

from vdsc.api import attempts, jobs
from vdsc.api.choice import Choice, chosen
from vdsc.api.dial import Goal, turned
from vdsc.api.encoding import Larger, Progress
from vdsc.api.joining import join, own_parts
from vdsc.api.joints import JointBound
from vdsc.api.one_job import Asked
from vdsc.api.promised import or_promised
from vdsc.api.report import Report
from vdsc.api.smallest import copy, or_exact, smallest, spool
from vdsc.api.units import check_exact, in_units
from vdsc.core.sequence import Outline, Times
from vdsc.errors import InvalidInput
from vdsc.io.source import Source


@attempts.collected
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
    unit: str = "",
    missing: str | None = None,
    parts: float | None = None,
    verify: bool = True,
    progress: Progress | None = None,
    **settings: Any,
) -> Report:
    """Write the .vds file of a source to a stream; raises VdscError.

    fps or times date the frames, else the model's own rate does. codec: one of
    `registry.names_to_write()`, "" for the lossy one that does best, or with `lossless` the
    smallest exact one. max_error: what no value is off by, see `BoundedSettings`, or a length such
    as "0.01cm": what no joint of a .bvh file is off by, one `unit` of which is such a length.
    psnr: dB of the values' range that the file reaches. target_size: bytes that it has at most.
    missing: "nan" if NaNs are gaps, which come back where they were. parts: seconds of the parts
    that are decoded alone, so that any of it is read without the rest; those of a long sequence
    are `joining.own_parts`, and 0 asks for none. settings: fields of the
    codec's Settings. Where a lossless file is smaller than a lossy one, it is taken, and
    `Report.chosen` says so.
    """
    _one_wish(lossless=lossless, max_error=max_error, psnr=psnr, target_size=target_size)
    given = {key: _plain(value) for key, value in settings.items() if value is not None}
    dated: dict[str, Any] = {"fps": fps, "times": times, "verify": verify}
    joints = JointBound.of(max_error, unit)
    goals = {"psnr": psnr, "target_size": target_size, "lossless": lossless or None}
    wish = {"codec": codec, "max_error": max_error, "missing": missing, "unit": unit}
    asked = {**goals, **wish, **dated, **given}
    if parts is None and not any((joints, psnr, target_size, missing)):
        parts = own_parts(Asked.of(asked).outline(source), lossless=lossless)
    if parts:
        return join(source, stream, parts, Asked.of(asked), progress)
    if joints is not None and codec in {"", jobs.BOUNDED} and not missing:
        return joints.write(source.plain or source, stream, progress=progress, **dated, **given)
    request = _Request(source, stream, progress, missing, dated, given)
    if max_error is not None or codec == jobs.BOUNDED:
        return request.bounded(max_error, codec)
    if lossless and not codec:
        return request.exact()
    return request.lossy(
        codec, None if psnr is None and target_size is None else Goal(psnr, target_size)
    )


@dataclass(frozen=True, slots=True)
class _Request:
    """What is asked of one file: its source and where it goes, and the words of the user.

    dated: fps, times and verify; given: settings of a codec.
    """

    source: Source
    stream: BinaryIO
    progress: Progress | None
    missing: str | None
    dated: dict[str, Any]
    given: dict[str, Any]

    def outline(self, source: Source) -> Outline:
        """When the frames of a source are."""
        model = str(self.given.get("model", ""))
        return jobs.dated(source, model, self.dated["fps"], self.dated["times"])

    def bounded(self, max_error: Any, codec: str) -> Report:
        """A file with a promised error, or one without loss where that is smaller."""
        if codec not in {"", jobs.BOUNDED}:
            raise InvalidInput(f"codec {codec!r} promises no error; leave it out")
        source = self.source
        error, said = (None, "") if max_error is None else in_units(source, max_error)
        bound = {} if error is None else {"max_error": error}
        tried = jobs.bounded(self.given | bound, verify=self.dated["verify"])
        source = source.plain or source
        if jobs.has_gaps(source, self.missing):
            tried = [jobs.with_gaps(job) for job in tried]
        outline = self.outline(source)
        if codec:
            return warned(smallest(tried, source, outline, self.stream, self.progress), said)
        with spool() as made:
            report = smallest(tried, source, outline, made, self.progress)
            report = or_exact(report, made, source, outline, self.progress)
            copy(made, self.stream)
            return report if report.lossless else warned(report, said)

    def exact(self) -> Report:
        """The smallest file without loss."""
        outline = self.outline(self.source)
        verify = self.dated["verify"]
        tried = jobs.exact(outline, self.given, verify=verify, source=self.source)
        return smallest(tried, self.source, outline, self.stream, self.progress)

    def lossy(self, codec: str, goal: Goal | None) -> Report:
        """A file by the codec that is named, or by the one that does best."""
        source, verify = self.source, self.dated["verify"]
        if codec not in jobs.EXACT:
            check_exact(source)
        gaps = jobs.has_gaps(source.plain or source, self.missing)
        if gaps and not codec:
            source, codec = source.plain or source, jobs.PLAIN
        if not codec:
            choice = chosen(source, self.given, **self.dated)
            return _written(choice, goal, self.stream, self.progress)
        outline = self.outline(source)
        job = jobs.job(codec, self.given, verify=verify)
        job = jobs.with_gaps(job) if gaps else job
        if goal is not None:
            job = turned(job, source, outline, goal, self.progress)
        return job.write(source, outline, self.stream, progress=self.progress)


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
            made.seek(0)  # a first file at the usual quality may be there
            made.truncate()
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
        tried = jobs.exact(outline, {}, verify=True, source=source)
        return smallest(tried, source, outline, stream, progress, most)
    except Larger:
        raise InvalidInput(f"{source.name} does not fit; allow more than {most:,} bytes") from None
