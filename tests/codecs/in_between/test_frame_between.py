"""Frames between frames: what moves is followed, what is still stays, frames are themselves."""

from __future__ import annotations

import os
from hashlib import sha256
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import vdsc
from tests.battery import same
from vdsc.codecs.in_between import moved_pair
from vdsc.codecs.in_between.frame_between import between
from vdsc.core.crop import Crop

VIDEO = Path(os.environ.get("VDSC_DATA", "nowhere")) / "video"
FULL = 1 << 16


def grains(height, width, channels=3, seed=0):
    """A texture with details of several sizes."""
    rng = np.random.default_rng(seed)
    total = np.zeros((height, width, channels))
    for size in (1, 2, 4, 9):
        few = rng.normal(size=(height // size + 2, width // size + 2, channels))
        total += size * np.kron(few, np.ones((size, size, 1)))[:height, :width]
    smooth = sum(np.roll(total, (y, x), (0, 1)) for y in (-1, 0, 1) for x in (-1, 0, 1)) / 9
    return np.clip(smooth * 12 + 120, 0, 255).astype("u1")


def error(one, other):
    """Mean squared error."""
    return np.square(one.astype(float) - other).mean()


def blend(one, other, share):
    """The straight line."""
    return one * (1 - share / FULL) + other * (share / FULL)


@settings(max_examples=10, deadline=None)
@given(st.integers(16, 50), st.integers(16, 50), st.sampled_from([1, 3]), st.integers(0, FULL))
def test_still_pictures_stay(height, width, channels, share):
    one = grains(height, width, channels)
    assert same(between(one, one.copy(), share), one)


@settings(max_examples=10, deadline=None)
@given(st.integers(16, 50), st.integers(16, 50), st.sampled_from([1, 3]))
def test_frames_are_themselves(height, width, channels):
    one, other = (grains(height, width, channels, seed=i) for i in (1, 2))
    assert same(between(one, other, 0), one)
    assert same(between(one, other, FULL), other)


def test_what_is_still_beside_what_moves_stays():
    one = grains(64, 64)
    other = one.copy()
    one[20:36, 20:36], other[20:36, 24:40] = 250, 250
    made = between(one, other, FULL // 2)
    assert (made[:8] == one[:8]).all()
    assert (made[52:] == one[52:]).all()
    assert (made[24:32, 26:34] == 250).mean() > 0.9


@settings(max_examples=12, deadline=None)
@given(st.integers(-7, 7), st.integers(-7, 7), st.sampled_from([1, 3]))
def test_a_texture_that_moves_is_followed(y, x, channels):
    """By whole pixels to a half of the way: the very texture, away from borders."""
    wide = grains(112, 112, channels)
    one, now, other = (
        wide[24 + i * y : 88 + i * y, 24 + i * x : 88 + i * x] for i in (-1, 0, 1)
    )  # fmt: skip
    made = between(one, other, FULL // 2)
    assert error(made[16:-16, 16:-16], now[16:-16, 16:-16]) < 2
    if y or x:
        assert error(made, now) < 0.3 * error(blend(one, other, FULL // 2), now)


@pytest.mark.parametrize("parts", [3, 4, 5])
def test_any_share_of_the_way(parts):
    wide = grains(100, 140)
    frames = [wide[10:74, 10 + 2 * i : 74 + 2 * i] for i in range(parts + 1)]
    for i in range(1, parts):
        share = i * FULL // parts
        made = between(frames[0], frames[-1], share)
        line = blend(frames[0], frames[-1], share)
        assert error(made, frames[i]) < 0.2 * error(line, frames[i])


@pytest.mark.parametrize(("channels", "digest"), [(1, "9f19f0941f97471e"), (3, "3a0d12f07904bd80")])
def test_frozen_frames(channels, digest):
    """The very bytes that the first machine made, of whole numbers without any library's help."""
    y, x, c = np.meshgrid(np.arange(40), np.arange(56), np.arange(channels), indexing="ij")
    y, x = y // 3, x // 3
    one, other = ((y * y * 7 + (x + i) * (x + i) * 5 + 31 * c * y) % 251 for i in (0, 1))
    made = b"".join(
        between(one.astype("u1"), other.astype("u1"), share).tobytes() for share in (9000, 32768)
    )
    assert sha256(made).hexdigest()[:16] == digest


def test_larger_frames_move_farther():
    wide = grains(300, 360, 1)
    one, now, other = (wide[20:276, 10 + 20 * i : 266 + 20 * i] for i in range(3))
    made = between(one, other, FULL // 2)
    assert error(made[:, 48:-48], now[:, 48:-48]) < 2


def test_nothing_in_common_is_blended():
    """Behind a cut no way is right."""
    one, other = grains(64, 64, seed=1) // 4, 255 - grains(64, 64, seed=2) // 4
    made, line = between(one, other, FULL // 4), blend(one, other, FULL // 4)
    assert np.abs(made - line).max() <= 0.5


def test_strips_do_not_change_what_comes_out(monkeypatch):
    one, other = grains(80, 48), np.roll(grains(80, 48), (3, -4), (0, 1))
    whole = between(one, other, 30000)
    monkeypatch.setattr(moved_pair, "AT_ONCE", 1)
    assert same(between(one, other, 30000), whole)


@pytest.fixture(scope="module")
def clip():
    """Eight frames of a texture that moves, and those between them."""
    wide = grains(60, 90)
    every = np.stack([wide[8:48, 2 * i : 36 + 2 * i] for i in range(15)])
    return every[::2], every


@pytest.mark.parametrize("options", [{"codec": "packed"}, {"codec": "field", "quality": 75}])
def test_files_at_another_rate(clip, options, monkeypatch):
    """A file of chunks, alone or in parts; its own frames and every region as in the whole."""
    kept, every = clip
    monkeypatch.setattr("vdsc.codecs.field.field_encoder.VALUES", 3 * kept[0].size)
    for more in ({}, {"parts": 0.35}):
        data = vdsc.compress(kept, fps=10, **options, **more)
        own, finer = vdsc.decompress(data).values, vdsc.decompress(data, fps=20).values
        assert same(finer[::2], own)
        assert error(finer[5], every[5]) < 0.5 * error(blend(own[2], own[3], FULL // 2), every[5])
        region = np.s_[5:25, 10:]
        some = vdsc.decompress(data, fps=20, region=region).values
        assert same(some, finer[:, 5:25, 10:])
        times = np.array([0.05, 0.21, 0.3, 0.66])
        alone = [vdsc.decompress(data, times=[t]).values[0] for t in times]
        assert same(np.stack(alone), vdsc.decompress(data, times=times).values)


def test_one_frame_and_two(clip):
    for codec in ("packed", "field"):
        for count in (1, 2):
            data = vdsc.compress(clip[0][:count], fps=10, codec=codec)
            own = vdsc.decompress(data).values
            finer = vdsc.decompress(data, fps=30).values
            assert same(finer[::3], own)


def test_numbers_that_are_no_colours_are_never_mixed():
    """Of files without loss whole numbers without three channels may be names of things."""
    names = np.random.default_rng(0).integers(0, 9, (4, 20, 20)).astype("u1")
    data = vdsc.compress(names, fps=10, lossless=True)
    assert same(vdsc.decompress(data, times=[0.04]).values[0], names[0])


def test_scaled_crops_of_others_still_fail(clip):
    data = vdsc.compress(clip[0], fps=10, codec="packed")
    with pytest.raises(vdsc.VdscError, match="only files of codec"):
        vdsc.decompress(data, fps=20, scale=2)
    assert Crop.whole(clip[0].shape).cut(clip[0]).shape == clip[0].shape


@pytest.mark.skipif(not VIDEO.is_dir(), reason="VDSC_DATA names no folder with video")
@pytest.mark.parametrize(("name", "gain"), [("maze64_val", 3), ("minetest64_val", 1)])
def test_real_clips_are_followed(name, gain):
    """So many decibels better than blending, at frames that were dropped."""
    frames = np.load(VIDEO / f"{name}.npz")["x"][0, 10:31]
    kept, unseen = frames[::2], frames[1::2]
    made = [between(a, b, FULL // 2) for a, b in pairwise(kept)]
    lines = [blend(a, b, FULL // 2) for a, b in pairwise(kept)]
    assert 10 * np.log10(error(np.stack(lines), unseen) / error(np.stack(made), unseen)) > gain
