"""Points beside joints, and how channels move them."""

from __future__ import annotations

import numpy as np
import pytest

from vdsc.core.skeleton import Joint, Skeleton
from vdsc.core.skin import Skin

SKELETON = Skeleton(
    (
        Joint("a", -1, (0, 1, 2), "xyzZXY"),
        Joint("b", 0, (3, 1, 0), "ZYX"),
        Joint("c", 0, (1, 0, 0), "X"),
    )
)
FRAMES = np.random.default_rng(0).uniform(-90, 90, (3, 10))


def test_points_are_an_arm_away_from_their_joint():
    """Three points of each joint are as far from it as the arm says, at right angles."""
    points = Skin(SKELETON, 3.0).points(FRAMES).reshape(3, 3, 3, 3)
    arms = points - SKELETON.place(FRAMES)[0][:, :, None]
    assert np.abs(arms @ arms.swapaxes(2, 3) - 9 * np.eye(3)).max() < 1e-9


def test_the_derivative_is_that_of_the_points():
    """A small change of a channel moves the points as the derivative says."""
    skin = Skin(SKELETON, 3.0)
    made = skin.derivative(FRAMES)
    for channel in range(10):
        moved = FRAMES.copy()
        moved[:, channel] += 1e-6
        off = (skin.points(moved) - skin.points(FRAMES)).reshape(3, -1) / 1e-6
        assert off == pytest.approx(made[:, :, channel], abs=1e-4)


def test_a_turn_moves_what_is_below_and_nothing_else():
    """Joint b does not move the points of its sister c."""
    skin = Skin(SKELETON, 1.0)
    assert skin.below.tolist() == [[True, True, True], [False, True, False], [False, False, True]]
    other = FRAMES.copy()
    other[:, 6:9] += 5
    apart = skin.apart(FRAMES, other).reshape(3, 3, 3)
    assert (apart[:, 1] > 0).any()
    assert not apart[:, [0, 2]].any()
