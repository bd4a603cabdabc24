"""Clips of moving digits: repeatable, inside the frame, whole pixels."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vdsc.train import moving_mnist as made

DIGITS = np.random.default_rng(0).integers(1, 256, (7, 28, 28), dtype=np.uint8)


def test_equal_seeds_give_equal_clips():
    """Clips depend on the seed alone, have the promised shape and are uint8."""
    clips = made.clips(DIGITS, 3, 12, seed=5)
    assert clips.shape == (3, 12, 64, 64, 1)
    assert clips.dtype == np.uint8
    assert (clips == made.clips(DIGITS, 3, 12, seed=5)).all()
    assert (clips != made.clips(DIGITS, 3, 12, seed=6)).any()
    assert (clips[0] != clips[1]).any()


@settings(deadline=None)
@given(st.integers(0, 2**31), st.integers(1, 150))
def test_digits_stay_inside_and_are_never_too_fast(seed, frames):
    """Every corner leaves room for the digit, and no step is longer than the top speed."""
    track = made.track(np.random.default_rng(seed), frames)
    assert track.shape == (frames, 2)
    assert 0 <= track.min() <= track.max() <= made.ROOM
    assert np.abs(np.diff(track, axis=0)).max(initial=0) <= made.SPEED


@given(st.integers(0, 2**31))
def test_between_walls_a_digit_flies_straight(seed):
    """Velocity changes only in a step that ends at a wall, or right after one."""
    track = made.track(np.random.default_rng(seed), 60)
    bends = np.flatnonzero(np.diff(track, n=2, axis=0).any(1)) + 1
    at_wall = ((track == 0) | (track == made.ROOM)).any(1)
    assert at_wall[bends].all() or (at_wall[bends] | at_wall[bends + 1]).all()


def test_a_frame_is_the_sum_of_its_digits():
    """Digits are pasted at their corners, added, and cut at 255."""
    frames, sprites, tracks = made.scene(DIGITS, 20, np.random.default_rng(3))
    for t in (0, 7, 19):
        expected = np.zeros((64, 64), int)
        for sprite, (row, column) in zip(sprites, tracks[:, t], strict=True):
            expected[row : row + 28, column : column + 28] += sprite
        assert (frames[t] == np.minimum(expected, 255)).all()


def test_overlaps_do_not_wrap_around():
    """Two white digits on each other stay white."""
    white = np.full((2, 28, 28), 200, np.uint8)
    frame = made.render(white, np.zeros((2, 1, 2), np.int64))
    assert frame[0, :28, :28].min() == frame.max() == 255
    assert not frame[0, 28:].any()


@pytest.mark.parametrize("frames", [1, 100])
def test_clips_move(frames):
    """Over a long clip something moves; one frame is a clip too."""
    clip = made.clips(DIGITS, 1, frames, seed=1)[0]
    assert len(clip) == frames
    assert frames == 1 or (clip[0] != clip[-1]).any()


def test_digits_may_move_by_parts_of_a_pixel():
    """Between pixels by straight lines: their mass stays, and whole places are as ever."""
    digits = np.zeros((2, 28, 28), np.uint8)
    digits[:, 9:19, 8:20] = 120
    films = made.smooth_clips(digits, 2, 12, seed=3)
    assert films.shape == (2, 12, 64, 64, 1)
    mass = films.sum(axis=(2, 3, 4), dtype=np.int64)
    assert (np.abs(mass - digits.sum(dtype=np.int64)) < 300).all()
    whole = made.track(np.random.default_rng(1), 9)[None]
    near = made.render_between(digits[:1], whole.astype(np.float64))
    assert (near == made.render(digits[:1], whole)).all()
