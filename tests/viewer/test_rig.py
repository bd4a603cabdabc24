"""Skeletons: where joints are, against SciPy and by hand, and hierarchies that lie."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from vdsc.viewer.rig import CMU, OFFSETS, skeleton_of_bvh

RNG = np.random.default_rng(0)
ARM = """HIERARCHY
ROOT a
{
\tOFFSET 0 0 0
\tCHANNELS 6 Xposition Yposition Zposition Zrotation Yrotation Xrotation
\tJOINT b
\t{
\t\tOFFSET 0 2.0 0
\t\tCHANNELS 1 Zrotation
\t\tEnd Site
\t\t{
\t\t\tOFFSET 0 1e0 0
\t\t}
\t}
}
MOTION
Frames: 1
Frame Time: 0.01
"""


def test_the_layout_cmu_against_scipy():
    """Every joint lies where its parents' turns, by another library, put it."""
    frames = RNG.uniform(-200, 200, (5, 96))
    found, _ = CMU.place(frames)
    for frame, places in zip(frames, found, strict=True):
        turns = Rotation.from_euler("ZYX", frame[3:].reshape(-1, 3), degrees=True)
        expected, facing = np.zeros((31, 3)), list(turns)
        expected[0] = frame[:3]
        for i, (parent, *offset) in enumerate(OFFSETS[1:], start=1):
            expected[i] = expected[parent] + facing[parent].apply(offset)
            facing[i] = facing[parent] * turns[i]
        np.testing.assert_allclose(places, expected, atol=1e-9)


def test_an_arm_by_hand():
    """A forearm of 1 on an upper arm of 2, bent by a right angle each, at a place."""
    rig = skeleton_of_bvh(ARM.encode())
    assert rig.channels == 7
    assert rig.parents == [-1, 0, 1]
    places, _ = rig.place(np.array([[10.0, 0, 5, 90, 0, 0, 90]]))
    np.testing.assert_allclose(places[0], [[10, 0, 5], [8, 0, 5], [8, -1, 5]], atol=1e-12)


@pytest.mark.parametrize(
    "header",
    [None, 3, b"\xff\xfe", "ROOT a { OFFSET 0 0", "ROOT a { CHANNELS 1 Wrotation }", "} } OFFSET",
     "CHANNELS 99999999 Xposition", "{ " * 5000],
)  # fmt: skip
def test_what_is_no_hierarchy_draws_no_figure(header):
    """Hostile metadata is not drawn, and breaks nothing."""
    rig = skeleton_of_bvh(header)
    assert rig is None or rig.channels == 0


@given(st.binary(max_size=60))
def test_any_bytes_are_read(data):
    """A hierarchy from a file may be anything."""
    skeleton_of_bvh(data)
