"""The quality at which a file is as close, or as small, as is asked for."""

from __future__ import annotations

import io
from dataclasses import dataclass, replace
from typing import Any

from vdsc.api.encoding import Job, Larger, Progress
from vdsc.api.report import Report
from vdsc.core.sequence import Outline
from vdsc.errors import InvalidInput
from vdsc.io.source import Source

LEAST, MOST = 1, 100
"""Qualities."""


@dataclass(frozen=True, slots=True)
class Goal:
    """snr: dB that a file is to reach; or size: bytes that it may have."""

    snr: float | None = None
    size: int | None = None

    def __post_init__(self) -> None:
        if self.snr is not None and not 0 < self.snr <= 400:
            raise InvalidInput(f"psnr must be above 0 and at most 400 dB, not {self.snr}")
        if self.size is not None and self.size < 1:
            raise InvalidInput(f"target_size must be at least one byte, not {self.size}")


def turned(
    job: Job, source: Source, outline: Outline, goal: Goal, progress: Progress | None
) -> Job:
    """The job at the lowest quality that is close enough, or the highest that is small enough.

    Raises InvalidInput where none is.
    """
    best, low, high = 0, LEAST, MOST
    done = 0
    while low <= high:
        quality = (low + high) // 2
        report = _report(_at(job, quality), source, outline, goal)
        done += 1
        if progress:
            progress(min(done, 7) * outline.frames // 8, outline.frames)
        if goal.snr is not None:
            reached = report is not None and report.snr >= goal.snr
            best = quality if reached else best
            low, high = (low, quality - 1) if reached else (quality + 1, high)
        else:
            best = quality if report is not None else best
            low, high = (quality + 1, high) if report is not None else (low, quality - 1)
    if not best:
        raise InvalidInput(_out_of_reach(goal))
    return _at(job, best)


def _report(job: Job, source: Source, outline: Outline, goal: Goal) -> Report | None:
    """What a job achieves; None if its file is too large."""
    try:
        return replace(job, verify=False).write(source, outline, io.BytesIO(), most=goal.size)
    except Larger:
        return None


def _at(job: Job, quality: int) -> Job:
    """The job at a quality; steps of a codec that has them are scaled instead."""
    settings: Any = job.settings
    within = getattr(settings, "settings", None)  # of a codec that wraps another one
    if within is not None:
        turned_within = _at(replace(job, settings=within), quality).settings
        return replace(job, settings=replace(settings, settings=turned_within))
    if not hasattr(settings, "quality"):
        raise InvalidInput(f"codec {job.codec.id!r} has no quality to turn; leave it out")
    steps = getattr(settings, "steps", ())
    if steps:
        scale = 2 ** ((settings.quality - quality) / 10)
        return replace(job, settings=replace(settings, steps=tuple(s * scale for s in steps)))
    return replace(job, settings=replace(settings, quality=quality))


def _out_of_reach(goal: Goal) -> str:
    if goal.size is not None:
        return f"no quality makes a file of {goal.size:,} bytes; allow more"
    return f"no quality reaches {goal.snr:g} dB; use --max-error, or --lossless"
