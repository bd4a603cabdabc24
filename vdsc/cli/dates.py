"""Spans of time in words: dates where seconds count from 1970, else seconds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
FIRST = (datetime(1990, 1, 1, tzinfo=UTC) - EPOCH).total_seconds()
LAST = (datetime(9999, 12, 31, tzinfo=UTC) - EPOCH).total_seconds()


def span_words(start: float, end: float) -> str:
    """`start` to `end`; from 1990 on they are Unix times, and shown as dates in UTC."""
    if not FIRST <= start <= end <= LAST:
        return f"{start:g} to {end:g} s"
    return f"{_date(start)} to {_date(end)} UTC"


def _date(seconds: float) -> str:
    """ISO date and time, to the millisecond."""
    moment = EPOCH + timedelta(milliseconds=round(1000 * seconds))
    return moment.replace(tzinfo=None).isoformat(sep=" ", timespec="milliseconds")
