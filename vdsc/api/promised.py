"""Whether a promised error serves a source better than the file with loss that is made of it."""

from __future__ import annotations

import io
from dataclasses import replace
from math import sqrt
from typing import Any

import numpy as np

from vdsc.api import jobs
from vdsc.api.encoding import Larger, Progress
from vdsc.api.report import Report
from vdsc.api.rival import each_channel, errors_of, groups_of
from vdsc.api.smallest import replaced, smallest, spool
from vdsc.core.sequence import Outline
from vdsc.errors import InvalidInput
from vdsc.io.excerpt import middle
from vdsc.io.source import Source

SAME = 1.02
"""Mean errors count as equal up to this ratio."""

WORTH = 0.95
"""A smaller file is mentioned where it has less than this share of the bytes."""


def or_promised(
    report: Report,
    made: Any,
    source: Source,
    outline: Outline,
    progress: Progress | None,
) -> Report:
    """The file that is made, or in its place one that promises an error.

    That one is taken where it is smaller though its errors are no larger in the mean: values whose
    neighbours say little of them are not worth a path. Where no checkpoint knows the source and
    the same largest error costs less, a warning names it.
    """
    groups = groups_of(report)
    spread = 2 if report.psnr is None else sqrt(3)  # of even errors, by their mean or their root
    even = each_channel(spread * errors_of(report), groups, outline)
    exact = outline.dtype.kind in "iu" and max(even) < 0.5  # a file without loss is no larger
    if not exact and _size(source, outline, even, "none") < report.file_bytes:
        tried = jobs.bounded({"max_error": even}, verify=report.verified)
        try:
            with spool() as other:
                most = report.file_bytes - 1
                found = smallest(tried, source, outline, other, progress, most, groups)
                if _no_worse(found, report):
                    replaced(made, other)
                    return replace(found, chosen=_words(found, report))
        except (Larger, InvalidInput):
            pass
    worst = max((group.max for group in report.groups), default=0.0)
    size = report.file_bytes
    if worst and report.codec == jobs.PLAIN:
        size = min(_size(source, outline, (worst,), base) for base in jobs.BASES)
    if size < WORTH * report.file_bytes:
        words = (
            f"if the largest error is what counts, --max-error {worst:.3g} takes about {size:,} "
            "bytes"
        )
        return replace(report, warnings=(*report.warnings, words))
    return report


def _size(source: Source, outline: Outline, errors: tuple[float, ...], base: str) -> int:
    """About how many bytes a file with these errors has, on such a base."""
    some, part = middle(source, outline)
    job = jobs.job(jobs.BOUNDED, {"max_error": errors, "base": base}, verify=False)
    try:
        made = job.write(some, part, io.BytesIO())
    except InvalidInput:
        return outline.raw_bytes
    return made.file_bytes * outline.frames // part.frames


def _no_worse(found: Report, report: Report) -> bool:
    """Whether mean errors are at most those of another report."""
    if report.psnr is not None:
        return found.psnr is not None and found.psnr >= report.psnr - 20 * np.log10(SAME)
    pairs = zip(found.groups, report.groups, strict=True)
    return all(one.mean <= SAME * other.mean for one, other in pairs)


def _words(found: Report, report: Report) -> str:
    """Why the promised error was taken, after why the other file was made."""
    share = 1 - found.file_bytes / report.file_bytes
    name = report.made_by.split(",")[0]
    words = f"{share:.0%} smaller than {name} at equal mean error, with a promise"
    return f"{report.chosen}; {words}" if report.chosen else words
