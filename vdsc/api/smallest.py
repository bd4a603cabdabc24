"""Of several files of one sequence the smallest; until then they wait in memory, or on disk."""

from __future__ import annotations

import shutil
from dataclasses import replace
from tempfile import SpooledTemporaryFile
from typing import Any, BinaryIO, cast

from vdsc.api import jobs, trial
from vdsc.api.encoding import Job, Larger, Progress
from vdsc.api.report import Report
from vdsc.codecs.base import Group
from vdsc.core.sequence import Outline
from vdsc.errors import InvalidInput
from vdsc.io.source import Source

IN_MEMORY = 1 << 26
"""Bytes of a file that is not yet chosen; beyond them it waits on disk."""


def spool() -> Any:
    """Where a file waits until it is chosen."""
    return SpooledTemporaryFile(IN_MEMORY)


def smallest(
    tried: list[Job],
    source: Source,
    outline: Outline,
    stream: BinaryIO,
    progress: Progress | None,
    most: int | None = None,
    groups: tuple[Group, ...] | None = None,
) -> Report:
    """Write the smallest of the files that the jobs make; raises Larger if all exceed `most`.

    A job that refuses the source is passed over where another one takes it. groups: whose errors
    are measured, where they are not those of the codec.
    """
    if len(tried) == 1:
        return tried[0].write(source, outline, stream, most=most, progress=progress, groups=groups)
    best: Report | None = None
    fault: Exception = Larger()
    kept = spool()
    try:
        for job in tried:
            made = spool()
            try:
                best = job.write(source, outline, made, most=most, progress=progress, groups=groups)
                most = best.file_bytes - 1
                kept, made = made, kept
            except (Larger, InvalidInput) as why:
                fault = why
            finally:
                made.close()
        if best is None:
            raise fault
        copy(kept, stream)
    finally:
        kept.close()
    return best


def or_exact(
    report: Report, made: Any, source: Source, outline: Outline, progress: Progress | None
) -> Report:
    """The file that is made, or in its place one without loss where that is smaller."""
    if not trial.may_be_smaller(source, outline, report.file_bytes):
        return report
    with spool() as other:
        try:
            tried = jobs.exact(outline, {}, verify=report.verified, source=source)
            most = report.file_bytes - 1
            found = smallest(tried, source, outline, other, progress, most)
        except Larger:
            return report
        replaced(made, other)
    saved = report.file_bytes - found.file_bytes
    words = f"without loss it is {saved:,} bytes smaller than at this error"
    return replace(found, chosen=words)


def replaced(made: Any, other: Any) -> None:
    """Put another file that waited in the place of one."""
    made.seek(0)
    made.truncate()
    copy(other, made)


def copy(made: Any, stream: BinaryIO) -> None:
    """Write a file that waited."""
    made.seek(0)
    shutil.copyfileobj(cast("BinaryIO", made), stream)
