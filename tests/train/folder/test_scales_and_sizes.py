"""Scales, bases, rates and sizes follow from the data."""

from __future__ import annotations

import io
from fractions import Fraction

import numpy as np
import pytest

from vdsc.api.clocks import dated
from vdsc.api.jobs import job
from vdsc.io.source import array_source
from vdsc.train.folder import bases, sizes
from vdsc.train.folder.basis_choice import best_basis, some
from vdsc.train.folder.fair_rival import SAME, measure, smallest_rival
from vdsc.train.folder.scales import scales_of


def mixed(count=8, frames=60, channels=4, sources=4, seed=0):
    """Clips (frames, channels) float32: smooth series, each a mixture of so many sources."""
    rng = np.random.default_rng(seed)
    mixture = rng.normal(size=(sources, channels))
    time = np.arange(frames)[:, None] / 20
    waves = [
        np.sin(time * rng.uniform(1, 4, sources) + rng.uniform(0, 6, sources)) for _ in range(count)
    ]
    return [(one @ mixture).astype(np.float32) for one in waves]


def test_channels_that_spread_alike_share_a_scale():
    """Plain channels go by bands, other kinds together; constants change nothing."""
    clips = [c * np.float32([1, 2, 50, 60]) for c in mixed()]
    clips = [np.concatenate([c, np.full((len(c), 1), 3, np.float32)], axis=1) for c in clips]
    found = scales_of(clips, ["plain"] * 5)
    scale = found.frames["scale"]
    assert scale[0] == scale[1] < scale[2] / 4
    assert scale[2] == scale[3]
    assert found.still == 1
    assert found.frames["offset"][4] == 3
    scale = scales_of(clips, ["length"] * 4 + ["plain"]).frames["scale"]
    assert len(set(scale[:4])) == 1


def test_places_and_what_is_constant_within_sequences_are_apart():
    """A place that differs between sequences has a ramp; a constant's ramp is level."""
    rng = np.random.default_rng(3)
    clips = []
    for clip in mixed():
        still = np.full((len(clip), 1), rng.uniform(1, 2))
        place = clip[:, :1] + 40 * rng.normal()
        clips.append(np.concatenate([clip[:, :2], place, still], axis=1).astype(np.float32))
    found = scales_of(clips, ["plain", "plain", "length", "plain"])
    assert found.pose == {"ramps": [2, 3], "level": [3]}
    assert found.frames["scale"][2] < 3


def test_a_mixture_of_few_needs_few_latents():
    """Two sources in nine channels are two latents of whole frames; joints would need more."""
    clips = mixed(channels=9, sources=2)
    assert best_basis(clips, ["plain"] * 9, 20.0) == "whole frames"
    ways = bases.ways(["plain"] * 9)
    assert bases.axes_of(clips, ways["whole frames"]).shape == (9, 2)
    assert bases.axes_of(clips, ways["joints"]).shape == (9, 6)


def test_joints_are_threes_and_fours():
    """Quaternions go by four, others by three where they come so."""
    kinds = ["plain", *["unit quaternion"] * 8, *["degrees"] * 6]
    assert [len(part) for part in bases.joints(kinds)] == [1, 4, 4, 3, 3]


def test_fast_series_get_many_knots():
    """Noise is told at each frame; slow series by a knot in several frames."""
    rng = np.random.default_rng(1)
    noise = [rng.normal(size=(80, 3)).astype(np.float32) for _ in range(3)]
    assert sizes.rates(noise, 20.0) == (20.0, 20.0)
    low, high = sizes.rates(mixed(), 20.0)
    assert low <= high <= 20 / 4
    net = sizes.config_of(noise, 3, 20.0)
    assert (net.window, net.frame, net.latent) == (80, (3,), 3)
    assert net.limit * 20 >= 8


def test_some_clips_are_spread_over_all():
    """About as many frames as asked for, from the first to the last."""
    clips = [np.full((50, 1), i, np.float32) for i in range(20)]
    found = some(clips, 300)
    assert sum(map(len, found)) == 300
    assert {int(c[0, 0]) // 10 for c in found} == {0, 1}
    assert len(some(clips, 10**6)) == 20


def test_the_rival_has_no_more_error():
    """The file of `linear` is at the error of another file in units of scales, or just below."""
    values = mixed(count=1, frames=200)[0] * np.float32([1, 1, 20, 20])
    source, scale = array_source(values), np.array([1.0, 1.0, 20.0, 20.0])
    rate = Fraction(20)
    outline = dated(source.shape, source.dtype, native=rate, fps=rate, times=None)
    asked = job("linear", {"steps": tuple((0.3 * scale).tolist())}, verify=False)
    report = asked.write(source, outline, io.BytesIO())
    other = smallest_rival(source, outline, report, scale.tolist())
    assert other is not None
    ratio = measure(other, scale) / measure(report, scale)
    assert 0.8 < ratio <= SAME
    assert other.file_bytes == pytest.approx(report.file_bytes, rel=0.05)
