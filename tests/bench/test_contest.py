"""`vdsc bench`: codecs on a user's own array, and what is said of those that cannot run."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from vdsc.bench.contest import entries, entry, share_of
from vdsc.bench.contestants import NAMES
from vdsc.cli.app import app
from vdsc.errors import InvalidInput

RNG = np.random.default_rng(3)
MOTION = np.cumsum(RNG.normal(size=(40, 6)), 0).astype("f4")
FILM = (np.arange(6)[:, None, None, None] * 9 + np.arange(256).reshape(16, 16, 1)).astype("u1")


@pytest.mark.parametrize("name", ["vdsc", "zstd", "xz", "blosc2", "pcodec", "fpzip"])
def test_lossless_codecs_give_every_bit_back(name):
    """Each is run for real; sizes and ratios are of the bytes that it made."""
    found = entry(name, MOTION, None)
    assert found.kept
    assert found.error is None
    assert found.ratio == MOTION.nbytes / found.size
    assert found.encode_seconds > 0


@pytest.mark.parametrize("film", [FILM, FILM[..., 0], np.repeat(FILM, 3, 3)])
@pytest.mark.parametrize("name", ["x264", "x265", "vp9", "ffv1"])
def test_video_codecs_take_films(name, film):
    """Grey video with and without an axis of channels, and colour, come back exactly."""
    assert entry(name, film, None).kept


@pytest.mark.parametrize("name", ["vdsc", "sz3", "zfp", "sperr", "pcodec", "xz", "zstd"])
def test_bounded_codecs_keep_the_error(name):
    """The largest error is measured on what comes back, in the array's own layout."""
    found = entry(name, MOTION, 0.05)
    assert found.kept
    assert 0 < found.error <= 0.05


def test_a_broken_promise_is_seen(monkeypatch):
    """A value that is off by more than was asked for is marked, whatever the codec says."""
    import vdsc

    packed = vdsc.compress(MOTION + np.float32(0.2), lossless=True)
    monkeypatch.setattr(vdsc, "compress", lambda *_, **__: packed)
    assert entry("vdsc", MOTION, 0.3).kept
    worse = entry("vdsc", MOTION, 0.1)
    assert not worse.kept
    assert 0.19 < worse.error < 0.21
    assert not entry("vdsc", MOTION, None).kept


@pytest.mark.parametrize(
    ("name", "values", "error", "words"),
    [
        ("x265", MOTION, None, "video only"),
        ("x265", FILM[:, :15], None, "even height"),
        ("fpzip", FILM, None, "floats only"),
        ("sz3", MOTION, None, "--max-error"),
        ("x265", FILM, 1.0, "promises no error"),
        ("sz3", MOTION * np.nan, 1.0, "finite"),
        ("zfp", MOTION, 0.0, "above 0"),
        ("vdsc", MOTION * np.inf, 1.0, "inf"),
    ],
)
def test_what_a_codec_does_not_take(name, values, error, words):
    """It is skipped, and the note says why."""
    found = entry(name, values, error)
    assert found.size is None
    assert words in found.note


def test_a_missing_library_is_named(monkeypatch):
    """The codec is skipped, and the others run; xz needs no library."""
    monkeypatch.setitem(sys.modules, "zstandard", None)
    zstd, xz = entries(MOTION, ["zstd", "xz"], None)
    assert zstd.note == "skipped: zstandard is not installed: pip install 'vdsc[bench]'"
    assert xz.kept


def test_shares_of_the_range():
    """A share is of what all finite values range over."""
    values = np.array([0.0, 4.0, np.nan])
    assert share_of(values, "25%") == 1.0
    assert share_of(values, "0.5") == 0.5
    with pytest.raises(InvalidInput):
        share_of(np.array(["2001"], "M8[D]"), "1%")
    with pytest.raises(InvalidInput):
        share_of(values, "much")


def test_the_command(tmp_path: Path):
    """A table, or JSON, on stdout; a file that is none gets its line and its exit code."""
    path = tmp_path / "clip.npy"
    np.save(path, MOTION)
    shown = CliRunner().invoke(app, ["bench", str(path), "--codecs", "xz,x265"])
    assert shown.exit_code == 0
    assert shown.stdout.splitlines()[0] == f"{path}: (40, 6) float32, 960 bytes"
    assert [line.split()[0] for line in shown.stdout.splitlines()[1:]] == ["codec", "xz", "x265"]
    several = ["bench", str(tmp_path / "no.npy"), str(path), "--codecs", "xz,zstd"]
    found = CliRunner().invoke(app, [*several, "--json", "--max-error", "1%"])
    assert found.exit_code == 1
    (record,) = json.loads(found.stdout)
    assert [row["codec"] for row in record["codecs"]] == ["xz", "zstd"]
    assert all(row["kept"] and row["error"] <= record["max_error"] for row in record["codecs"])


def test_unknown_codecs_and_errors_are_usage():
    """A name that is none is refused with those that are; so is an error that is none."""
    found = CliRunner().invoke(app, ["bench", "x.npy", "--codecs", "xz,lzma"])
    assert found.exit_code == 2
    assert all(name in found.output for name in NAMES)
