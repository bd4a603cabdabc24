"""Frames to .npy, .mp4 and .gif."""

from __future__ import annotations

import errno
import io
import os
import threading
from fractions import Fraction
from pathlib import Path

import av
import imageio.v3 as iio
import numpy as np
import pytest
from PIL import Image, ImageSequence

from vdsc.core.sequence import Clock, Outline
from vdsc.errors import InvalidInput
from vdsc.io.gif import frame_durations
from vdsc.io.sink import open_sink
from vdsc.io.video import mp4_sink

RNG = np.random.default_rng(0)
FPS = Fraction(30000, 1001)
SHAPES = [(12, 16, 16), (12, 7, 5, 1), (12, 33, 20, 3), (1, 1, 1)]


def write(path, values, fps=FPS):
    with open_sink(str(path), Outline(values.shape, values.dtype, Clock(fps))) as sink:
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


@pytest.mark.parametrize("fps", [Fraction(1, 65535), Fraction(1, 3600), Fraction(997), 1000])
def test_mp4_of_extreme_rates(tmp_path, fps):
    """From a frame in 18 hours to a thousand a second, frames are where they are meant to be."""
    write(tmp_path / "x.mp4", RNG.integers(0, 256, (4, 16, 16)).astype(np.uint8), Fraction(fps))
    with av.open(str(tmp_path / "x.mp4")) as container:
        times = [float(frame.time) for frame in container.decode(video=0)]
    assert times == pytest.approx([float(i / Fraction(fps)) for i in range(4)], rel=1e-6)


@pytest.mark.parametrize("fps", [Fraction(100, 65535), Fraction(1, 600), Fraction(49), 50])
def test_gif_of_extreme_rates(tmp_path, fps):
    """From a frame in 655 seconds to 50 a second, each frame lasts as long as it should."""
    write(tmp_path / "x.gif", RNG.integers(0, 256, (4, 6, 6)).astype(np.uint8), Fraction(fps))
    with Image.open(tmp_path / "x.gif") as image:
        durations = [frame.info["duration"] for frame in ImageSequence.Iterator(image)]
    assert sum(durations) == pytest.approx(float(4000 / Fraction(fps)), abs=5)
    assert max(durations) - min(durations) <= 10


@pytest.mark.parametrize(
    ("name", "fps", "words"),
    [
        ("x.gif", Fraction(50) + Fraction(1, 10**9), "1/655 to 50 .* write .mp4 or .npy"),
        ("x.gif", Fraction(60), "not 60; ask for another --fps"),
        ("x.gif", Fraction(99, 65535), "1/655 to 50"),
        ("x.mp4", Fraction(1000) + Fraction(1, 10**9), "1/65535 to 1000 .* write .npy"),
        ("x.mp4", Fraction(1, 65536), "1/65535 to 1000"),
        ("x.mp4", Fraction(2**64 - 1), "1/65535 to 1000"),
    ],
)
def test_rates_that_a_file_cannot_have_are_refused(tmp_path, name, fps, words):
    """Nothing is slowed down or sped up in silence, and no file is left."""
    with pytest.raises(InvalidInput, match=words):
        write(tmp_path / name, np.zeros((4, 6, 6), np.uint8), fps)
    assert not list(tmp_path.iterdir())


def test_a_gif_that_stands_still_too_long_is_refused(tmp_path):
    """Frames that look the same become one, whose time has a limit."""
    with pytest.raises(InvalidInput, match=r"655 seconds at most, .*stands still"):
        write(tmp_path / "x.gif", np.zeros((4, 6, 6), np.uint8), Fraction(1, 400))
    assert not list(tmp_path.iterdir())


def test_sides_that_a_file_cannot_have_are_refused(tmp_path):
    """The limit itself is not one pixel less or more."""
    with pytest.raises(InvalidInput, match=r"16385 x 2 pixels are more than the 16384"):
        write(tmp_path / "x.mp4", np.zeros((1, 16385, 2), np.uint8))
    with pytest.raises(InvalidInput, match=r"2 x 65536 pixels are more than the 65535"):
        write(tmp_path / "x.gif", np.zeros((1, 2, 65536), np.uint8))
    write(tmp_path / "x.mp4", np.zeros((1, 16384, 2), np.uint8))


@pytest.mark.parametrize("suffix", [".npy", ".mp4", ".gif"])
def test_a_full_disk_is_an_os_error(tmp_path, suffix):
    """A device without space left is told as such, by every format, and survives."""
    (tmp_path / f"x{suffix}").symlink_to("/dev/full")
    with pytest.raises(OSError, match="No space left"):
        write(tmp_path / f"x{suffix}", RNG.integers(0, 256, (30, 64, 64)).astype(np.uint8))
    assert Path("/dev/full").is_char_device()


@pytest.mark.parametrize("room", [0, 100, 2000, 20000])
def test_a_disk_that_fills_up_under_an_mp4(room):
    """Whenever the space ends, the failure arrives as the OSError that it is."""

    class Disk(io.BytesIO):
        def write(self, data):
            if self.tell() + len(data) > room:
                raise OSError(errno.ENOSPC, "No space left on device")
            return super().write(data)

    video = RNG.integers(0, 256, (30, 64, 64)).astype(np.uint8)
    with (
        pytest.raises(OSError, match="No space left"),
        mp4_sink(Disk(), Outline(video.shape, video.dtype, Clock(FPS))) as sink,
    ):
        sink.write(video)


def test_pipes_take_video(tmp_path):
    """Where FFmpeg cannot go back in a file, it goes back in a temporary one."""
    os.mkfifo(tmp_path / "x.mp4")
    parts = []
    reader = threading.Thread(target=lambda: parts.append((tmp_path / "x.mp4").read_bytes()))
    reader.start()
    write(tmp_path / "x.mp4", RNG.integers(0, 256, (4, 16, 16)).astype(np.uint8))
    reader.join()
    assert iio.imread(parts[0], plugin="pyav").shape == (4, 16, 16, 3)


@pytest.mark.parametrize("name", ["x.NPY", "x.Npy"])
def test_suffixes_may_be_in_capitals(tmp_path, name):
    """X.NPY is an .npy."""
    write(tmp_path / name, np.ones((3, 2)))
    assert np.load(tmp_path / name).sum() == 6


def test_gif_durations_keep_the_length():
    """Frames last whole hundredths of a second that add up."""
    assert sum(frame_durations(30, Fraction(30))) == 1000
    assert set(frame_durations(30, Fraction(30))) == {30, 40}
    assert set(frame_durations(9, Fraction(50))) == {20}


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
    for name, words in (("x.avi", "cannot write '.avi' files"), ("x", "has no suffix")):
        with pytest.raises(InvalidInput, match=rf"{words}; use one of \.npy, \.mp4, \.mov, "):
            write(tmp_path / name, np.zeros((1, 2)))
    with pytest.raises(InvalidInput, match=r"\\x1b\[2J: cannot write '\.\\x1b\[2J'"):
        write(tmp_path / "\x1b[2J.\x1b[2J", np.zeros((1, 2)))
