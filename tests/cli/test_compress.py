"""`vdsc compress`."""

from __future__ import annotations

import io
import os
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from tests.cli import fake_api


def npy_bytes(values):
    stream = io.BytesIO()
    np.save(stream, values)
    return stream.getvalue()


def files():
    return sorted(os.listdir())


def test_output_is_beside_the_input(vdsc, motion):
    """Without -o, clip.npy becomes clip.vds and stays; the report is one line on stderr."""
    result = vdsc("compress", "clip.npy")
    assert result.exit_code == 0
    assert files() == ["clip.npy", "clip.vds"]
    assert result.stdout == ""
    assert result.stderr.count("\n") == 1
    for words in ("clip.npy -> clip.vds", "100 bytes", "40.0x", "0.5 bits/value", "max 1.5 deg"):
        assert words in result.stderr


def test_video_reports_psnr(vdsc, video):
    """Of video the achieved error is its PSNR."""
    assert "PSNR 30.00 dB" in vdsc("compress", "video.npy").stderr


def test_settings_reach_the_encoder(vdsc, motion):
    """Every option arrives as the API wants it."""
    line = "--fps 30000/1001 --quality 9 --knots full --grid auto --model m --device cpu --seed 5"
    assert vdsc("compress", "clip.npy", "--effort", "0", *line.split()).exit_code == 0
    call = fake_api.calls[-1]
    assert call["fps"] == Fraction(30000, 1001)
    settings = ("quality", "knots", "grid", "model", "device", "seed", "effort", "progress")
    assert [call[k] for k in settings] == [9, "full", "auto", "m", "cpu", 5, 0, None]
    assert call["times"] is None
    assert [call[k] for k in ("codec", "lossless", "verify")] == ["", False, True]


def test_what_is_not_asked_is_left_to_the_codec(vdsc, motion):
    """Without options every setting is None, so that the codec's own default holds."""
    assert vdsc("compress", "clip.npy").exit_code == 0
    call = fake_api.calls[-1]
    assert {k for k, v in call.items() if v is not None} == {
        "source", "dtype", "codec", "lossless", "unit", "verify"
    }  # fmt: skip
    assert [call[k] for k in ("codec", "lossless", "verify")] == ["", False, True]


def test_lossless_takes_any_numbers(vdsc):
    """--lossless takes what a checkpoint refuses, verified unless told otherwise."""
    np.save("clip.npy", np.array([1, np.nan, 3], ">f8"))
    assert vdsc("compress", "clip.npy", "--model", "fake").exit_code == 1
    result = vdsc("compress", "clip.npy", "--lossless", "--fps", "5")
    assert result.exit_code == 0
    assert "lossless, verified" in result.stderr
    call = fake_api.calls[-1]
    assert (call["fps"], call["verify"], call["dtype"]) == (5, True, np.dtype(">f8"))
    assert (call["lossless"], call["codec"]) == (True, "")
    result = vdsc("compress", "clip.npy", "--lossless", "--no-verify", "-f")
    assert "lossless, not verified" in result.stderr
    assert fake_api.calls[-1]["verify"] is False


def test_times_reach_the_encoder(vdsc, motion):
    """--times reads the file's seconds."""
    Path("t.txt").write_text("\n".join(str(i**1.5) for i in range(40)))
    assert vdsc("compress", "clip.npy", "--times", "t.txt").exit_code == 0
    np.testing.assert_allclose(fake_api.calls[-1]["times"], np.arange(40) ** 1.5)


@pytest.mark.parametrize(
    "fps", ["0", "-1", "nan", "inf", "1e9", "1000001", "1/0", "abc", "1e99999999"]
)
def test_bad_frame_rates_are_usage_errors(vdsc, motion, fps):
    """A rate is finite, above zero and at most 1e6."""
    assert vdsc("compress", "clip.npy", f"--fps={fps}").exit_code == 2
    assert files() == ["clip.npy"]


@pytest.mark.parametrize(
    "line",
    [
        "",
        "clip.npy --quality 0",
        "clip.npy --quality 101",
        "clip.npy --knots some",
        "clip.npy --lossless --quality 75",
        "clip.npy --lossless --knots learned",
        "clip.npy --lossless --model m",
        "clip.npy --lossless --grid rec",
        "clip.npy --grid some",
        "clip.npy --device tpu",
        "clip.npy --fps 60 --times t.txt",
        "clip.npy video.npy -o out.vds",
        "clip.npy -o out.vds --output-dir out",
        ". ",
        "clip.npy -o clip.npy -f",
        "clip.npy clip.npz",
    ],
)
def test_usage_errors_return_2(vdsc, motion, video, line):
    """What cannot be meant is refused before any work, with exit code 2."""
    result = vdsc("compress", *line.split())
    assert result.exit_code == 2
    assert "Usage:" in result.stderr
    assert files() == ["clip.npy", "video.npy"]


def test_existing_output_needs_force(vdsc, motion):
    """An existing output is kept, and -f named; with -f it is replaced."""
    Path("clip.vds").write_text("old")
    result = vdsc("compress", "clip.npy")
    assert result.exit_code == 1
    assert "-f" in result.stderr
    assert Path("clip.vds").read_text() == "old"
    assert vdsc("compress", "clip.npy", "-f").exit_code == 0
    assert Path("clip.vds").stat().st_size > 3


def test_dash_is_stdin_and_stdout(vdsc, motion):
    """`-` reads stdin and writes nothing but data to stdout."""
    vdsc("compress", "clip.npy")
    result = vdsc("compress", "-", stdin=npy_bytes(motion))
    assert result.exit_code == 0
    assert result.stdout_bytes == Path("clip.vds").read_bytes()
    assert "- -> -" in result.stderr
    assert vdsc("compress", "-", "-o", "x.vds", stdin=npy_bytes(motion)).stdout == ""
    assert Path("x.vds").read_bytes() == result.stdout_bytes


def test_npz_arrays_are_named_by_key(vdsc, motion):
    """FILE.npz:KEY picks one array; without a key several are refused by listing them."""
    np.savez_compressed("clips.npz", walk=motion, run=motion)
    result = vdsc("compress", "clips.npz")
    assert result.exit_code == 1
    assert "walk, run" in result.stderr
    assert vdsc("compress", "clips.npz:walk").exit_code == 0
    assert "clips.walk.vds" in files()


def test_directories_need_recursion(vdsc, motion):
    """-r takes the .npy and .npz files below a folder; --output-dir gets the same tree."""
    Path("in/deep").mkdir(parents=True)
    np.save("in/a.npy", motion)
    np.savez("in/deep/b.npz", motion)
    Path("in/notes.txt").write_text("no")
    assert vdsc("compress", "in").exit_code == 2
    assert vdsc("compress", "-r", "in", "--output-dir", "out").exit_code == 0
    assert sorted(os.listdir("out")) == ["a.vds", "deep"]
    assert os.listdir("out/deep") == ["b.vds"]


def test_one_failure_does_not_lose_the_others(vdsc, motion):
    """Each failure is told, the rest is done, and the first failure's code returned."""
    Path("bad.npy").write_bytes(b"no array")
    result = vdsc("compress", "bad.npy", "missing.npy", "clip.npy", "--output-dir", "out")
    assert result.exit_code == 1
    assert os.listdir("out") == ["clip.vds"]
    assert [line.split()[1] for line in result.stderr.splitlines()[:2]] == [
        "bad.npy",
        "missing.npy:",
    ]


@pytest.mark.parametrize(
    ("model", "code", "words"),
    [
        ("absent", 5, "not installed"),
        ("huge", 6, "too large"),
        ("bug", 1, "internal error: ZeroDivisionError: a bug"),
        ("interrupted", 130, "interrupted"),
    ],
)
def test_failures_return_their_code(vdsc, motion, model, code, words):
    """Whatever fails ends in one line, its exit code, and no partial output."""
    result = vdsc("compress", "clip.npy", "--model", model)
    assert result.exit_code == code
    assert words in result.stderr
    assert result.stderr.count("\n") == 1
    assert files() == ["clip.npy"]


def test_debug_shows_the_traceback(vdsc, motion, monkeypatch):
    """VDSC_DEBUG=1 adds the traceback to the line."""
    monkeypatch.setenv("VDSC_DEBUG", "1")
    assert "Traceback" in vdsc("compress", "clip.npy", "--model", "bug").stderr


BAD_ARRAYS = {
    "no frames": np.zeros((0, 3), np.float32),
    "is empty": np.zeros((3, 0), np.float32),
    "never unpickled": np.array([[{}]], dtype=object),
    "[7, 1] is nan": np.where(np.arange(60).reshape(20, 3) == 22, np.nan, 1.0),
    "[17, 0] is -inf": np.where(np.arange(60).reshape(20, 3) >= 51, -np.inf, 1.0),
    "astype('float32')": np.zeros((4, 3), np.int16),
    "reshape it": np.zeros(9),
    "one sequence at a time": np.zeros((2, 4, 8, 8, 3), np.uint8),
    "video must be uint8": np.zeros((4, 8, 8), np.float32),
}


@pytest.mark.parametrize("words", BAD_ARRAYS)
def test_bad_arrays_are_refused_with_advice(vdsc, words):
    """Each kind of bad input is one line that says what to do, exit 1, and no output."""
    np.save("bad.npy", BAD_ARRAYS[words], allow_pickle=True)
    result = vdsc("compress", "bad.npy", "--model", "fake")
    assert result.exit_code == 1
    assert words in result.stderr
    assert result.stderr.count("\n") == 1
    assert files() == ["bad.npy"]


def test_truncated_arrays_are_refused(vdsc, motion):
    """An .npy that ends early is found before any work."""
    Path("clip.npy").write_bytes(Path("clip.npy").read_bytes()[:-1])
    result = vdsc("compress", "clip.npy")
    assert result.exit_code == 1
    assert "truncated" in result.stderr


def test_times_must_increase(vdsc, motion):
    """Times that do not increase are refused with the index of the first."""
    np.save("t.npy", np.array([0.0, 1.0, 1.0]))
    result = vdsc("compress", "clip.npy", "--times", "t.npy")
    assert result.exit_code == 1
    assert "times[2]" in result.stderr
