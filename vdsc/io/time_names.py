"""Which column of a table says when its rows are, and in which unit, by its name."""

from __future__ import annotations

import re
from collections.abc import Sequence

UNITS = {"s": 1.0, "ms": 1e3, "us": 1e6, "ns": 1e9, "min": 1 / 60, "h": 1 / 3600, "date": 1.0}
"""How many of each unit are in a second; dates count as seconds since 1970."""

_WORDS = {"time", "timestamp", "timestamps", "datetime", "date", "seconds", "secs", "sec"}
_ALONE = {"t", "s", "ms", "us", "ns", "millis", "milliseconds", "elapsed", "timems", "times"}
_UNIT_WORDS = {
    "ms": {"ms", "msec", "millis", "milliseconds", "timems"},
    "us": {"us", "\u00b5s", "\u03bcs", "usec", "micros", "microseconds"},
    "ns": {"ns", "nsec", "nsecs", "nanos", "nanoseconds"},
    "min": {"min", "minutes"},
    "h": {"h", "hours"},
}
_EPOCH = 1e11
"""Times that begin beyond this many seconds (from 1970: the year 5138) are in another unit."""


def words_of(name: str) -> list[str]:
    """The words of a name, in lower case: `Time_ms`, `timestamp [ms]`, `field.timeMs`."""
    split = re.sub(r"([a-z])([A-Z])", r"\1 \2", name)
    return re.findall("[a-z\u00b5\u03bc]+", split.lower())


def named_time(names: Sequence[str]) -> int | None:
    """The first column whose name says time; None if there is none."""
    for column, name in enumerate(names):
        words = words_of(name)
        if _WORDS & set(words) or (words and words[0] in _ALONE and len(words) <= 2):
            return column
    return None


def unit_of(name: str, first: float) -> str:
    """The unit of a column's times by its name, else by how far the first lies from 0."""
    words = set(words_of(name))
    for unit, known in _UNIT_WORDS.items():
        if words & known:
            return unit
    if abs(first) < _EPOCH:
        return "s"
    return "ms" if abs(first) < 1e14 else "us" if abs(first) < 1e17 else "ns"
