"""What a model is worth: bytes of kept sequences beside those of codec `linear` at equal error."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np

from vdsc.api.clocks import dated
from vdsc.api.jobs import LEARNED, job
from vdsc.api.report import GroupError, Report
from vdsc.errors import InvalidInput
from vdsc.io.source import array_source
from vdsc.model.store import Checkpoint
from vdsc.train.folder.fair_rival import smallest_rival
from vdsc.train.folder.folder_clips import Clip

QUALITIES = (35, 50, 65)
"""Places on the model's curve that are compared."""

COMPARED = 12
"""Kept sequences that are coded, at most."""


@dataclass(frozen=True, slots=True)
class Worth:
    """Of whole files at one quality: how many, their bytes by the model and by `linear`, errors.

    errors: (name, unit, mean) of each group of channels. refused: sequences that the model cannot
    code, or whose errors `linear` did not meet; they are in no sum.
    """

    quality: int
    files: int
    learned: int
    plain: int
    errors: tuple[tuple[str, str, float], ...]
    refused: int

    @property
    def share(self) -> float:
        """Bytes by those of `linear`."""
        return self.learned / self.plain


def worth(out: Path, kept: Sequence[Clip], fps: float) -> list[Worth]:
    """What the checkpoint `out` is worth at each quality; none where nothing could be compared."""
    some = list(kept)[:: max(1, -(-len(kept) // COMPARED))]
    found = [_at(out, some, fps, quality) for quality in QUALITIES]
    return [one for one in found if one is not None]


def _at(out: Path, kept: Sequence[Clip], fps: float, quality: int) -> Worth | None:
    pairs = [_pair(out, clip, fps, quality) for clip in kept]
    met = [pair for pair in pairs if pair is not None]
    if not met:
        return None
    learned, plain = (sum(pair[i].file_bytes for pair in met) for i in (0, 1))
    errors = _errors([pair[0] for pair in met])
    return Worth(quality, len(met), learned, plain, errors, len(pairs) - len(met))


def _pair(out: Path, clip: Clip, fps: float, quality: int) -> tuple[Report, Report] | None:
    """What the model makes of a sequence, and `linear` at the same errors."""
    source = array_source(clip.values, clip.name)
    rate = Fraction(fps).limit_denominator(1 << 20)
    outline = dated(source.shape, source.dtype, native=rate, fps=rate, times=None)
    asked = job(LEARNED, {"model": str(out), "quality": quality}, verify=False)
    try:
        report = asked.write(source, outline, io.BytesIO())
    except InvalidInput:
        return None
    scale = Checkpoint.open(out).settings["frames"]["scale"]
    other = smallest_rival(source, outline, report, scale)
    return None if other is None else (report, other)


def _errors(reports: Sequence[Report]) -> tuple[tuple[str, str, float], ...]:
    """Mean errors of each group, sequences weighed by their frames."""
    frames = [report.frames for report in reports]

    def mean(groups: Sequence[GroupError]) -> float:
        return float(np.average([group.mean for group in groups], weights=frames))

    columns = zip(*(report.groups for report in reports), strict=True)
    return tuple((own[0].name, own[0].unit, mean(own)) for own in columns)
