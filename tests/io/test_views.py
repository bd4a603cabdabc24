"""Arrays that have one sensible meaning, and what is said of the others."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from vdsc.core.numeric_view import BFLOAT16
from vdsc.errors import InvalidInput
from vdsc.io.source import array_source, open_source

RNG = np.random.default_rng(0)
VIDEO = RNG.integers(0, 256, (7, 6, 5, 3)).astype(np.uint8)


def whole(source):
    """All frames, read in two windows."""
    half = source.shape[0] // 2
    return np.concatenate([source.read(0, half), source.read(half, source.shape[0])])


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_channels_first_is_turned(tmp_path, channels):
    """(T, C, H, W) is read as (T, H, W, C), from memory and from files, and that is said."""
    video = RNG.integers(0, 256, (7, 6, 5, channels)).astype(np.uint8)
    first = np.moveaxis(video, 3, 1)
    np.save(tmp_path / "x.npy", first)
    with open_source(str(tmp_path / "x.npy")) as filed:
        for source in (array_source(first), filed):
            assert source.shape == video.shape
            np.testing.assert_array_equal(whole(source), video)
            assert source.note == f"channels last: {video.shape}"


@pytest.mark.parametrize(
    "shape", [(4, 3, 8, 3), (4, 3, 8, 1), (4, 7, 8, 2), (4, 3, 8), (4, 1, 1, 1)]
)
def test_other_video_is_left_as_it_is(shape):
    """A last axis that can be one of channels is one; what cannot be video is not turned."""
    source = array_source(np.zeros(shape, np.uint8))
    assert (source.shape, source.note) == (shape, "")


@given(
    arrays.arrays(st.sampled_from(["f2", "f4", "f8"]), (3, 2, 2, 3), elements=st.integers(0, 255))
)
def test_floats_of_pixels_become_those_pixels(pixels):
    """The value v / 255 in any type of float is read as the uint8 v."""
    source = array_source((pixels.astype(np.float64) / 255).astype(pixels.dtype))
    assert source.dtype == np.uint8
    np.testing.assert_array_equal(whole(source), pixels)
    assert "floats from 0 to 1 as uint8" in source.note


def test_floats_channels_first():
    """Two views in a row, and both are said."""
    source = array_source(np.moveaxis(VIDEO, 3, 1).astype(np.float32) / 255)
    np.testing.assert_array_equal(whole(source), VIDEO)
    assert source.note.count(";") == 1


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (np.nextafter(1.0, 2), r"\[5, 1, 2, 0\] is 1; video must be uint8, or floats from 0 to 1"),
        (-1e-300, r"\[5, 1, 2, 0\] is -1e-300"),
        (np.nan, r"\[5, 1, 2, 0\] is nan"),
        (255.0, r"is 255"),
    ],
)
def test_floats_outside_are_refused_by_index(wrong, words):
    """The first value outside [0, 1] is named, counted from the first frame."""
    video = VIDEO / 255
    video[5, 1, 2, 0] = video[6] = wrong
    source = array_source(video)
    source.read(0, 5)
    with pytest.raises(InvalidInput, match=words):
        source.read(3, 7)


@given(arrays.arrays(np.uint16, (5, 4), elements=st.integers(0, 2**16 - 1)))
def test_bfloat16_is_widened(bits):
    """bfloat16 is read as the float32 of the same value; a NaN is refused as ever."""
    wide = (bits.astype(np.uint32) << 16).view(np.float32)
    source = array_source(bits.view(BFLOAT16))
    assert source.dtype == np.float32
    if np.isfinite(wide).all():
        assert whole(source).tobytes() == wide.tobytes()
    else:
        with pytest.raises(InvalidInput, match="fill it in"):
            whole(source)


def test_bfloat16_of_a_file(tmp_path):
    """NumPy writes bfloat16 as two bytes of no type; they are read as the numbers that they are."""
    np.save(tmp_path / "x.npy", np.array([[0x3F80, 0xC020]], np.uint16).view(BFLOAT16))
    with open_source(str(tmp_path / "x.npy")) as source:
        assert source.read(0, 1).tolist() == [[1, -2.5]]
        assert source.note == "bfloat16 as float32"


def test_points_in_space_keep_their_shape():
    """(T, J, 3) floats are a sequence as they are."""
    points = RNG.standard_normal((9, 4, 3))
    source = array_source(points)
    assert (source.shape, source.note) == (points.shape, "")
    np.testing.assert_array_equal(whole(source), points)


@pytest.mark.parametrize("dtype", ["c8", ">c16", "M8[ns]", ">m8[D]", "V2", "?", ">i2", "u8", "f2"])
def test_lossless_takes_every_type_as_it_is(dtype):
    """With `exact` nothing is turned or widened."""
    values = np.zeros((4, 3, 8, 8), dtype)
    source = array_source(values, exact=True)
    assert (source.shape, source.dtype, source.note) == (values.shape, values.dtype, "")


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (
            np.zeros(5),
            r"reshape it to \(T, 1\) floats, or use --codec linear .*--lossless",
        ),
        (
            np.zeros((5, 4), int),
            r"astype\('float32'\), or use --codec linear .*--lossless",
        ),
        (
            np.zeros((5, 4, 7)),
            r"several sequences \(N, T, D\) compress one at a time \(FILE.npy:0.*reshape\(len",
        ),
        (
            np.zeros((5, 4, 7), int),
            r"video must be uint8, .* or use --codec linear .*--lossless",
        ),
        (np.zeros((5, 7, 8, 9)), r"floats from 0 to 1 \(T, H, W, C\)"),
        (np.zeros((2, 5, 4, 4, 3), np.uint8), "one sequence at a time"),
        (np.zeros((5, 4), complex), "--lossless takes it as it is"),
        (np.zeros((5, 4), "m8[s]"), "--lossless takes it as it is"),
        (np.zeros((5, 4), "U3"), "give one array of numbers"),
        (np.zeros(5, "f4,f4"), "give one array of numbers"),
    ],
)
def test_refusals_say_what_would_work(values, words):
    """Each kind of array that the lossy codec refuses has its own way out."""
    with pytest.raises(InvalidInput, match=words):
        array_source(values)


@pytest.mark.parametrize(
    ("dtype", "words"),
    [
        ("m8[h]", r"convert it to D, s, ms, us, ns, as in \.astype\('timedelta64\[s\]'\)"),
        ("M8[Y]", r"astype\('datetime64\[s\]'\)"),
        ("M8[10ms]", r"astype\('datetime64\[s\]'\)"),
        ("g", r"astype\('float64'\)"),
        ("G", r"astype\('complex128'\)"),
        ("U2", "are held without loss"),
        ("V3", "are held without loss"),
    ],
)
def test_lossless_refusals_say_what_would_work(dtype, words):
    """Types that a file does not hold are named with one that it does."""
    with pytest.raises(InvalidInput, match=words):
        array_source(np.zeros(3, dtype), exact=True)
