"""SSIM and the distance of textures: same, moved and blurred pictures in the order of an eye."""

from __future__ import annotations

import numpy as np
import pytest

from vdsc.bench.picture_distance import ssim, texture_distance

NOISE = np.random.default_rng(0).integers(40, 215, (2, 48, 40, 3)).astype("u1")


def blurred(film):
    whole = film.astype(float)
    for axis in (1, 2):
        for _ in range(3):
            whole = (np.roll(whole, 1, axis) + 2 * whole + np.roll(whole, -1, axis)) / 4
    return whole.astype("u1")


def test_the_same_is_the_same():
    assert ssim(NOISE, NOISE) == pytest.approx(1)
    assert texture_distance(NOISE, NOISE) == 0


def test_what_is_a_pixel_aside_has_the_same_texture():
    moved = np.roll(NOISE, 1, axis=2)
    assert texture_distance(NOISE, moved) < 0.3 * texture_distance(NOISE, blurred(NOISE))
    assert ssim(NOISE, moved) < ssim(NOISE, blurred(NOISE))


def test_more_noise_is_less_alike():
    rng = np.random.default_rng(1)
    found = [
        ssim(NOISE, np.clip(NOISE + rng.normal(0, spread, NOISE.shape), 0, 255).astype("u1"))
        for spread in (2, 10, 40)
    ]
    assert found == sorted(found, reverse=True)
