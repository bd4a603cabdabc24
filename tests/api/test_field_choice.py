"""Without options the codec `field` codes what varies smoothly along two axes of a frame."""

from __future__ import annotations

import numpy as np

import vdsc


def drifting(frames=24):
    """Two hundred waves that drift, each its own way: uint8 (T, 48, 40, 3)."""
    rng = np.random.default_rng(0)
    t, y, x = np.meshgrid(np.arange(frames), np.arange(48), np.arange(40), indexing="ij")
    film = np.zeros((*t.shape, 3))
    for _ in range(200):
        down, across, ahead, phase = rng.uniform(-1, 1, 4) * [1.5, 1.5, 0.9, 3.1]
        wave = np.sin(down * y + across * x + ahead * t + phase) / (0.05 + down**2 + across**2)
        film += wave[..., None] * rng.uniform(0.7, 1.3, 3)
    return np.clip(film / film.std() * 50 + 128, 0, 255).astype("u1")


def test_a_drifting_picture_is_a_field():
    film = drifting()
    data, report = vdsc.compress(film, quality=30, report=True)
    assert report.codec == "field"
    assert "smaller than linear at equal error" in report.chosen
    plain = vdsc.compress(film, codec="linear", quality=30)
    off = [np.square(vdsc.decompress(d).values.astype(float) - film).mean() for d in (data, plain)]
    assert len(data) < len(plain)
    assert off[0] < 1.2 * off[1]


def test_a_goal_is_met_by_the_field_too():
    film = drifting()
    data, report = vdsc.compress(film, target_size=6000, report=True)
    assert len(data) <= 6000
    assert report.codec == "field"


def test_motion_and_small_arrays_are_none():
    walk = np.random.default_rng(1).normal(size=(200, 30)).cumsum(0)
    assert vdsc.compress(walk, report=True)[1].codec == "linear"
    small = np.zeros((2, 9, 9)) + np.arange(9)
    assert vdsc.compress(small, report=True)[1].codec != "field"
    knots = vdsc.compress(drifting(8), knots="even", report=True)[1]
    assert knots.codec != "field"


def test_the_lowest_quality_that_is_close_enough_is_taken():
    """What a jump goes beyond is taken back: a lower quality is never a larger file."""
    film, sizes = drifting(12), []
    for quality in (2, 8, 16):
        data, report = vdsc.compress(film, quality=quality, report=True)
        assert report.codec == "field"
        sizes.append(len(data))
    assert sizes == sorted(sizes)
