"""Defaults that a user sets once, and files that are given to the wrong command."""

from __future__ import annotations

import io
import os
import re
from pathlib import Path

import numpy as np
import pytest

import vdsc.train.folder.folder_front_door  # noqa: F401  with the real vdsc.api, before a fake is there
from tests.cli import fake_api
from vdsc.cli.app import Vdsc

ROOT = Path(__file__).parents[2]


def test_the_environment_has_defaults(vdsc, motion, monkeypatch):
    """VDSC_QUALITY, VDSC_DEVICE and VDSC_MEMLIMIT are taken where no option says otherwise."""
    monkeypatch.setenv("VDSC_QUALITY", "33")
    monkeypatch.setenv("VDSC_DEVICE", "cpu")
    monkeypatch.setenv("VDSC_MEMLIMIT", "9M")
    assert vdsc("compress", "clip.npy").exit_code == 0
    assert (fake_api.calls[-1]["quality"], fake_api.calls[-1]["device"]) == (33, "cpu")
    vdsc("compress", "clip.npy", "-f", "--quality", "44", "--device", "auto")
    assert (fake_api.calls[-1]["quality"], fake_api.calls[-1]["device"]) == (44, "auto")
    vdsc("info", "clip.vds")
    assert fake_api.calls[-1]["memlimit"] == 9 << 20


@pytest.mark.parametrize(
    "line",
    ["--lossless", "--max-error 0.1", "--psnr 40", "--target-size 9k", "--codec packed",
     "--codec bounded"],
)  # fmt: skip
def test_a_default_gives_way(vdsc, motion, monkeypatch, line):
    """What excludes a quality on the command line wins over the one of the environment."""
    monkeypatch.setenv("VDSC_QUALITY", "33")
    assert vdsc("compress", "clip.npy", *line.split()).exit_code == 0
    assert fake_api.calls[-1]["quality"] is None
    if line != "--codec bounded":
        assert vdsc("compress", "clip.npy", "--quality", "5", *line.split()).exit_code == 2


@pytest.mark.parametrize(
    ("name", "value"),
    [("VDSC_THREADS", "many"), ("VDSC_MEMLIMIT", "much"), ("VDSC_QUALITY", "101"),
     ("VDSC_DEVICE", "tpu")],
)  # fmt: skip
def test_a_bad_default_names_its_variable(vdsc, motion, monkeypatch, name, value):
    """A value of the environment that cannot be used is a usage error; an empty one is none."""
    monkeypatch.setenv(name, value)
    result = vdsc("compress", "clip.npy")
    assert result.exit_code == 2
    assert name in result.stderr
    monkeypatch.setenv(name, "")
    assert vdsc("compress", "clip.npy").exit_code == 0


def test_the_guide_lists_all_settings(vdsc):
    """Each variable that a command's help or the code names is in the table of the guide."""
    words = [vdsc(command, "--help").stdout for command in Vdsc.homes]
    words += [path.read_text() for path in (ROOT / "vdsc").rglob("*.py")]
    named = {one for text in words for one in re.findall(r"\bVDSC_[A-Z]+\b", text)}
    listed = re.findall(r"^\| `(VDSC_[A-Z]+)`", (ROOT / "docs/guide.md").read_text(), re.MULTILINE)
    assert set(listed) == named
    assert len(listed) == len(named)


def npy_bytes(values):
    stream = io.BytesIO()
    np.save(stream, values)
    return stream.getvalue()


@pytest.mark.parametrize("command", ["decompress", "info", "test"])
def test_what_is_to_be_compressed_is_told_apart(vdsc, motion, command):
    """An array where a .vds file is wanted is called by its name; it is not damaged."""
    os.rename("clip.npy", "clip.data")
    data = Path("clip.data").read_bytes()
    for name, stdin in (("clip.data", None), ("-", data)):
        result = vdsc(command, name, stdin=stdin)
        assert result.exit_code == 1
        said = "stdin" if name == "-" else name
        assert result.stderr == (
            f"vdsc: {said}: this is a file of the format npy; 'vdsc compress' makes a .vds file "
            "of it\n"
        )
    assert os.listdir() == ["clip.data"]
    assert vdsc(command, "-", stdin=b"").exit_code == 3


def test_an_array_is_not_decompressed_over_itself(vdsc, motion):
    """`vdsc decompress clip.npy` would name its own input; the advice is `vdsc compress`."""
    result = vdsc("decompress", "clip.npy", "-f")
    assert result.exit_code == 2
    assert "or make a .vds file of it with 'vdsc compress'" in result.stderr
    np.testing.assert_array_equal(np.load("clip.npy"), motion)


def test_stdin_is_known_by_its_content(vdsc, motion):
    """An array goes in, a file comes out, and the other way round, without a name."""
    data = npy_bytes(motion)
    packed = vdsc("compress", "-", stdin=data).stdout_bytes
    assert vdsc("decompress", "-", "-o", "y.npy", stdin=packed).exit_code == 0
    assert Path("y.npy").read_bytes() == data
    assert "knots" in vdsc("info", "-", stdin=packed).stdout
    Path("z.vds").write_bytes(b"\x89VDS\r\n\x1a\n\x10")
    for line, stdin in (("compress z.vds -o out", None), ("compress -", b"\x89VDS\r\n\x1a\n")):
        result = vdsc(*line.split(), stdin=stdin)
        assert result.exit_code == 1
        assert "is a .vds file; decompress it first" in result.stderr


def test_training_wants_more_than_an_empty_folder(vdsc):
    """`vdsc train FOLDER --out DIR` parses, and says what the folder should hold."""
    os.mkdir("clips")
    result = vdsc("train", "clips", "--out", "models/mine")
    assert result.exit_code == 1
    assert "clips holds no sequence; put files of .npy, .npz" in result.stderr
    assert result.stderr.count("\n") == 1
