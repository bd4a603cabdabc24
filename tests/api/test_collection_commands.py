"""`pack`, `ls`, `unpack`, `recover` and parts, as a user meets them."""

from __future__ import annotations

import json

import numpy as np
import pytest

import vdsc as library
from vdsc.cli.app import app

RNG = np.random.default_rng(0)


@pytest.fixture
def clips(tmp_path, monkeypatch):
    """Some clips in folders, and the folder itself as the working one."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "in" / "sub").mkdir(parents=True)
    made = {}
    for i, name in enumerate(["one", "two", "sub/three"]):
        made[name] = (20 * np.sin(np.arange(40 + i)[:, None] / 5 + np.arange(4))).astype("f4")
        np.save(tmp_path / "in" / f"{name}.npy", made[name])
    return made


@pytest.fixture
def run(capfd):
    """Run a command line; its exit code, stdout and stderr."""

    def call(*words):
        try:
            code = app(list(words), standalone_mode=False) or 0
        except BaseException as error:
            code = getattr(error, "exit_code", 1)
        out, err = capfd.readouterr()
        return code, out, err

    return call


def test_there_and_back(clips, run, tmp_path):
    """A folder becomes one file, is listed, and comes back, all of it or some."""
    assert run("pack", "in", "-o", "all.vds", "--max-error", "0.01", "--fps", "30")[0] == 0
    code, out, _ = run("ls", "--json", "all.vds")
    assert code == 0
    assert {one["clip"]: one["shape"][0] for one in json.loads(out)} == {
        name: len(clip) for name, clip in clips.items()
    }
    assert "three" in run("ls", "all.vds")[1]
    assert "clips" in run("info", "all.vds")[1]
    assert "ok, 123 frames" in run("test", "all.vds")[2]
    assert run("unpack", "all.vds")[0] == 0
    for name, clip in clips.items():
        assert np.abs(np.load(tmp_path / "all" / f"{name}.npy") - clip).max() <= 0.01
    assert run("unpack", "all.vds", "two", "--output-dir", "some")[0] == 0
    assert [p.name for p in (tmp_path / "some").rglob("*.npy")] == ["two.npy"]
    code, _, err = run("unpack", "all.vds", "nine", "--output-dir", "some")
    assert code != 0
    assert "no clip nine" in err


def test_compress_makes_one_file_of_a_folder(clips, run, tmp_path):
    """`-r DIR -o OUT.vds` is what `pack DIR -o OUT.vds` does, for what both know."""
    code, _, err = run("compress", "-r", "in", "-o", "all.vds", "--codec", "linear")
    assert code == 0
    assert "3 clips -> all.vds" in err
    assert sorted(library.open("all.vds").names) == sorted(clips)
    run("pack", "in", "-o", "other.vds", "--codec", "linear")
    assert (tmp_path / "all.vds").read_bytes() == (tmp_path / "other.vds").read_bytes()
    code, _, err = run("compress", "-r", "in", "-o", "more.vds", "--parts", "1s")
    assert code != 0
    assert not (tmp_path / "more.vds").exists()


def test_clips_are_added(clips, run, tmp_path):
    """`--append` puts clips behind those that are there, and leaves the file alone if it fails."""
    assert run("pack", "in/one.npy", "-o", "all.vds", "--codec", "linear", "-q") == (0, "", "")
    assert run("pack", "in/two.npy", "-o", "all.vds", "--append")[0] == 0
    before = (tmp_path / "all.vds").read_bytes()
    assert run("pack", "in/two.npy", "-o", "all.vds", "--append")[0] != 0
    np.save(tmp_path / "wide.npy", np.zeros((9, 7), "f4"))
    assert run("pack", "wide.npy", "-o", "all.vds", "--append")[0] != 0
    assert (tmp_path / "all.vds").read_bytes() == before
    assert library.open("all.vds").names == ("one", "two")
    assert run("pack", "in/two.npy", "-o", "none.vds", "--append")[0] != 0


def test_names_that_lead_elsewhere(run, tmp_path, monkeypatch):
    """No clip is written outside of the folder."""
    from contextlib import nullcontext

    from vdsc.api import Item, collect
    from vdsc.io.source import array_source

    monkeypatch.chdir(tmp_path)
    source = array_source(np.zeros((4, 2), "f4"), exact=True)
    for name in ("../out", "/tmp/out", "a/../../out", "a\\..\\..\\out", "."):
        with open("evil.vds", "wb") as stream:
            collect([Item(name, lambda: nullcontext(source))], stream, codec="linear")
        code, _, err = run("unpack", "evil.vds", "--output-dir", "here")
        assert code != 0
        assert "names no place" in err
    assert sorted(p.name for p in tmp_path.iterdir()) == ["evil.vds"]


def test_parts_and_recovery(clips, run, tmp_path):
    """A part of the time comes out, of a file in parts and of one without; a cut file is saved."""
    wave = clips["one"]
    options = ("in/one.npy", "--lossless", "--fps", "10")
    assert run("compress", *options, "--parts", "1s", "-o", "p.vds")[0] == 0
    assert run("compress", *options, "-o", "w.vds")[0] == 0
    for name in ("p", "w"):
        span = ("--start", "0.5", "--end", "1500ms")
        assert run("decompress", f"{name}.vds", *span, "-o", f"{name}.npy")[0] == 0
        assert (np.load(tmp_path / f"{name}.npy") == wave[5:16]).all()
    assert "parts" in run("info", "p.vds")[1]
    raw = (tmp_path / "p.vds").read_bytes()
    (tmp_path / "cut.vds").write_bytes(raw[:-60])
    code, _, err = run("decompress", "cut.vds", "-o", "c.npy")
    assert code != 0
    assert "vdsc recover" in err
    assert run("recover", "cut.vds", "-o", "saved.vds")[0] == 0
    saved = library.open("saved.vds").decode().values
    assert (saved == wave[: len(saved)]).all()
    assert len(saved) >= 10
    (tmp_path / "cut.vds").write_bytes((tmp_path / "w.vds").read_bytes()[:-9])
    assert run("recover", "cut.vds", "-o", "w2.npy")[0] != 0
    assert not (tmp_path / "w2.npy").exists()


@pytest.mark.parametrize("words", ["x", "1:x", "1:2:3:4", "--"])
def test_times_that_are_none(clips, run, words):
    """One line says how a time is written."""
    assert run("decompress", "a.vds", "--start", words)[0] == 2


def test_a_collection_is_not_decompressed(clips, run):
    """The advice names the command that does it."""
    run("pack", "in", "-o", "all.vds", "--codec", "linear")
    code, _, err = run("decompress", "all.vds", "-o", "x.npy")
    assert code != 0
    assert "vdsc unpack" in err
