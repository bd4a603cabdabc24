"""The pose that is taken off frames is put back to the very same frames, but for rounding."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests import tiny
from vdsc.codecs.knots.params import KnotParams
from vdsc.codecs.knots.pose import FARTHEST, Rig
from vdsc.codecs.knots.posing import Poser
from vdsc.core.fixed import ONE
from vdsc.errors import InvalidInput

FRAMES = {
    "kind": "angles", "first_angle": 2, "offset": [0.0, 4.0, 0, 0, 0, 0],
    "scale": [1.0, 2.0, 30, 30, 30, 30],
}  # fmt: skip
CHUNK = 41


def posers(unit=ONE, level=(1,), ramps=0b111):
    rig = Rig.of(FRAMES, KnotParams(1, 1, ramps=ramps, unit=unit), np.zeros(6, int))
    return rig, Poser(FRAMES, rig, level)


def windows(values, **options):
    """Windows of a sequence in order: their raw frames, times, and what is taken off."""
    rig, poser = posers(**options)
    for begin in range(0, max(1, len(values) - 1), CHUNK - 1):
        raw = values[begin : begin + CHUNK]
        seconds = (begin + np.arange(len(raw))) / 30
        yield rig, raw, seconds, poser.take(raw, seconds, fresh=not begin)


def rebuilt(rig, seconds, posed):
    """Frames from what the networks see, as a decoder puts them together."""
    units = posed.x.astype(np.float64) * FRAMES["scale"] + FRAMES["offset"]
    latent = np.rint(units * ONE).astype(np.int64)
    return rig.place(latent, posed.pose, seconds, seconds) / ONE


def check(values, tolerance=1e-3, **options):
    for rig, raw, seconds, posed in windows(values, **options):
        assert np.abs(rebuilt(rig, seconds, posed) - raw).max() <= tolerance


def test_frames_come_back():
    """Positions and angles, wraps of 360 degrees included, over several windows."""
    check(tiny.clip(tiny.VECTORS, 200).astype(np.float64))


@settings(max_examples=30, deadline=None)
@given(
    st.integers(0, 2**32), st.integers(1, 130), st.floats(0, 6), st.integers(-9, 9),
    st.sampled_from([ONE, 100 * ONE, 3000]),
)  # fmt: skip
def test_any_frames_come_back(seed, frames, power, turns, unit):
    """Anywhere, facing anywhere, wound up by whole turns, in any unit."""
    rng = np.random.default_rng(seed)
    values = tiny.waves(rng, frames)
    values[:, :2] = (values[:, :2] + rng.normal(size=2) * 10**power) * unit / ONE
    values[:, 2:] += 360 * turns + rng.uniform(-180, 180, 4)
    check(values, 1e-3 * (1 + 10 ** (power - 3)) * max(1, unit / ONE), unit=unit)


def test_what_is_left_does_not_know_where_it_was():
    """Moved by whole quarters of a scale, or turned by such, the networks see the same frames."""
    values = tiny.clip(tiny.VECTORS, 200).astype(np.float64)
    moved = values.copy()
    moved[:, 0] += 250.0
    moved[:, 1] -= 1000.0
    moved[:, 2] += 30.0 * 7
    for (*_, one), (*_, other) in zip(windows(values), windows(moved), strict=True):
        assert np.abs(one.x - other.x).max() < 1e-4


@pytest.mark.parametrize("turns", [1, -3, 1000])
def test_whole_turns_are_told_once(turns):
    """A sequence wound up by whole turns has one event a channel, in its first window."""
    values = tiny.clip(tiny.VECTORS, 120).astype(np.float64)[:, :]
    values[:, 2:] = 20 * np.sin(np.arange(120)[:, None] / 9 + np.arange(4))
    wound = values.copy()
    wound[:, 3:] += 360 * turns
    plain, found = list(windows(values)), list(windows(wound))
    assert [len(w[3].pose.turns) for w in plain] == [0, 0, 0]
    assert found[0][3].pose.turns.tolist() == [[0, c, turns] for c in (3, 4, 5)]
    assert [len(w[3].pose.turns) for w in found[1:]] == [0, 0]
    assert all((a[3].x == b[3].x).all() for a, b in zip(plain, found, strict=True))


def test_a_wrap_is_one_event():
    """An angle that passes 180 degrees once costs one change of turns, not one a frame."""
    values = np.zeros((80, 6))
    angle = np.linspace(100, 250, 80)
    values[:, 4] = (angle + 180) % 360 - 180
    events = [w[3].pose.turns.tolist() for w in windows(values)]
    assert sum(map(len, events)) == 1
    check(values)


def test_level_channels_have_flat_ramps():
    """The height goes up and down; its ramp is one anchor, that of the first window's median."""
    values = tiny.clip(tiny.VECTORS, 160).astype(np.float64)
    values[:, 1] += np.linspace(0, 30, 160)
    found = [w[3].pose for w in windows(values)]
    heights = {int(anchor[1]) for pose in found for anchor in (pose.start, pose.end)}
    assert heights == {round(4 * (float(np.median(values[:CHUNK, 1])) - 4) / 2)}
    free = [w[3].pose for w in windows(values, level=())]
    assert free[-1].end[1] == round(4 * (values[-1, 1] - 4) / 2)


def test_windows_go_on_where_the_last_ended():
    """The anchor and the turns of a shared frame are those of both windows."""
    values = tiny.clip(tiny.VECTORS, 200).astype(np.float64)
    values[:, 0] += np.arange(200) * 0.9
    found = [w[3].pose for w in windows(values)]
    for one, other in pairwise(found):
        assert (one.end == other.start).all()
        assert (one.after == other.before).all()


def test_one_frame_is_a_window():
    """A single frame has a pose, too."""
    check(tiny.clip(tiny.VECTORS, 1).astype(np.float64) + 1000)


@pytest.mark.parametrize("channel", [0, 1])
def test_positions_too_far_away_are_refused(channel):
    """Beyond the farthest anchor there is advice, not a clamp."""
    values = tiny.clip(tiny.VECTORS, 30).astype(np.float64)
    values[:, channel] += FARTHEST
    with pytest.raises(InvalidInput, match=r"too far from 0.*--lossless"):
        list(windows(values))
