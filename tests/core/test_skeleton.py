"""Forward kinematics."""

from __future__ import annotations

import numpy as np
import pytest

from tests.io.bvh_files import rows, text
from vdsc.core.skeleton import Joint, Skeleton
from vdsc.errors import InvalidInput
from vdsc.io.bvh import skeleton_of
from vdsc.io.source import open_source


def test_joints_are_where_pybvh_has_them(tmp_path):
    """Another library's kinematics give the same places, whatever the order of channels."""
    pybvh = pytest.importorskip("pybvh")
    path = tmp_path / "x.bvh"
    path.write_text(text(rows(9)))
    with open_source(str(path), exact=True) as source:
        places, _ = skeleton_of(source.meta).place(source.read(0, 9))
    theirs = pybvh.read_bvh_file(str(path)).joint_positions()
    assert np.abs(places - np.asarray(theirs)[:, :3]).max() < 1e-9


def test_axes_are_the_derivatives():
    """A channel turns what hangs below it about its axis, or moves it along it."""
    skeleton = Skeleton((Joint("a", -1, (0, 1, 2), "xyZXY"), Joint("b", 0, (3, 1, 0), "zYX")))
    frame = np.random.default_rng(0).uniform(-90, 90, (1, 8))
    places, _, axes = skeleton.placed_axes(frame)
    for channel in range(8):
        moved = frame.copy()
        moved[0, channel] += 1e-5
        off = (skeleton.place(moved)[0] - places)[0, 1] / 1e-5
        arm = places[0, 1] - places[0, 0 if channel < 5 else 1]
        wanted = axes[0, channel]
        if channel not in {0, 1, 5}:
            wanted = np.cross(wanted, arm) * np.pi / 180
        assert off == pytest.approx(wanted, abs=1e-4)


def test_a_position_takes_the_place_of_the_offset():
    """On the axes that have no position channel a joint rests where its offset says."""
    skeleton = Skeleton((Joint("a", -1, (5, 6, 7), "y"),))
    assert skeleton.place(np.array([[1.0]]))[0].tolist() == [[[5, 1, 7]]]


def test_a_joint_hangs_on_one_before_it():
    """No joint hangs on itself or on one that comes later, so there is no circle."""
    with pytest.raises(InvalidInput):
        Skeleton((Joint("a", 0, (0, 0, 0), ""),))
