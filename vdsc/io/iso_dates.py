"""Dates and times of day of ISO 8601 <-> float64 seconds since 1970, in UTC."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from vdsc.core.types import Floats

_DATE = re.compile(r"(\d{4}-\d\d-\d\d)([T ])(\d\d:\d\d:\d\d)(?:\.(\d{1,6}))?(Z|\+00:00|)")
MARK = re.compile(r"([T ])([0-6])(Z|\+00:00|)")
"""How dates are spelled: what stands before the time of day, its decimals, and the zone."""


def iso_seconds(cells: Sequence[str]) -> Floats | None:
    """Seconds (n,) of dates such as `2024-01-31T23:59:59.125Z`; None if a cell is no such date."""
    found = [_DATE.fullmatch(cell) for cell in cells]
    if None in found:
        return None
    plain = [f"{m[1]}T{m[3]}.{m[4] or 0}" for m in found if m]
    try:
        ticks = np.array(plain, "M8[us]").astype(np.int64)
    except ValueError:  # the 31st of February
        return np.full(len(cells), np.nan)
    return np.asarray(ticks / 1e6)


def is_date(cell: str) -> bool:
    """Whether a cell is written as such a date, of whatever numbers."""
    return _DATE.fullmatch(cell) is not None


def mark_of(cell: str) -> str:
    """How a date is spelled, for `iso_texts`."""
    match = _DATE.fullmatch(cell)
    assert match is not None
    return f"{match[2]}{len(match[4] or '')}{match[5]}"


def iso_texts(seconds: Floats, mark: str) -> list[str]:
    """Dates (n,) as text, rounded to the decimals that `mark` says."""
    match = MARK.fullmatch(mark)
    assert match is not None
    places = int(match[2])
    unit, scale = ("s", 1) if not places else ("ms", 10**3) if places <= 3 else ("us", 10**6)
    ticks = np.rint(np.rint(seconds * 10**places) * (scale / 10**places)).astype(np.int64)
    texts = ticks.astype(f"M8[{unit}]").astype(str).tolist()
    end = 20 + places if places else 19
    return [text[:end].replace("T", match[1]) + match[3] for text in texts]
