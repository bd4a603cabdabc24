"""Codec `linear` at the errors of a model: each channel's as large beside its scale as it is there.

Both codecs then share one measure, the mean over channels of errors in units of their scales, and
`linear` may spread it over channels as the model does.
"""

from __future__ import annotations

import io
import math
from collections.abc import Sequence

import numpy as np

from vdsc.api.jobs import PLAIN, job
from vdsc.api.report import Report
from vdsc.api.rival import groups_of
from vdsc.core.sequence import Outline
from vdsc.io.source import Source

TRIES = 7
"""How often the steps of `linear` are set."""

SAME = 1.01
"""Errors count as equal up to this ratio."""

FIRST = 4.0
"""Steps, in errors, that are tried first."""


def smallest_rival(
    source: Source, outline: Outline, report: Report, scale: Sequence[float]
) -> Report | None:
    """The smallest file of `linear` whose error is not above that of a report; None if none is.

    scale: (C,) what an error in each channel is measured in.
    """
    sizes, groups = np.asarray(scale, np.float64), groups_of(report)
    wanted = max(measure(report, sizes), 1e-9)
    low, high, factor, best = 0.0, math.inf, FIRST * wanted, None
    for _ in range(TRIES):
        settings = {"steps": tuple((factor * sizes).tolist())}
        asked = job(PLAIN, settings, verify=False)
        made = asked.write(source, outline, io.BytesIO(), groups=groups)
        found = measure(made, sizes)
        if found <= SAME * wanted:
            low, best = factor, _smaller(best, made)
        else:
            high = factor
        guess = factor * min(max(wanted / max(found, 1e-12), 1 / 8), 8.0)
        inside = low < guess < high
        factor = guess if inside else math.sqrt(low * high) if low and high < math.inf else guess
    return best


def measure(report: Report, scale: np.ndarray[tuple[int], np.dtype[np.float64]]) -> float:
    """The mean over channels of a report's errors, each in units of its group's usual scale."""
    total = count = 0.0
    for group, own in zip(report.groups, groups_of(report), strict=True):
        sizes = own.of(scale[None])[0]
        total += group.mean / float(np.median(sizes)) * len(sizes)
        count += len(sizes)
    return total / count


def _smaller(one: Report | None, other: Report) -> Report:
    return other if one is None or other.file_bytes < one.file_bytes else one
