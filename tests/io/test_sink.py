"""Frames to .npy, .mp4 and .gif."""

from __future__ import annotations

from fractions import Fraction

import imageio.v3 as iio
import numpy as np
import pytest

from vdsc.errors import InvalidInput
from vdsc.io.sink import open_sink
from vdsc.io.video import frame_durations

RNG = np.random.default_rng(0)
FPS = Fraction(30000, 1001)
SHAPES = [(12, 16, 16), (12, 7, 5, 1), (12, 33, 20, 3), (1, 1, 1)]


def write(path, values, fps=FPS):
    with open_sink(str(path), values.shape, values.dtype, fps) as sink:
        for begin in range(0, len(values), 5):
            sink.write(values[begin : begin + 5])


@pytest.mark.parametrize("dtype", ["f2", "f4", "f8", ">f4"])
def test_npy_is_what_numpy_reads(tmp_path, dtype):
    """Frames written in pieces are one array, the same byte for byte as numpy.save's."""
    values = RNG.standard_normal((23, 4)).astype(dtype)
    write(tmp_path / "x.npy", values)
    np.save(tmp_path / "y.npy", values)
    assert (tmp_path / "x.npy").read_bytes() == (tmp_path / "y.npy").read_bytes()


@pytest.mark.parametrize("shape", SHAPES)
def test_mp4_has_the_frames_and_the_rate(tmp_path, shape):
    """Grey, RGB and odd-sized video is H.264 of even sides at the right rate."""
    write(tmp_path / "x.mp4", RNG.integers(0, 256, shape).astype(np.uint8))
    read = iio.imread(tmp_path / "x.mp4", plugin="pyav")
    assert read.shape == (shape[0], shape[1] + shape[1] % 2, shape[2] + shape[2] % 2, 3)
    fps = iio.immeta(tmp_path / "x.mp4", plugin="pyav")["fps"]
    assert fps == pytest.approx(float(FPS))


def test_mp4_looks_like_the_video(tmp_path):
    """A smooth clip comes back within a few grey levels."""
    ramp = np.add.outer(np.arange(20) * 3, np.add.outer(np.arange(32) * 2, np.arange(32)))
    write(tmp_path / "x.mp4", ramp.astype(np.uint8))
    read = iio.imread(tmp_path / "x.mp4", plugin="pyav")[..., 0]
    assert np.abs(read.astype(int) - ramp).mean() < 5


@pytest.mark.parametrize("shape", SHAPES)
def test_gif_has_the_frames(tmp_path, shape):
    """Grey and RGB video of any size is an endless GIF."""
    write(tmp_path / "x.gif", RNG.integers(0, 256, shape).astype(np.uint8))
    read = iio.imread(tmp_path / "x.gif", plugin="pillow", index=None)
    assert read.shape == (*shape[:3], 3)


def test_gif_durations_keep_the_length():
    """Frames last whole hundredths of a second that add up; 50 frames a second is the most."""
    assert sum(frame_durations(30, Fraction(30))) == 1000
    assert set(frame_durations(30, Fraction(30))) == {30, 40}
    assert set(frame_durations(9, Fraction(240))) == {20}


@pytest.mark.parametrize(
    ("name", "shape", "dtype"),
    [
        ("x.mp4", (4, 3), "f4"),
        ("x.gif", (4, 3, 3), "f4"),
        ("x.mp4", (4, 3, 3, 2), "u1"),
        ("x.gif", (4, 3, 3, 5), "u1"),
    ],
)
def test_what_is_no_video_is_refused(tmp_path, name, shape, dtype):
    """Anything but grey or RGB uint8 is sent to .npy, and no file is left."""
    with pytest.raises(InvalidInput, match=r"write it to \.npy"):
        write(tmp_path / name, np.zeros(shape, dtype))
    assert not list(tmp_path.iterdir())


def test_unknown_suffixes_list_the_known_ones(tmp_path):
    """A suffix without an adapter is refused with those that have one."""
    with pytest.raises(InvalidInput, match=r"\.npy, \.mp4, \.gif"):
        write(tmp_path / "x.avi", np.zeros((1, 2)))
