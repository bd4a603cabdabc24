"""The commands over the real API: files in, files out, and the exit code of each failure."""

from __future__ import annotations

import io
import json
import os

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

import vdsc
from tests import tiny
from tests.forge import forged, knots
from tests.tiny import PIXELS, VECTORS
from vdsc.cli.app import app
from vdsc.container import ModelRef


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Run the command line in an empty folder and return its result, whose exit code is checked."""
    monkeypatch.chdir(tmp_path)

    def command(*words, code=0, stdin=None):
        result = CliRunner().invoke(app, list(words), input=stdin)
        assert result.exit_code == code, result.stderr
        return result

    return command


def test_there_and_back(run):
    """compress, info and decompress at three clocks agree with the functions of the same names."""
    values = tiny.clip(VECTORS, 90)
    np.save("clip.npy", values)
    model = ("--model", "tiny-vectors")
    made = run("compress", "clip.npy", *model, "--quality", "80", "-o", "c.vds")
    assert "tiny-vectors" in made.stderr
    with open("c.vds", "rb") as file:
        data = file.read()
    assert data == vdsc.compress(values, quality=80, model=model[1])
    facts = json.loads(run("info", "c.vds", "--json").stdout)
    assert facts["size"] == len(data)
    assert "chunk 2" in run("info", "c.vds", "-v").stdout
    run("decompress", "c.vds", "-o", "same.npy")
    run("decompress", "c.vds", "--fps", "60", "-o", "fine.npy")
    np.savetxt("when.txt", [0.1, 0.7, 2.9])
    run("decompress", "c.vds", "--times", "when.txt", "-o", "some.npy")
    assert (np.load("same.npy") == vdsc.decompress(data).values).all()
    assert np.load("fine.npy").shape == (179, 6)
    assert np.load("some.npy").shape == (3, 6)


def test_pipes_and_pictures(run):
    """Bytes go from stdin to stdout; a video becomes a picture that moves."""
    np.save("clip.npy", tiny.clip(PIXELS, 12))
    with open("clip.npy", "rb") as file:
        data = run("compress", "-", stdin=file.read()).stdout_bytes
    assert data == vdsc.compress(tiny.clip(PIXELS, 12))
    run("decompress", "-", "-o", "clip.gif", stdin=data)
    with open("clip.gif", "rb") as file:
        assert file.read(3) == b"GIF"


def test_pictures_there_and_back(run):
    """A picture without loss is the same .png; a folder of them is clips, which are .png again."""
    os.mkdir("in")
    ramp = np.add.outer(np.arange(16) * 5, np.arange(24) * 6).astype(np.uint8)
    pictures = {name: np.stack([ramp, ramp // 2, 255 - ramp], axis=-1) + name for name in (0, 1)}
    for name, values in pictures.items():
        Image.fromarray(values).save(f"in/{name}.png")
    run("compress", "in/0.png", "--lossless", "-o", "k.vds")
    run("decompress", "k.vds")
    run("decompress", "k.vds", "-o", "frames/")
    for path in ("k.png", "frames/frame0001.png"):
        assert (np.asarray(Image.open(path)) == pictures[0]).all()
    with open("in/1.png", "rb") as file:
        made = run("compress", "-", "--codec", "field", stdin=file.read()).stdout_bytes
    png = run("decompress", "-", "--format", "png", stdin=made).stdout_bytes
    assert np.asarray(Image.open(io.BytesIO(png))).shape == (16, 24, 3)
    run("pack", "in", "--lossless", "-o", "all.vds")
    run("unpack", "all.vds")
    assert sorted(os.listdir("all")) == ["0.png", "1.png"]
    assert (np.asarray(Image.open("all/1.png")) == pictures[1]).all()


def test_each_failure_has_its_code(run):
    """Damage, a newer codec, an absent model and an excess end in 3, 4, 5 and 6, without output."""
    data = knots(tiny.clip(VECTORS, 60))
    cases = {
        "cut": (data[:-1], 3, ()),
        "newer": (forged(data, codec="vdsde9"), 4, ()),
        "absent": (forged(data, model=ModelRef("gone", bytes(6))), 5, ()),
        "large": (knots(tiny.clip(VECTORS, 60), fps=0.01), 6, ("--fps", "1000000")),
    }
    for name, (content, code, words) in cases.items():
        with open(f"{name}.vds", "wb") as file:
            file.write(content)
        result = run("decompress", f"{name}.vds", *words, "-o", f"{name}.npy", code=code)
        assert result.stderr.count("\n") == 1
        with pytest.raises(FileNotFoundError):
            np.load(f"{name}.npy")


def test_what_cannot_be_compressed_leaves_nothing(run, tmp_path):
    """A NaN in the last window is an error in one line, and no file is left behind."""
    values = tiny.clip(VECTORS, 90)
    values[89, 2] = np.nan
    np.save("clip.npy", values)
    assert "[89, 2]" in run("compress", "clip.npy", code=1).stderr
    assert [path.name for path in tmp_path.iterdir()] == ["clip.npy"]
