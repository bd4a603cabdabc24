"""The measurement of knot times runs on the public parts of the codec, and says what it should."""

from __future__ import annotations

import pytest

from benchmarks import grid
from tests import tiny
from vdsc.bench.clips import Clip


@pytest.fixture(autouse=True)
def _small(installed, monkeypatch):
    """One clip of two windows, and one quality."""
    clip = Clip("waves", tiny.clip(tiny.VECTORS, 70), None)
    monkeypatch.setattr(grid, "CLIPS", {tiny.VECTORS: lambda: [clip]})
    monkeypatch.setattr(grid, "QUALITIES", (60,))
    monkeypatch.setattr(grid, "say", lambda _: None)


def test_drawn_times_cost_about_what_they_tell():
    """Every knot comes back, and drawn ones take at least the bits of their KL."""
    (line,) = grid.times()
    assert line["prior_knots"] > 4
    assert 0 < line["kl"] < line["bits"] < 2 * line["goal"]


def test_the_smaller_code_is_taken():
    """Files with `auto` are as small as the smaller of the two codes."""
    (line,) = grid.files()
    assert line["auto_bytes"] == min(line["prior_bytes"], line["rec_bytes"])
    assert line["auto_rec"] == (line["auto_bytes"] != line["prior_bytes"])
