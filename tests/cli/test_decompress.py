"""`vdsc decompress`."""

from __future__ import annotations

import io
import json
import os
from fractions import Fraction
from pathlib import Path

import imageio.v3 as iio
import numpy as np
import pytest
from PIL import Image

from tests.cli import fake_api
from vdsc.core.sequence import Clock, Outline


@pytest.fixture
def vds(vdsc, motion, video):
    """Compress both clips to clip.vds and video.vds and keep nothing else."""
    assert vdsc("compress", "clip.npy", "video.npy").exit_code == 0
    os.remove("clip.npy")
    os.remove("video.npy")


def test_output_is_beside_the_input(vdsc, vds, motion):
    """Without -o, clip.vds becomes clip.npy."""
    result = vdsc("decompress", "clip.vds")
    assert result.exit_code == 0
    assert result.stdout == ""
    assert "40 frames at 60/s" in result.stderr
    np.testing.assert_array_equal(np.load("clip.npy"), motion)


def test_several_files_go_to_a_folder(vdsc, vds):
    """--output-dir takes several outputs; -o takes one."""
    assert vdsc("decompress", "clip.vds", "video.vds", "--output-dir", "out").exit_code == 0
    assert sorted(os.listdir("out")) == ["clip.npy", "video.npy"]
    assert vdsc("decompress", "clip.vds", "video.vds", "-o", "x.npy").exit_code == 2


def test_dash_is_stdin_and_stdout(vdsc, vds, motion):
    """`-` reads stdin and writes an .npy, and nothing else, to stdout."""
    result = vdsc("decompress", "-", stdin=Path("clip.vds").read_bytes())
    assert result.exit_code == 0
    np.testing.assert_array_equal(np.load(io.BytesIO(result.stdout_bytes)), motion)


def test_settings_reach_the_decoder(vdsc, vds):
    """--fps, --times and --memlimit arrive as the API wants them; there is no --device."""
    assert vdsc("decompress", "clip.vds", "--fps", "29.97", "--memlimit", "3M").exit_code == 0
    assert fake_api.calls[-1] == {"fps": Fraction(2997, 100), "times": None, "memlimit": 3 << 20}
    assert vdsc("decompress", "clip.vds", "--device", "cpu").exit_code == 2
    Path("t.txt").write_text("0.5\n0.75\n")
    assert vdsc("decompress", "clip.vds", "--times", "t.txt", "-o", "two.npy").exit_code == 0
    assert (fake_api.calls[-1]["fps"], fake_api.calls[-1]["memlimit"]) == (None, 2 << 30)
    np.testing.assert_array_equal(fake_api.calls[-1]["times"], [0.5, 0.75])
    assert np.load("two.npy").shape == (2, 3)


@pytest.mark.parametrize(
    ("name", "plugin", "index", "shape"),
    [("a.mp4", "pyav", ..., (20, 16, 16, 3)), ("a.gif", "pillow", None, (20, 15, 16, 3))],
)
def test_video_files_are_written(vdsc, vds, name, plugin, index, shape):
    """Video goes to .mp4, padded to even sides, and to .gif."""
    assert vdsc("decompress", "video.vds", "-o", name, "--fps", "50").exit_code == 0
    assert iio.imread(name, plugin=plugin, index=index).shape == shape


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("clip.vds -o a.mp4", "write it to .npy"),
        ("clip.vds -o a.gif", "write it to .npy"),
        ("clip.vds -o a.avi", "use one of .npy, .mp4, "),
        ("clip.vds -o a", "use one of .npy, .mp4, "),
        ("missing.vds", "no such file"),
        ("clip.vds -o no/a.npy", "no such directory"),
    ],
)
def test_impossible_outputs_are_refused(vdsc, vds, line, words):
    """What cannot be written is one line of advice, exit 1, and no file."""
    result = vdsc("decompress", *line.split())
    assert result.exit_code == 1
    assert words in result.stderr
    assert sorted(os.listdir()) == ["clip.vds", "video.vds"]


def test_existing_output_needs_force(vdsc, vds):
    """An existing output is kept unless -f is given."""
    Path("clip.npy").write_text("old")
    assert vdsc("decompress", "clip.vds").exit_code == 1
    assert Path("clip.npy").read_text() == "old"
    assert vdsc("decompress", "clip.vds", "-f").exit_code == 0


@pytest.mark.parametrize(("data", "code"), [(b"junk", 3), (b"newer\n", 4), (b"", 3)])
def test_bad_files_return_their_code(vdsc, data, code):
    """A corrupt file returns 3 and one of a newer version 4; nothing is left."""
    Path("bad.vds").write_bytes(data)
    assert vdsc("decompress", "bad.vds").exit_code == code
    assert os.listdir() == ["bad.vds"]


@pytest.mark.parametrize("suffix", [".npy", ".mp4", ".gif"])
def test_failing_half_way_leaves_nothing(vdsc, vds, suffix):
    """A stream that ends after some frames were written leaves no output."""
    Path("video.vds").write_bytes(Path("video.vds").read_bytes()[:-1])
    result = vdsc("decompress", "video.vds", "-o", "x" + suffix, "--fps", "50")
    assert result.exit_code == 3
    assert result.stderr.count("\n") == 1
    assert sorted(os.listdir()) == ["clip.vds", "video.vds"]


def made_from(name, form, folder="."):
    """A file of the stand-in that says what it was made from."""
    os.makedirs(folder, exist_ok=True)
    values = np.arange(8, dtype=np.int16).reshape(4, 2)
    head = {"shape": values.shape, "dtype": "int16", "fps": "8000", "format": form}
    Path(folder, name).write_bytes(json.dumps(head).encode() + b"\n" + values.tobytes())


@pytest.mark.parametrize(
    ("form", "suffix"), [("csv", ".csv"), ("wav", ".wav"), ("npz", ".npy"), ("\x1b", ".npy")]
)
def test_the_format_of_the_original_is_written(vdsc, form, suffix):
    """Without -o, what was made from a table is a table; where that is not written, an .npy."""
    made_from("x.vds", form)
    result = vdsc("decompress", "x.vds")
    assert result.exit_code == 0
    assert f"x.vds -> x{suffix}" in result.stderr
    assert sorted(os.listdir()) == sorted(["x.vds", f"x{suffix}"])


@pytest.mark.parametrize("form", ["png", "jpg", "bmp", "tif", "webp"])
def test_what_one_picture_was_is_a_png(vdsc, form):
    """Whatever kind of picture it was; several frames are refused with what to name instead."""
    head = {"shape": (1, 2, 4), "dtype": "uint8", "fps": "1", "format": form}
    Path("x.vds").write_bytes(json.dumps(head).encode() + b"\n" + bytes(range(8)))
    assert vdsc("decompress", "x.vds").exit_code == 0
    assert np.asarray(Image.open("x.png")).tolist() == [[0, 1, 2, 3], [4, 5, 6, 7]]
    head["shape"] = (2, 2, 2)
    Path("y.vds").write_bytes(json.dumps(head).encode() + b"\n" + bytes(range(8)))
    refused = vdsc("decompress", "y.vds")
    assert refused.exit_code == 1
    assert "name a folder for one a frame, such as -o frames/" in refused.stderr
    assert refused.stderr.count("\n") == 1
    assert sorted(os.listdir()) == ["x.png", "x.vds", "y.vds"]


def test_collisions_are_found_by_the_names_that_are_written(vdsc):
    """Files of one name collide where they were made from one format, and only there."""
    for folder, form in (("a", "csv"), ("b", "wav"), ("c", "csv")):
        made_from("x.vds", form, folder)
    assert vdsc("decompress", "a/x.vds", "b/x.vds", "--output-dir", "out").exit_code == 0
    assert sorted(os.listdir("out")) == ["x.csv", "x.wav"]
    result = vdsc("decompress", "a/x.vds", "c/x.vds", "--output-dir", "other")
    assert result.exit_code == 2
    assert "would both become other/x.csv" in result.stderr


def test_a_format_may_be_named(vdsc):
    """--format is for stdout, for names that say nothing, and for all files of a run."""
    made_from("x.vds", "wav")
    result = vdsc("decompress", "x.vds", "-o", "-", "--format", "csv")
    assert result.stdout.splitlines()[:2] == ["time,c0,c1", "0.0,0,1"]
    assert vdsc("decompress", "x.vds", "--format", "tsv").exit_code == 0
    assert vdsc("decompress", "x.vds", "-o", "plain", "--format", "csv").exit_code == 0
    assert sorted(os.listdir()) == ["plain", "x.tsv", "x.vds"]
    result = vdsc("decompress", "x.vds", "--format", "xls")
    assert result.exit_code == 1
    assert "'xls' is no format that is written; use one of npy, mp4" in result.stderr


def test_a_region_and_a_scale_reach_the_decoder(vdsc):
    """They become slices and a ratio, and what is written is an .npy unless a name says more."""
    made_from("x.vds", "csv")
    assert vdsc("decompress", "x.vds", "--region", ":,-20:", "--scale", "3/2").exit_code == 0
    assert os.path.exists("x.npy")
    call = fake_api.calls[-1]
    assert call["region"] == (slice(None), slice(-20, None))
    assert call["scale"] == Fraction(3, 2)
    for words in (["--region", "5"], ["--scale", "0"], ["--region", "1:2:3"]):
        result = vdsc("decompress", "x.vds", "-f", *words)
        assert result.exit_code == 2
        assert "; write " in result.stderr.replace("\n", " ")
    assert vdsc("decompress", "x.vds", "--rm", "--region", "5:6").exit_code == 2


def test_a_pipe_is_not_looked_into(vdsc):
    """What can be read once only is an .npy where nothing else is said."""
    made_from("x.vds", "csv")
    result = vdsc("decompress", "-", stdin=Path("x.vds").read_bytes())
    assert np.load(io.BytesIO(result.stdout_bytes)).shape == (4, 2)


def test_irregular_times_have_a_mean_rate():
    """A video of irregular times plays at their mean rate; of one frame, at 1."""
    f4 = np.dtype("f4")
    assert Outline((3, 1), f4, Clock(times=np.array([0.0, 0.1, 0.5]))).mean_rate == 4
    assert Outline((1, 1), f4, Clock(times=np.array([3.0]))).mean_rate == 1
