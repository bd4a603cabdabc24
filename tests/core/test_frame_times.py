"""Times in whatever unit they carry, as seconds."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vdsc.core.frame_times import PER_SECOND, as_seconds
from vdsc.errors import InvalidInput

UNITS = ["W", "D", "h", "m", "s", "ms", "us", "ns"]


@given(st.lists(st.integers(-(2**40), 2**40), min_size=1, unique=True), st.sampled_from(UNITS))
def test_durations_are_their_seconds(ticks, unit):
    """Each time is the float64 nearest to its ticks, whatever their unit."""
    times = np.sort(np.array(ticks, f"m8[{unit}]"))
    whole = {"W": 604800, "D": 86400, "h": 3600, "m": 60}.get(unit, 1)
    nearest = [tick * whole / PER_SECOND.get(unit, 1) for tick in sorted(ticks)]
    assert as_seconds(times).tolist() == nearest


@pytest.mark.parametrize("unit", ["ms", "us", "ns"])
def test_dates_count_from_1970(unit):
    """Dates become seconds since 1970; whole milliseconds may be stored in nanoseconds."""
    dates = np.array(["2024-05-06T07:08:09.123", "2024-05-06T07:08:09.157"], f"M8[{unit}]")
    first = dt.datetime(2024, 5, 6, 7, 8, 9, 123000, dt.UTC)
    assert as_seconds(dates).tolist() == [
        first.timestamp(),
        (first + dt.timedelta(seconds=0.034)).timestamp(),
    ]


def test_months_have_a_date_but_no_length():
    """A month of a calendar begins at a second; a duration of months has none."""
    assert np.diff(as_seconds(np.array(["2024-01", "2024-02"], "M8[M]"))) == [31 * 86400]
    with pytest.raises(InvalidInput, match="no length; give them a unit"):
        as_seconds(np.array([0, 1], "m8[M]"))


@pytest.mark.parametrize(
    ("times", "words"),
    [
        (np.array([0, 33, 67, 100]), "milliseconds: divide them by 1000; if they are seconds"),
        (np.array([0, 1000, 2000]), "milliseconds"),
        (np.array([0, 33333, 66666], "u4"), "microseconds: divide them by 1000000"),
        (np.arange(5) * 16666667, "nanoseconds"),
        ([1714979289123, 1714979289156], "milliseconds"),
        ([1714979289123.0, 1714979289156.5], "milliseconds: divide them by 1000"),
        (np.array([1714979289123456, 1714979289123457], "f8"), "microseconds"),
        (np.array([1714979289123456789, 1714979289123456999]), "nanoseconds"),
        (
            np.array(["2024-05-06T07:08:09.033333333", "2024-05-07"], "M8[ns]"),
            r"times - times\[0\]",
        ),
        (np.array([0, 1], "m8"), "give them a unit"),
        (np.array(["2024", "NaT"], "M8[s]"), "NaT"),
        (np.array([2**62, 2**62 + 1], "m8[D]"), "not exact"),
        (np.ma.array([0.0, 1, 2], mask=[0, 1, 0]), "mask"),
        ([0, 1, 1], r"times\[1\] and times\[2\] are the same instant, 1\.0 s; drop one"),
        ([0, 2, 1], r"times\[2\] does not come after times\[1\]: 1\.0 after 2\.0; sort"),
        ([0, float("nan")], r"times\[1\] is not finite"),
        (["a", "b"], "numbers of seconds"),
        ([True, False], "bool"),
        ([1j], "complex"),
        ([[0], [1, 2]], "one list"),
        ([[0, 1]], "one list"),
        ([], "one list"),
        (3, "one list"),
        ([None, 1], "object"),
        ([dt.datetime(2024, 1, 1)], "datetime64"),  # noqa: DTZ001
    ],
)
def test_what_is_no_list_of_seconds_is_refused(times, words):
    """Other units, ties, disorder and other things than times have their own advice."""
    with pytest.raises(InvalidInput, match=words):
        as_seconds(times)


@pytest.mark.parametrize(
    "times",
    [[0, 1, 2], [0, 3600, 7200], [0, 86400], [0, 900, 1800], [0.0, 1000.0], [0.0, 33.0, 67.0],
     [1714979289.5, 1714979290.5], [5], np.array([0, 40, 80])],
)  # fmt: skip
def test_what_may_well_be_seconds_is_taken_for_seconds(times):
    """Seconds, hours and days apart, floats, and seconds since 1970."""
    assert as_seconds(times).tolist() == list(times)


@given(st.lists(st.floats(-1e10, 1e10), min_size=1, unique=True))
def test_floats_are_left_as_they_are(times):
    """float64 times come back bit for bit; a list that is not sorted is refused."""
    ordered = np.unique(times)
    assert as_seconds(ordered).tobytes() == ordered.tobytes()
    if len(ordered) > 1:
        with pytest.raises(InvalidInput, match="sort"):
            as_seconds(ordered[::-1])
