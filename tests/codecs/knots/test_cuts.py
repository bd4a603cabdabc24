"""Sequences that were joined are cut at their joints, and nowhere else."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests import tiny
from vdsc.codecs.knots import cuts
from vdsc.codecs.windows import windows

CHUNK = 41
ANGLES = {"kind": "angles", "first_angle": 2, "scale": [1.0, 2.0, 30, 30, 30, 30]}


def parts(values, chunk=CHUNK, kind=ANGLES):
    return cuts.parts(lambda a, b: values[a:b], len(values), chunk, kind)


def joints(values, **options):
    """First frames of the windows that share none with the one before."""
    return [span[0] for span, fresh in parts(values, **options) if fresh]


def joined(lengths, seed=0):
    """Clips one after the other, each of them somewhere else."""
    clips = [tiny.clip(tiny.VECTORS, n, seed + i) for i, n in enumerate(lengths)]
    for i, clip in enumerate(clips):
        clip[:, :2] += 5 * (i % 2)
    return np.concatenate(clips)


@pytest.mark.parametrize("lengths", [[100], [60, 70], [16, 90, 200, 16]])
def test_joints_are_found(lengths):
    """Each joint begins a fresh window; inside a clip there is none."""
    assert joints(joined(lengths)) == [0, *np.cumsum(lengths)[:-1].tolist()]


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32), st.integers(1, 500), st.floats(0.01, 20))
def test_smooth_motion_is_not_cut(seed, frames, faster):
    """However fast it is, motion that goes on is one stretch."""
    time = np.arange(frames)[:, None] / 30 * faster
    values = 40 * np.sin(time * np.linspace(0.2, 1, 6) + np.random.default_rng(seed).normal(size=6))
    assert joints(values) == [0]


@settings(max_examples=40, deadline=None)
@example(0, 1, 20, 21)  # a window that happens to be what stands still
@given(st.integers(0, 2**32), st.integers(1, 200), st.integers(1, 3000), st.integers(1, 200))
def test_stillness_makes_windows_longer(seed, before, still, after):
    """A long stillness is a window of its own; seams are shared, and nothing is left out."""
    rng = np.random.default_rng(seed)
    steps = np.r_[1 + rng.random(before), np.zeros(still), 1 + rng.random(after)]
    values = np.cumsum(steps)[:, None] * np.array([0.02, 0.02, 1, 1, 1, 1])
    found = parts(values)
    assert [fresh for _, fresh in found] == [True] + [False] * (len(found) - 1)
    spans = [span for span, _ in found]
    assert (spans[0][0], spans[-1][1]) == (0, len(values))
    assert all(one[1] - 1 == other[0] for one, other in pairwise(spans))
    assert all(b - a <= CHUNK for a, b in spans if np.ptp(values[a:b, 2]) > 0)
    if still >= cuts.QUIET:
        assert (before - 1, before + still) in spans
    else:
        assert spans == list(windows(len(values), CHUNK))


def test_noise_is_not_cut():
    """Steps that are all alike are no joints, however large they are."""
    values = np.random.default_rng(0).normal(size=(600, 6)) * 50
    assert joints(values) == [0]


def test_whole_turns_are_no_jump():
    """An angle that passes 180 degrees goes on."""
    values = tiny.clip(tiny.VECTORS, 300)
    assert np.abs(np.diff(values[:, -1])).max() > 300
    assert joints(values) == [0]


@pytest.mark.parametrize("at", [5, 15, 285, 295])
def test_short_ends_are_not_cut_off(at):
    """A new beginning costs a knot: neither side is shorter than SHORTEST frames."""
    values = tiny.clip(tiny.VECTORS, 300)
    values[at:, :2] += 9
    assert joints(values) == [0]


@pytest.mark.parametrize("at", [16, 284])
def test_the_shortest_part_is_cut_off(at):
    """At exactly SHORTEST frames a side is long enough."""
    values = tiny.clip(tiny.VECTORS, 300)
    values[at:, :2] += 9
    assert joints(values) == [0, at]


def test_small_jumps_are_left():
    """A step is a joint only from LARGE units of the network on."""
    for size, found in ((0.21, [0]), (0.23, [0, 150])):
        values = np.zeros((300, 6))
        values[150:] = np.array(ANGLES["scale"]) * size
        assert joints(values) == found


def test_a_channel_that_flips_is_no_joint():
    """A single channel counts MOST at most: a joint of a body may flip while a motion goes on."""
    values = np.zeros((300, 6))
    values[150:, 3] = 170
    assert joints(values) == [0]
    values[150:, 1] = 3
    assert joints(values) == [0, 150]


def test_a_joint_between_two_readings_is_found(monkeypatch):
    """Frames are looked at in parts, and the step from one part to the next counts."""
    monkeypatch.setattr(cuts, "READ", 50)
    for at in (49, 50, 51, 100):
        values = tiny.clip(tiny.VECTORS, 150)
        values[at:, :2] += 9
        assert joints(values) == [0, at]


def test_images_are_never_looked_at():
    """Of pixels no frame is read."""
    found = cuts.parts(lambda *_: 1 / 0, 100, 17, {"kind": "pixels"})
    assert [fresh for _, fresh in found] == [True, *[False] * 6]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(16, 200), min_size=1, max_size=6), st.integers(2, 60))
def test_windows_hold_all_frames(lengths, chunk):
    """None is longer than a chunk, each goes on at the shared frame or, fresh, at the next."""
    values = joined(lengths)
    found = parts(values, chunk=chunk)
    assert (found[0][0][0], found[-1][0][1], found[0][1]) == (0, len(values), True)
    assert max(end - begin for (begin, end), _ in found) <= chunk
    for (one, _), (other, fresh) in pairwise(found):
        assert other[0] == one[1] - (not fresh)
