"""Fields at other scales and instants: exact where they must be, smooth in between."""

from __future__ import annotations

import os
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import vdsc
from tests.battery import same
from tests.forge import forged, opened
from vdsc.codecs.field.sampling import SHARE, Sampling
from vdsc.core.crop import scaled
from vdsc.core.sequence import Clock
from vdsc.errors import CorruptFile, InvalidInput, LimitExceeded

KODAK = Path(os.environ.get("VDSC_DATA", "nowhere")) / "images" / "kodak"
SCALES = ("2", "1/2", "3/2", "2/3", "1/5", "7")


def keys(z):
    """The kernel of cubic convolution with six samples, in floats."""
    z = np.abs(z)
    near = 4 / 3 * z**3 - 7 / 3 * z**2 + 1
    middle = -7 / 12 * z**3 + 3 * z**2 - 59 / 12 * z + 5 / 2
    far = z**3 / 12 - 2 / 3 * z**2 + 7 / 4 * z - 3 / 2
    return np.where(z < 1, near, np.where(z < 2, middle, np.where(z < 3, far, 0)))


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 40), st.integers(1, 40), st.integers(1, 40))
def test_weights_are_those_of_the_kernel(n, p, q):
    """Rows sum to 1, samples stay themselves at scale 1, and each weighs what the kernel says."""
    scale = Fraction(p, q)
    sampling = Sampling.scaled(n, scale, 0, scaled(n, scale))
    assert (sampling.weights.sum(axis=1) == 1 << 15).all()
    places = np.minimum((np.arange(len(sampling.taps)) + 0.5) / float(scale) - 0.5, n - 0.5)
    every = np.arange(-200, n + 200)
    real = keys((places[:, None] - every) * min(1.0, float(scale)))
    real /= real.sum(axis=1, keepdims=True)
    found = np.zeros((len(places), n))
    wanted = np.zeros((len(places), n))
    np.add.at(found, (np.arange(len(places))[:, None], sampling.taps), sampling.weights * 2.0**-15)
    np.add.at(wanted.T, np.clip(every, 0, n - 1), real.T)
    assert np.abs(found - wanted).max() < 1e-3
    if scale == 1:
        assert (found == np.eye(n)).all()


def test_between_two_samples_their_own_places_are_exact():
    before, whole = np.arange(6), np.full(6, 1 << SHARE)
    values = np.random.default_rng(0).integers(-(2**30), 2**30, 7).astype("f8")
    for share, shift in ((0 * whole, 0), (whole, 1)):
        made = Sampling.between(before, share, 7)(values, 0, np.arange(7))
        assert (made == values[before + shift]).all()


@pytest.mark.parametrize("shape", [(2, 40, 30, 3), (9, 33), (3, 5, 9, 17)])
def test_parts_of_scaled_frames_are_those_of_the_whole(shape):
    rng = np.random.default_rng(len(shape))
    values = (rng.normal(size=shape).cumsum(axis=1) * 9).astype("f4")
    data = vdsc.compress(values, codec="field", quality=60, effort=0)
    assert same(vdsc.decompress(data, scale=1).values, vdsc.decompress(data).values)
    for scale in SCALES:
        whole = vdsc.decompress(data, scale=scale).values
        last = shape[-1] if shape[-1] <= 4 else scaled(shape[-1], Fraction(scale))
        assert whole.shape[1:] == (*(scaled(n, Fraction(scale)) for n in shape[1:-1]), last)
        for _ in range(4):
            begins = [int(rng.integers(n)) for n in whole.shape[1:]]
            ends = [int(rng.integers(a, n)) + 1 for a, n in zip(begins, whole.shape[1:],
                                                               strict=True)]  # fmt: skip
            region = tuple(slice(*pair) for pair in zip(begins, ends, strict=True))
            some = vdsc.decompress(data, scale=scale, region=region).values
            assert same(some, whole[(slice(None), *region)])


@settings(max_examples=15, deadline=None)
@given(st.integers(-9, 9), st.sampled_from(SCALES), st.integers(1, 9), st.integers(1, 40))
def test_what_is_constant_stays_so(value, scale, frames, side):
    data = vdsc.compress(np.full((frames, side, 9), value / 8), codec="field", effort=0)
    level = vdsc.decompress(data).values
    assert (level == level.flat[0]).all()
    for options in ({"scale": scale}, {"fps": 77}):
        assert (vdsc.decompress(data, **options).values == level.flat[0]).all()


def wave(y, x):
    """Two slow waves across a picture."""
    return 100 * np.sin(y / 5 + x / 9) + 80 * np.cos(x / 6 - y / 8)


def grid(side, scale):
    """Centres of pixels at a scale, in those of the file."""
    places = (np.arange(scaled(side, Fraction(scale))) + 0.5) / float(Fraction(scale)) - 0.5
    return np.meshgrid(places, places, indexing="ij")


@pytest.mark.parametrize("scale", SCALES[:4])
def test_a_smooth_picture_is_itself_at_other_scales(scale):
    data = vdsc.compress(wave(*grid(80, 1))[None], codec="field", step=0.02, effort=0)
    off = vdsc.decompress(data, scale=scale).values[0] - wave(*grid(80, scale))
    inner = off[8:-8, 8:-8]
    assert np.sqrt(np.square(inner).mean()) < 0.3  # of a range of 360: 61 dB
    assert np.abs(off).max() < 12  # nor does it ring where the picture ends


def test_what_is_too_fine_for_a_scale_is_left_out():
    """Stripes of three samples, which at half the size would be others: an alias."""
    stripes = 100 * np.sin(np.arange(90) * 2 * np.pi / 2.5)[None, :, None] * np.ones((1, 1, 90))
    data = vdsc.compress(stripes, codec="field", step=0.1, effort=0)
    assert np.abs(vdsc.decompress(data).values).max() > 90
    assert np.abs(vdsc.decompress(data, scale="1/2").values[0, 6:-6]).max() < 12
    assert np.abs(vdsc.decompress(data, scale="1/4").values[0, 6:-6]).max() < 2


def test_an_edge_of_the_picture_goes_on_as_it_ends():
    """No value near the border of a ramp lies beyond what the picture holds, but by a little."""
    ramp = np.linspace(0, 100, 40)[None, :, None] * np.ones((1, 1, 40))
    data = vdsc.compress(ramp, codec="field", step=0.01, effort=0)
    for scale in SCALES:
        found = vdsc.decompress(data, scale=scale).values
        assert -1 < found.min() < found.max() < 101


@pytest.mark.skipif(not KODAK.is_dir(), reason="VDSC_DATA names no folder with photographs")
def test_photographs_double_better_than_by_cubics_of_four():
    from PIL import Image

    for path in sorted(KODAK.glob("*.png"))[:2]:
        picture = np.asarray(Image.open(path).convert("RGB"))[:256, :256]
        half = picture.reshape(128, 2, 128, 2, 3).mean(axis=(1, 3)).round().astype("u1")
        data = vdsc.compress(half[None], codec="field", quality=85, effort=0)
        decoded = Image.fromarray(vdsc.decompress(data).values[0])
        theirs = np.asarray(decoded.resize((256, 256), Image.Resampling.BICUBIC))
        mine = vdsc.decompress(data, scale=2).values[0]
        off, other = (np.square(one.astype(float) - picture).mean() for one in (mine, theirs))
        assert off < 0.99 * other


@pytest.fixture(scope="module")
def film():
    """A field of single precision in chunks of 1 to 2 frames, and one in a single chunk."""
    y, x, t = np.meshgrid(np.arange(12), np.arange(10), np.arange(23), indexing="ij")
    values = np.moveaxis(np.sin(t / 3 + x / 4) * 30 + np.cos(y / 3 - t / 5) * 20, 2, 0)
    times = np.cumsum(np.random.default_rng(0).uniform(0.5, 1.5, 23))
    options = {"codec": "field", "times": times, "step": 0.05, "effort": 0}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("vdsc.codecs.field.field_encoder.VALUES", 240)
        pieces = vdsc.compress(values, **options)
    return pieces, vdsc.compress(values, **options), values


@settings(max_examples=6, deadline=None)
@given(st.lists(st.floats(0, 1), min_size=1, max_size=9, unique=True))
def test_instants_are_the_same_alone_and_across_chunks(film, shares):
    """Whatever else is asked for, and however many chunks what it is made of lies in."""
    pieces, whole, values = film
    assert len(vdsc.info(pieces).chunks) == 12
    for data in (pieces, whole):
        own = vdsc.decompress(data)
        first, last = own.times[[0, -1]]
        times = np.unique(first + np.sort(shares) * (last - first))
        found = vdsc.decompress(data, times=times).values
        every = np.union1d(times, own.times)
        among = vdsc.decompress(data, times=every).values
        assert same(found, among[np.searchsorted(every, times)])
        assert same(among[np.searchsorted(every, own.times)], own.values)
        assert np.abs(found - line(values, own.times, times)).max() < 3


def line(values, seconds, times):
    """Frames between which the real ones are, to see that none is far off."""
    at = np.clip(np.searchsorted(seconds, times, side="right") - 1, 0, len(seconds) - 2)
    share = ((times - seconds[at]) / (seconds[at + 1] - seconds[at])).reshape(-1, 1, 1)
    return values[at] * (1 - share) + values[at + 1] * share


def test_sound_is_itself_at_another_rate():
    seconds = np.arange(4000) / 8000
    sound = np.sin(2 * np.pi * 440 * seconds) * 0.5
    data = vdsc.compress(sound, codec="field", fps=8000, step=1e-4, effort=0)
    found = vdsc.decompress(data, fps=11025)
    wanted = np.sin(2 * np.pi * 440 * found.times) * 0.5
    assert np.abs(found.values - wanted)[20:-20].max() < 1e-3


def test_parts_of_a_sequence_meet(film):
    """A long sequence in parts: frames at instants between two of them lie between theirs."""
    values = film[2]
    data = vdsc.compress(values, codec="field", fps=10, step=0.05, effort=0, parts=0.7)
    found = vdsc.decompress(data, fps=40)
    assert same(found.values[::4], vdsc.decompress(data).values)
    assert np.abs(found.values - line(values, np.arange(23) / 10, found.times)).max() < 4


def test_what_is_not_made_is_said(film):
    with pytest.raises(LimitExceeded, match="a frame at this scale would take"):
        vdsc.decompress(film[1], scale=9999)
    with pytest.raises(InvalidInput, match="only files of codec"):
        vdsc.decompress(vdsc.compress(film[2], lossless=True), scale=2)


def test_times_that_cannot_be_told_apart_are_one(film, monkeypatch):
    """A clock so late that all frames have one time: every instant is the last but one of them."""
    monkeypatch.setattr("vdsc.codecs.field.field_encoder.VALUES", 120)
    data = vdsc.compress(film[2], codec="field", fps=10, step=1.0, effort=0)
    outline = opened(data)[0].outline
    data = forged(data, outline=replace(outline, clock=Clock(Fraction(10), start=1e18)))
    own, other = vdsc.decompress(data).values, vdsc.decompress(data, fps=20).values
    assert (other == own[-2]).all()


def test_a_sample_that_is_not_there_is_damage():
    sampling = Sampling.between(np.array([3]), np.array([1 << 15]), 9)
    assert sampling.span(0, 9) == (1, 7)
    for numbers in ([1, 2, 3, 5, 6], []):
        with pytest.raises(CorruptFile, match="one time"):
            sampling(np.zeros((len(numbers), 2)), 0, np.array(numbers, dtype=int))
