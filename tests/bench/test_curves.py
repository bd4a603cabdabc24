"""What is read off rate-distortion curves."""

from __future__ import annotations

import numpy as np
import pytest

from vdsc.bench.curves import bd_rate, bytes_at, front, hull, interval, savings

CURVE = [(100.0, 4.0), (400.0, 2.0), (1600.0, 1.0)]


def test_front_drops_beaten_points() -> None:
    """A point that costs more bytes and errs no less than another is not on the front."""
    assert front([(400.0, 2.0), (100.0, 4.0), (500.0, 2.0), (600.0, 3.0)]) == CURVE[:2]


def test_hull_drops_points_above_a_chord() -> None:
    """A point above the straight line between its neighbours, in log bytes, goes."""
    bump = (200.0, 3.5)
    assert hull(sorted([*CURVE, bump])) == CURVE


def test_more_points_never_raise_the_hull() -> None:
    """A further setting, good or bad, leaves the bytes at a loss equal or lower."""
    for extra in [(200.0, 3.5), (200.0, 2.5), (399.0, 3.9)]:
        found = bytes_at(hull(front([*CURVE, extra])), 3.0)
        assert found is not None
        assert found <= 200 + 1e-9


def test_measured_points_are_exact() -> None:
    """At a measured loss the measured bytes come back."""
    assert [bytes_at(CURVE, loss) for _, loss in CURVE] == pytest.approx([100, 400, 1600])


def test_between_points_log_bytes_are_straight() -> None:
    """Half way in loss between 100 and 400 bytes is their geometric mean, 200."""
    assert bytes_at(CURVE, 3.0) == pytest.approx(200)


def test_negative_losses_serve_decibels() -> None:
    """Minus dB works as a loss: 25 dB lies between 20 and 30."""
    assert bytes_at([(100.0, -20.0), (400.0, -30.0)], -25.0) == pytest.approx(200)


@pytest.mark.parametrize("loss", [4.01, 0.99])
def test_nothing_is_extrapolated(loss: float) -> None:
    """Outside the measured losses there is no figure."""
    assert bytes_at(CURVE, loss) is None


def test_an_empty_curve_has_no_figure() -> None:
    """A codec without points gives None."""
    assert bytes_at([], 1.0) is None


def test_savings_compare_at_equal_loss() -> None:
    """Each learned point meets the full curve at its own loss, where the full curve is measured."""
    rows = savings([(50.0, 3.0), (90.0, 0.5)], CURVE)
    assert rows == [
        {"loss": 3.0, "bytes": 50.0, "full": pytest.approx(200), "saved": pytest.approx(0.75)}
    ]


def test_a_codec_of_half_the_bytes_has_a_rate_of_minus_a_half():
    """At equal loss, wherever the points of both lie; without common losses there is none."""
    reference = [(100.0, 2.0), (200.0, 1.0), (400.0, 0.5)]
    halved = [(size / 2, loss) for size, loss in reference]
    assert bd_rate(halved, reference) == pytest.approx(-0.5)
    between = [(50 * 1.3, 2 / 1.3), (50 * 2.9, 2 / 2.9)]  # also 100 bytes by units of loss
    assert bd_rate(between, reference) == pytest.approx(-0.5, abs=0.01)
    assert bd_rate([(10.0, 9.0), (20.0, 8.0)], reference) is None


def test_an_interval_holds_the_mean_of_what_scatters():
    """It shrinks with more values, and is a point where all are equal."""
    scattered = list(np.random.default_rng(1).normal(3, 1, 100))
    low, high = interval(scattered)
    assert low < np.mean(scattered) < high
    assert high - low == pytest.approx(2 * 1.96 / 10, rel=0.2)
    assert interval([2.0, 2.0]) == (2.0, 2.0)
