"""Times that users give, in whatever unit they carry, as float64 seconds."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vdsc.core.sequence import Times, check_times
from vdsc.core.types import Ints
from vdsc.errors import InvalidInput

PER_UNIT = {"s": 1, "m": 60, "h": 3600, "D": 86400, "W": 604800}
"""Seconds in each unit of NumPy that is as long as a second or longer."""

PER_SECOND = {"ms": 10**3, "us": 10**6, "ns": 10**9, "ps": 10**12, "fs": 10**15, "as": 10**18}
"""How many of each shorter unit are in a second."""

EPOCH = 1e11
"""Times that begin beyond this many seconds (from 1970: the year 5138) are in another unit."""

LONG, ROUND = 1000, 900
"""Whole numbers this far apart are no seconds, unless they are whole quarters of an hour."""


def as_seconds(times: ArrayLike, name: str = "times") -> Times:
    """Return frame times as (T,) float64 seconds, strictly increasing.

    timedelta64 and datetime64 (seconds since 1970) are converted if float64 can tell their ticks
    apart. Numbers are seconds; they are refused where they are evidently another unit.

    Raises:
        InvalidInput: they are not times, not in order, or not exact, and what to do about it.
    """
    if isinstance(times, np.ma.MaskedArray) and np.ma.is_masked(times):
        raise InvalidInput(f"{name} have a mask; remove those frames and times, or fill them in")
    try:
        given = np.asarray(times)
    except Exception:
        raise InvalidInput(f"{name} must be one list of numbers of seconds") from None
    seconds = _of_ticks(given, name) if given.dtype.kind in "mM" else _of_numbers(given, name)
    check_times(seconds, name)
    return seconds


def _of_numbers(given: NDArray[Any], name: str) -> Times:
    if given.dtype.kind not in "fiu" or given.dtype.hasobject:
        advice = "times are numbers of seconds, timedelta64 or datetime64"
        raise InvalidInput(f"{name} hold {given.dtype.name}; {advice}")
    with np.errstate(all="ignore"):  # a NaN or an overflow is found by check_times
        seconds = given.astype(np.float64)
    if given.ndim == 1 and given.size:
        _check_unit(given, seconds, name)
        if (given.dtype.kind != "f" or given.dtype.itemsize > 8) and _inexact(given, seconds):
            raise InvalidInput(f"{name} are not exact in float64; subtract the first from all")
    return seconds


def _inexact(given: NDArray[Any], seconds: Times) -> bool:
    """Whether a time is another number as float64 (whose NaNs are not this check's matter)."""
    if given.dtype.kind == "f":
        return bool((seconds.astype(given.dtype) != given)[np.isfinite(given)].any())
    return bool((np.abs(seconds) > 2**53).any())


def _check_unit(given: NDArray[Any], seconds: Times, name: str) -> None:
    """Raise InvalidInput for numbers that are evidently milliseconds or shorter units."""
    first, whole = abs(float(seconds[0])), given.dtype.kind in "iu"
    step = float(np.median(np.abs(np.diff(seconds)))) if len(seconds) > 1 else 0.0
    if EPOCH <= first < np.inf:
        where = f"begin at {first:g}, which is too far from 0 to be seconds"
        unit = "ms" if first < 1e14 else "us" if first < 1e17 else "ns"
    elif (whole and (step >= LONG and step % ROUND)) or (whole and _jitters(seconds)):
        where = f"are whole numbers about {step:g} apart"
        unit = "ms" if step < 1e4 else "us" if step < 1e6 else "ns"
    else:
        return
    word = {"ms": "milliseconds", "us": "microseconds", "ns": "nanoseconds"}[unit]
    advice = f"divide them by {PER_SECOND[unit]}"
    otherwise = "; if they are seconds, give them as floats" if whole and first < EPOCH else ""
    raise InvalidInput(f"{name} {where}; they look like {word}: {advice}{otherwise}")


def _jitters(seconds: Times) -> bool:
    """Whether times step by n and n + 1 with n >= 5: a period that was rounded to whole units."""
    steps = np.unique(np.diff(seconds))
    return len(steps) == 2 and bool(steps[0] >= 5 and steps[1] == steps[0] + 1)


def _of_ticks(given: NDArray[Any], name: str) -> Times:
    """Seconds of timedelta64, or of datetime64 since 1970."""
    if np.isnat(given).any():
        raise InvalidInput(f"{name} hold NaT, which is no time; remove that frame")
    unit, count = np.datetime_data(given.dtype)
    if unit in {"Y", "M"} and given.dtype.kind == "M":
        given, unit, count = given.astype("M8[D]"), "D", 1
    if unit not in PER_UNIT and unit not in PER_SECOND:
        advice = "give them a unit, as in .astype('timedelta64[ms]')"
        raise InvalidInput(f"{name} are {given.dtype}, whose unit has no length; {advice}")
    ticks, parts = given.astype(np.int64), PER_SECOND.get(unit, 1)
    if ticks.size:  # whole milliseconds that are stored in nanoseconds count as milliseconds
        shared = int(np.gcd(np.gcd.reduce(ticks, axis=None), parts))
        ticks, parts = ticks // shared, parts // shared
    whole = PER_UNIT.get(unit, 1) * count
    seconds: Times = ticks.astype(np.float64) * whole / parts
    if not _same(ticks, seconds * parts, whole):
        advice = "subtract the first (times - times[0])"
        raise InvalidInput(f"{name} in {unit} are not exact as float64 seconds; {advice}")
    return seconds


def _same(ticks: Ints, counted: Times, whole: int) -> bool:
    """Whether ticks of `whole` units each are what was counted, to the nearest unit."""
    ends = (int(ticks.min()), int(ticks.max())) if ticks.size else (0, 0)
    if max(map(abs, ends)) * whole >= 2**63:
        return False
    return np.array_equal(np.rint(counted).astype(np.int64), ticks * whole)
