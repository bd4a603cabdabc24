"""Sequences of every length, type, layout and clock, through the whole path."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

import vdsc
from tests import tiny
from tests.battery import check_codec
from tests.forge import knots
from tests.tiny import CHUNK, PIXELS, VECTORS
from vdsc.codecs import registry

quick = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.mark.parametrize("frames", [1, 2, 3, 40, 41, 42, 81, 82, 200])
def test_vectors_of_any_length(frames):
    """From one frame to several windows, to the frame where a window more is needed."""
    data = check_codec("knots", tiny.clip(VECTORS, frames))
    assert len(vdsc.info(data).chunks) == max(1, -(-(frames - 1) // (CHUNK[VECTORS] - 1)))


@pytest.mark.parametrize("frames", [1, 2, 17, 18, 40])
def test_pixels_of_any_length(frames):
    """The same for video, whose path is a bridge and whose decoder draws sprites."""
    check_codec("knots", tiny.clip(PIXELS, frames), damage=6)


@pytest.mark.parametrize("dtype", ["<f2", ">f2", "<f4", ">f4", "<f8", ">f8"])
def test_floats_of_any_width_and_byte_order(dtype):
    """Halves, singles and doubles of either byte order come back as they were given, natively."""
    check_codec("knots", tiny.clip(VECTORS, 30).astype(dtype), damage=4)


def test_memory_layout_does_not_matter():
    """Fortran order, strides and read-only memory give the same file as plain memory."""
    values = tiny.clip(VECTORS, 50)
    plain, wide = knots(values), np.zeros((50, 12), np.float32)
    wide[:, ::2] = values
    frozen = values.copy()
    frozen.flags.writeable = False
    for same in (np.asfortranarray(values), wide[:, ::2], frozen):
        assert knots(same) == plain
    assert (values == tiny.clip(VECTORS, 50)).all()


def test_grey_video_may_lack_its_channel_axis():
    """(T, H, W) comes back as (T, H, W), with the pixels of (T, H, W, 1)."""
    values = tiny.clip(PIXELS, 6)
    bare = vdsc.decompress(check_codec("knots", values[..., 0], damage=4)).values
    assert (bare == vdsc.decompress(knots(values)).values[..., 0]).all()


@pytest.mark.parametrize("fps", [0.5, 24, 29.97, Fraction(30000, 1001), 120, 240, 1000])
def test_any_frame_rate(fps):
    """A rate that is not the model's own is kept exactly and decodes at others, too."""
    data = check_codec("knots", tiny.clip(VECTORS, 60), fps=fps, damage=2)
    expected = Fraction(fps).limit_denominator(1 << 20)
    assert vdsc.decompress(data).clock.rate == expected
    assert vdsc.info(data).fps == float(expected)


def test_the_models_own_rate_is_the_default():
    """Without a rate the checkpoint's is taken, and it costs no more than saying it."""
    values = tiny.clip(VECTORS, 30)
    assert knots(values) == knots(values, fps=30)


@pytest.mark.parametrize("model", [VECTORS, PIXELS])
def test_irregular_times(model):
    """Jittered times, long pauses and times before zero come back exactly."""
    rng = np.random.default_rng(4)
    steps = rng.uniform(0.01, 0.08, 70)
    steps[[20, 50]] = 40.0
    times = np.cumsum(steps) - 30.0
    check_codec("knots", tiny.clip(model, 70), times=times, damage=2)


@quick
@given(st.lists(st.floats(1e-6, 1e6), min_size=1, max_size=60), st.floats(-1e9, 1e9))
def test_wild_times(steps, start):
    """Gaps from microseconds to weeks, side by side, are no reason to fail."""
    times = start + np.cumsum(steps)
    assume(not (np.diff(times) < 1e-9).any())
    data = knots(tiny.clip(VECTORS, len(times)), times=times)
    sequence = vdsc.decompress(data)
    assert (sequence.times == times).all()
    assert np.isfinite(sequence.values).all()


@pytest.mark.parametrize("model", [VECTORS, PIXELS])
def test_a_knot_at_every_frame(model):
    """knots="full" puts a knot at each frame, whose times cost nothing."""
    data = check_codec("knots", tiny.clip(model, 45), knots="full", damage=2)
    facts = vdsc.info(data)
    assert (facts.knots, facts.budget["knot times"]) == (45, 0)


@quick
@given(
    arrays.arrays(
        np.float32,
        st.tuples(st.integers(1, 60), st.just(6)),
        elements=st.floats(-1e4, 1e4, width=32),
    ),
    st.integers(1, 100),
    st.integers(0, 3),
)
def test_any_values_at_any_quality(values, quality, seed):
    """Noise, constants and jumps are coded, however badly they fit the model."""
    data = knots(values, quality=quality, seed=seed)
    assert vdsc.decompress(data).values.shape == values.shape
    assert 1 <= vdsc.info(data).params["q"] <= quality


def test_a_file_is_a_function_of_its_inputs():
    """The same call gives the same bytes; another seed draws other knots."""
    values = tiny.clip(VECTORS, 60)
    assert knots(values, seed=1) == knots(values, seed=1)
    assert knots(values, seed=1) != knots(values, seed=2)


@pytest.mark.parametrize("codec", ["lossless", "packed"])
@pytest.mark.parametrize("dtype", ["<f4", ">f8", "<i2", "u1", "?"])
def test_lossless_codecs_pass_the_battery(codec, dtype):
    """The same checks by the ids of the exact codecs."""
    values = (tiny.clip(VECTORS, 60) * 20).round().astype(dtype)
    check_codec(codec, values, damage=6)


@pytest.mark.parametrize("dtype", ["<f4", ">f8", "<f2", "<i2", "u1", ">u8"])
@pytest.mark.parametrize("quality", [10, 85])
def test_the_linear_codec_passes_the_battery(dtype, quality):
    """The same checks with loss and without a checkpoint, for any type of numbers."""
    values = (tiny.clip(VECTORS, 60) * 20).round(3)
    values = values if dtype[1] == "f" else np.abs(values)
    check_codec("linear", values.astype(dtype), damage=6, quality=quality)


@pytest.mark.parametrize("dtype", ["<f4", ">f8", "<f2", "<i2", "u1", ">u8"])
@pytest.mark.parametrize("base", ["linear", "none"])
def test_the_bounded_codec_passes_the_battery(dtype, base):
    """The same checks where an error is promised, on a path and on none."""
    values = (tiny.clip(VECTORS, 60) * 20).round(3)
    values = values if dtype[1] == "f" else np.abs(values)
    check_codec("bounded", values.astype(dtype), damage=6, base=base, max_error=1.5)


def test_ids_are_in_the_registry():
    """The battery runs on every codec that can be written."""
    here = {"knots", "lossless", "packed", "linear", "bounded"}
    apart = {"sprites", "field", "solids"}  # tests/codecs
    assert set(registry.names_to_write()) == here | apart
