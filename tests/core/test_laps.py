"""A watch of laps."""

from __future__ import annotations

import itertools

from vdsc.core import laps
from vdsc.core.laps import Laps


def test_laps_are_counted_and_the_slowest_is_kept(monkeypatch):
    """The total is the sum of the laps, however many there are, in the same space."""
    moments = itertools.accumulate([11.0, 4.0, 2.0])
    monkeypatch.setattr(laps.time, "perf_counter", lambda: next(moments))
    watch = Laps(_last=10.0)
    assert (watch.count, watch.total, watch.slowest) == (0, 0.0, 0.0)
    for _ in range(3):
        watch.lap()
    assert (watch.count, watch.total, watch.slowest) == (3, 7.0, 4.0)
