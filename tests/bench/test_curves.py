"""What is read off rate-distortion curves."""

from __future__ import annotations

import pytest

from vdsc.bench.curves import bytes_at, front, hull, savings

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
