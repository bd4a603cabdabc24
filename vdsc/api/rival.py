"""Whether a codec without a model does as well as one with it: the smaller at equal error.

A checkpoint knows one kind of sequence. On any other it may cost more than the plain codec, or
make of it what it knows; then it is not used.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np

from vdsc.api.encoding import Job
from vdsc.api.jobs import PLAIN
from vdsc.api.report import Report
from vdsc.codecs import registry
from vdsc.codecs.base import Group
from vdsc.core.sequence import Outline
from vdsc.core.types import Floats
from vdsc.io.source import Source

MISFIT, AT_SPREAD = 1 / 3, 30
"""A model does not know what it leaves so much of, as a share of how far values spread; at the
quality at which the plain codec's steps are as large as that, all of it."""

TRIES = 5
"""How often the steps of the plain codec are set until its errors are the same."""

SAME = 1.02
"""Errors count as equal up to this ratio."""

FIRST = 4.0
"""Steps, in errors, that are tried first."""


@dataclass(frozen=True, slots=True)
class Rival:
    """Settings with which the plain codec is better, of which groups, and in which respect."""

    settings: Any
    groups: tuple[Group, ...]
    words: str


def rival(source: Source, outline: Outline, report: Report, asked: Any) -> Rival | None:
    """The plain codec for a source that a model coded with this report, or None.

    asked: settings of the plain codec as the user asks for them.
    """
    groups = groups_of(report)
    spreads, errors = _spreads(source, outline, groups), errors_of(report)
    name = report.made_by.split(",")[0]
    misfit = max(MISFIT, 2 ** ((AT_SPREAD - asked.quality) / 10))
    if (errors > misfit * spreads).any():
        return Rival(asked, groups, f"{name} was not used: it does not know such sequences")
    for settings, made, ratio in _tries(source, outline, report):
        smaller = made.file_bytes < report.file_bytes
        if smaller and (ratio <= SAME).all():
            share = 1 - made.file_bytes / report.file_bytes
            return Rival(settings, groups, f"{share:.0%} smaller than {name} at equal error")
        if not smaller and (ratio >= 1 / SAME).all():
            return None
    return None


def at_equal_error(source: Source, outline: Outline, report: Report) -> Report | None:
    """The smallest file of the plain codec with the errors of a report; None if none was met."""
    tries = _tries(source, outline, report)
    near = [made for _, made, ratio in tries if (ratio <= SAME).all()]
    return min(near, key=lambda made: made.file_bytes, default=None)


def _tries(
    source: Source, outline: Outline, report: Report
) -> Iterator[tuple[Any, Report, Floats]]:
    """Settings of the plain codec, what they achieve, and its errors by those of a report."""
    codec, groups, errors = registry.codec_to_write(PLAIN), groups_of(report), errors_of(report)
    kind: Any = codec.Settings
    steps = FIRST * np.maximum(errors, 1e-6 * max(float(errors.max()), 1e-30))
    for _ in range(TRIES):
        settings = kind(steps=each_channel(steps, groups, outline))
        job = Job(codec, settings, verify=False)
        made = job.write(source, outline, io.BytesIO(), groups=groups)
        ratio = errors_of(made) / np.maximum(errors, 1e-300)
        yield settings, made, ratio
        steps = steps * np.clip(1 / np.maximum(ratio, 1e-3), 1 / 8, 8)


def groups_of(report: Report) -> tuple[Group, ...]:
    """The groups whose errors a report holds."""
    if report.psnr is not None:
        return (Group("pixels", "", pixels=True),)
    return tuple(Group(g.name, g.unit, g.begin, g.end, channels=g.channels) for g in report.groups)


def errors_of(report: Report) -> Floats:
    """Mean absolute errors of the groups, or the root of the mean squared one of pixels."""
    if report.psnr is not None:
        return np.array([255 / 10 ** (report.psnr / 20)])
    return np.array([group.mean for group in report.groups])


def _spreads(source: Source, outline: Outline, groups: tuple[Group, ...]) -> Floats:
    """How far the values of each group are from their means over time, as errors are measured."""
    frames = source.read(0, outline.frames).reshape(outline.frames, -1).astype(np.float64)
    off = np.abs(frames - frames.mean(axis=0))
    if groups[0].pixels:
        return np.array([np.square(off).mean() ** 0.5])
    return np.array([g.of(off).mean() for g in groups])


def each_channel(steps: Floats, groups: tuple[Group, ...], outline: Outline) -> tuple[float, ...]:
    """The steps of all channels, or one if there is one group."""
    if len(groups) == 1:
        return (float(steps[0]),)
    each = np.full(prod(outline.shape[1:]), steps.max())
    for step, group in zip(steps, groups, strict=True):
        each[list(group.channels) if group.channels else slice(group.begin, group.end)] = step
    return tuple(each.tolist())
