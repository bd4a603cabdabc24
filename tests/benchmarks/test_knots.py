"""Knots beside motion."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from benchmarks import knots
from vdsc.bench.clips import Clip


def still_then_fast() -> Clip:
    """Two seconds at rest, then two seconds in which every angle turns at 60 deg/s."""
    values = np.zeros((240, 96), np.float32)
    values[120:, 3:] = np.arange(120)[:, None]
    return Clip("still_then_fast", values, 60.0)


def test_speed_ignores_full_turns() -> None:
    """A step of 361 degrees a frame at 60 fps is 60 deg/s."""
    values = np.arange(5)[:, None] * np.full(96, 361.0)
    assert knots.angular_speed(values, 60.0) == pytest.approx([60] * 5)


def test_local_mean_is_shorter_at_the_ends() -> None:
    """A constant stays constant up to its ends."""
    assert knots.local_mean(np.full(9, 3.0), 4) == pytest.approx([3] * 9)


def test_knots_where_the_motion_is_correlate() -> None:
    """Knots that gather in the fast half show in the correlations and the quarters."""
    one = knots.trace(still_then_fast(), np.append([0.0], np.arange(2, 4, 0.1)))
    found = knots.study([one])
    assert found["share"] == pytest.approx(21 / 240)
    assert found["spearman"] > 0.7
    assert found["pearson"] > 0.7
    assert found["share_by_speed_quarter"][0] < found["share_by_speed_quarter"][-1]


def test_a_clip_needs_a_frame_rate() -> None:
    """Speed is per second, so a clip without a rate is refused."""
    clip = Clip("film", np.zeros((4, 96), np.float32), None)
    with pytest.raises(ValueError, match="no frame rate"):
        knots.trace(clip, np.zeros(1))


def test_the_picture_is_drawn(tmp_path: Path) -> None:
    """A PNG file is written."""
    knots.draw(knots.trace(still_then_fast(), np.arange(0, 4, 0.5)), tmp_path / "knots.png")
    assert (tmp_path / "knots.png").read_bytes().startswith(b"\x89PNG")
