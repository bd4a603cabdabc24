"""Frames in network units and back: turns that cost nothing, pixels that come back."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vdsc.model.network_frames import AngleFrames, PixelFrames, build

OFFSET = np.array([2.0, 30.0, -140.0, 0.0], np.float32)
SCALE = np.array([0.5, 10.0, 10.0, 7.0], np.float32)
FRAMES = AngleFrames(np.array([False, True, True, True]), OFFSET, SCALE)
SEEDS = st.integers(0, 2**31)


def motion(seed, count=30):
    """Smooth channels that stay well within half a turn of their offsets."""
    rng = np.random.default_rng(seed)
    swing = rng.uniform(5, 60, 4) * np.sin(rng.uniform(0.1, 0.5, 4) * np.arange(count)[:, None])
    return (OFFSET + swing).astype(np.float32)


def turned(seed, values):
    """The same angles, some frames and channels of which are whole turns away."""
    turns = np.random.default_rng(seed).integers(-2, 3, values.shape) * FRAMES.angles
    return (values + 360.0 * turns).astype(np.float32)


@given(SEEDS, SEEDS)
def test_a_turn_changes_nothing(seed, other):
    """Jumps of 360 degrees, anywhere, give the same network units up to float32 rounding."""
    plain = FRAMES.to_network(motion(seed))
    assert plain.dtype == np.float32
    assert FRAMES.to_network(turned(other, motion(seed))) == pytest.approx(plain, abs=2e-5)
    assert np.abs(np.diff(plain[:, 1:], axis=0)).max() < 10


@given(SEEDS, SEEDS)
def test_angles_come_back_modulo_a_turn(seed, other):
    """There and back is the identity on channels, and on angles modulo 360."""
    values = turned(other, motion(seed))
    back = FRAMES.from_network(FRAMES.to_network(values))
    off = back.astype(np.float64) - values
    off[:, 1:] -= 360 * np.rint(off[:, 1:] / 360)
    assert np.abs(off).max() < 2e-4


@given(SEEDS, SEEDS, st.integers(1, 29))
def test_a_window_goes_on_from_the_last(seed, other, cut):
    """Given the frame before, a later window comes in the turn that the earlier one ended in."""
    values = turned(other, motion(seed))
    whole = FRAMES.to_network(motion(seed))
    parts = [FRAMES.to_network(values[:cut])]
    parts.append(FRAMES.to_network(values[cut:], parts[0][-1]))
    assert np.concatenate(parts) == pytest.approx(whole, abs=2e-5)


def test_the_nearest_turn_is_taken():
    """A clip that lies wholly two turns away is brought back to the channel's usual turn."""
    far = motion(1) + np.float32(720) * FRAMES.angles
    assert FRAMES.to_network(far) == pytest.approx(FRAMES.to_network(motion(1)), abs=2e-5)


def test_a_rotation_is_kept():
    """An angle that really turns round and round is unrolled, not folded."""
    values = np.tile(OFFSET, (100, 1))
    values[:, 2] = (25.0 * np.arange(100) + 180) % 360 - 180
    unrolled = FRAMES.to_network(values)[:, 2] * 10.0
    assert np.diff(unrolled) == pytest.approx(np.full(99, 25.0), abs=1e-3)


def test_every_pixel_comes_back():
    """uint8 pixels survive the trip to [0, 1] and back; beyond it they are clipped."""
    pixels = np.arange(256, dtype=np.uint8).reshape(1, 16, 16, 1)
    seen = PixelFrames().to_network(pixels)
    assert seen.dtype == np.float32
    assert (seen.min(), seen.max()) == (0, 1)
    assert (PixelFrames().from_network(seen) == pixels).all()
    assert PixelFrames().from_network(np.float32([-0.3, 1.2])).tolist() == [0, 255]


def test_settings_build_the_frames_they_name():
    """The channels from first_angle on are angles."""
    made = build({"kind": "angles", "first_angle": 1, "offset": [1, 2, 3], "scale": [4, 5, 6]})
    assert isinstance(made, AngleFrames)
    assert made.angles.tolist() == [False, True, True]
    assert isinstance(build({"kind": "pixels"}), PixelFrames)
