"""The pose of a window in integers: bytes and back, ramps, turns and units."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vdsc.codecs.knots import pose
from vdsc.codecs.knots.params import KnotParams
from vdsc.codecs.knots.pose import FARTHEST, Pose, Rig
from vdsc.container import varint
from vdsc.core.fixed import ONE
from vdsc.errors import CorruptFile

CHANNELS, RAMPS, FRAMES = 6, 3, 20
FRAME_SETTINGS = {
    "kind": "angles", "first_angle": 2, "offset": [0.0] * 6, "scale": [1.5, 2.0, *[30.0] * 4],
}  # fmt: skip
anchors = st.lists(st.integers(-FARTHEST, FARTHEST), min_size=RAMPS, max_size=RAMPS)
places = st.dictionaries(
    st.tuples(st.integers(0, FRAMES - 1), st.integers(0, CHANNELS - 1)),
    st.integers(-1000, 1000).filter(bool),
    max_size=12,
)
WHERE = {"ramps": RAMPS, "channels": CHANNELS, "frames": FRAMES}


def made(start, end, changes, before=None):
    turns = [(*place, change) for place, change in sorted(changes.items())]
    before = np.zeros(CHANNELS, np.int64) if before is None else before
    return Pose(np.array(start), np.array(end), np.array(turns, int).reshape(-1, 3), before)


def rig(unit=ONE, exponents=0, ramps=0b111):
    return Rig.of(FRAME_SETTINGS, KnotParams(1, 1, ramps=ramps, unit=unit), np.full(6, exponents))


def same(one, other):
    parts = ("start", "end", "turns", "before")
    return all((getattr(one, part) == getattr(other, part)).all() for part in parts)


@given(anchors, anchors, anchors, places, places, st.binary(max_size=5))
def test_poses_come_back(one, two, three, first, second, after):
    """A fresh window's pose, then that of a window that goes on from it, whatever follows."""
    begun = made(one, two, first)
    data = pose.pack(begun, fresh=True)
    found, at = pose.unpack(data + after, 0, past=None, **WHERE)
    assert at == len(data)
    assert same(found, begun)
    later = made(two, three, second, begun.after)
    more = pose.pack(later, fresh=False)
    again, at = pose.unpack(b"??" + more + after, 2, past=found, **WHERE)
    assert at == 2 + len(more)
    assert same(again, later)


@given(st.binary(max_size=40), st.booleans())
def test_any_bytes_are_a_pose_or_corrupt(data, fresh):
    """No bytes end in another error; what is read is packed to the very same bytes or is odd."""
    past = None if fresh else made([1, 2, 3], [4, -5, FARTHEST], {(0, 1): 3})
    try:
        found, at = pose.unpack(data, 0, past=past, **WHERE)
    except CorruptFile:
        return
    assert pose.pack(found, fresh=fresh) == data[:at]
    assert max(np.abs(found.end).max(), np.abs(found.after).max()) <= FARTHEST


def signed(*numbers):
    return b"".join(map(varint.put_signed, numbers))


def one_turn(frame=0, channel=0, change=1):
    return signed(*[0] * 6) + b"\1" + varint.put(frame) + varint.put(channel) + signed(change)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        signed(*[0] * 5),
        signed(FARTHEST + 1, 0, 0, 0, 0, 0) + b"\0",
        signed(1, 0, 0, FARTHEST, 0, 0) + b"\0",
        signed(2 * FARTHEST + 1, 0, 0, -FARTHEST - 1, 0, 0) + b"\0",
        signed(*[0] * 6) + varint.put(FRAMES * CHANNELS + 1),
        one_turn(frame=FRAMES),
        one_turn(channel=CHANNELS),
        one_turn(change=0),
        one_turn(change=FARTHEST + 1),
        one_turn()[:-1],
    ],
)
def test_poses_that_no_encoder_makes(data):
    """Anchors and turns too far away, no change, and places that are not there are corrupt."""
    with pytest.raises(CorruptFile):
        pose.unpack(data, 0, past=None, **WHERE)


def test_the_farthest_pose_is_one():
    """At the very edge of what is allowed a pose is sound."""
    for data in (
        signed(0, 0, 0, FARTHEST, -FARTHEST, 0) + b"\0",
        one_turn(frame=FRAMES - 1, channel=CHANNELS - 1, change=-FARTHEST),
    ):
        assert pose.unpack(data, 0, past=None, **WHERE)[1] == len(data)


def test_turns_add_up_to_no_more_than_the_farthest():
    """Two changes, each allowed, may not pass the limit together, nor across windows."""
    past = made([0] * 3, [0] * 3, {(0, 0): FARTHEST})
    with pytest.raises(CorruptFile):
        pose.unpack(signed(0, 0, 0) + b"\1\0\0" + signed(1), 0, past=past, **WHERE)


@given(
    st.lists(st.floats(1e-6, 1e3), min_size=2, max_size=30),
    st.floats(-1e6, 1e6),
    st.floats(0, 1),
)
def test_shares_are_of_the_time(steps, start, where):
    """0 at the first frame, 2**30 at the last, and the rounded quotient in between."""
    seconds = start + np.cumsum(steps)
    time = min(max(seconds[0] + where * (seconds[-1] - seconds[0]), seconds[0]), seconds[-1])
    found = pose.shares(seconds, np.array([seconds[0], time, seconds[-1]]))
    assert found[[0, 2]].tolist() == [0, 1 << 30]
    exact = Fraction(time - seconds[0]) / Fraction(seconds[-1] - seconds[0]) * (1 << 30)
    assert abs(found[1] - exact) <= 1


def test_one_frame_has_no_ramp():
    """A window of a single frame is at its start."""
    assert pose.shares(np.array([7.0]), np.array([7.0, 7.0])).tolist() == [0, 0]


@given(anchors, anchors, st.lists(st.integers(0, 1 << 30), min_size=1, max_size=5))
def test_ramps_are_straight_lines(start, end, share):
    """Anchors are quarters of a scale; between them the height is exact but for two roundings."""
    found = rig().ramp(made(start, end, {}), np.array(share))
    for q, s in enumerate(share):
        for r, scale in enumerate((1.5, 2.0, 30.0)):
            quarters = start[r] + Fraction(end[r] - start[r]) * s / (1 << 30)
            exact = quarters * Fraction(scale) / 4 * ONE
            assert abs(found[q, r] - exact) <= 2 + scale


def test_the_ends_of_a_ramp_are_its_anchors():
    """At the first and the last frame no rounding is left."""
    found = rig().ramp(made([4, -4, 1], [8, 0, -3], {}), np.array([0, 1 << 30]))
    assert found.tolist() == [
        [98304, -131072, 491520], [196608, 0, -1474560],
    ]  # fmt: skip


def test_only_the_channels_of_the_mask_have_ramps():
    """Bit c of the parameter is channel c."""
    assert rig(ramps=0b100001).ramps.tolist() == [0, 5]
    for wrong in (1 << 6, 1 << 63):
        with pytest.raises(CorruptFile, match="ramps"):
            rig(ramps=wrong)


def test_images_have_no_pose():
    """Without the parameter there is no rig; with it, of images, the file is corrupt."""
    assert Rig.of({"kind": "pixels"}, KnotParams(1, 1), np.zeros(1)) is None
    with pytest.raises(CorruptFile):
        Rig.of({"kind": "pixels", "scale": [1.0]}, KnotParams(1, 1, ramps=0), np.zeros(1))


def test_turns_begin_at_their_frame():
    """A turn counts from the frame of its change on, for all times from that frame on."""
    seconds = np.array([0.0, 0.5, 2.0, 3.0])
    still = made([0] * 3, [0] * 3, {(1, 3): 2, (3, 3): -1, (2, 5): -4})
    times = np.array([0.0, 0.49, 0.5, 1.0, 2.0, 3.0])
    placed = rig().place(np.zeros((6, 6), np.int64), still, seconds, times)
    assert (placed[:, 3] / (360 * ONE)).tolist() == [0, 0, 2, 2, 2, 1]
    assert (placed[:, 5] / (360 * ONE)).tolist() == [0, 0, 0, 0, -4, -4]
    assert not placed[:, [0, 1, 2, 4]].any()


def test_turns_of_earlier_windows_stay():
    """A window begins with the turns that the one before ended with."""
    first = made([0] * 3, [0] * 3, {(1, 3): 2})
    second = made([0] * 3, [0] * 3, {(2, 3): 5}, first.after)
    assert second.turns_at(np.array([0, 1, 2]))[:, 3].tolist() == [2, 2, 7]
    assert second.after.tolist() == [0, 0, 0, 7, 0, 0]


def test_the_unit_scales_positions_alone():
    """Positions, ramps included, are multiplied by Q16; angles are what they are."""
    line = made([4, 4, 4], [4, 4, 4], {})
    latent = np.full((1, 6), 10 * ONE)
    once = rig().place(latent, line, np.arange(2.0), np.zeros(1))
    twice = rig(unit=2 * ONE + 1).place(latent, line, np.arange(2.0), np.zeros(1))
    assert twice[0, 2:].tolist() == once[0, 2:].tolist()
    assert twice[0, :2].tolist() == [int(x) * (2 * ONE + 1) >> 16 for x in once[0, :2]]
    assert (latent == 10 * ONE).all()


def test_scales_are_held_in_the_unit_of_their_channel():
    """A channel with exponent a counts 2**(a - 16)."""
    assert rig(exponents=1).scales.tolist() == [49152, 65536, *[983040] * 4]
    assert rig(exponents=-2).turn.tolist() == [360 << 18] * 6
