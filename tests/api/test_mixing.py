"""`vdsc mix`: what one file looks like, moving as another one does."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import vdsc
from tests.tiny import PIXELS, VECTORS, clip
from vdsc.api import mix_files
from vdsc.api.knots import windows
from vdsc.cli.app import app
from vdsc.cli.process import _code
from vdsc.errors import InvalidInput

STILL = 1
"""The one global dimension of the tiny checkpoint of vectors."""


def coded(frames: int, number: int, **options) -> bytes:
    """A lossy file of vectors."""
    options = {"codec": "knots", "effort": 0, "verify": False, "quality": 60} | options
    return vdsc.compress(clip(VECTORS, frames, number), fps=30, **options)


def mixed(looks: bytes, motion: bytes) -> bytes:
    """Both files as one."""
    out = io.BytesIO()
    report = mix_files(io.BytesIO(looks), io.BytesIO(motion), out)
    assert report.file_bytes == len(out.getvalue())
    return out.getvalue()


@settings(max_examples=4, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.integers(2, 80), st.integers(2, 40), st.integers(0, 9), st.sampled_from([20, 60, 90]))
def test_there_and_back(frames, others, seed, quality):
    """A file mixed with itself is itself, and one that gets its own look back is what it was."""
    a, b = coded(frames, seed, quality=quality), coded(others, seed + 1, quality=quality)
    assert mixed(a, a) == a
    assert mixed(b, mixed(a, b)) == b


@pytest.mark.parametrize("frames", [30, 100])
def test_what_comes_from_which(frames):
    """Global values are those of the first file, all else is the second's; several windows too."""
    looks, motion = coded(50, 1), coded(frames, 2)
    made = mixed(looks, motion)
    (first, *_) = windows(looks)
    for here, there in zip(windows(made), windows(motion), strict=True):
        assert (here.window.values[:, STILL] == first.window.values[0, STILL]).all()
        moving = [0, 2, 3]
        assert np.array_equal(here.window.values[:, moving], there.window.values[:, moving])
        assert np.array_equal(here.window.knots, there.window.knots)
        assert np.array_equal(here.seconds, there.seconds)
    assert vdsc.decompress(made).values.shape == (frames, 6)


def test_other_widths_of_cells():
    """Global values of a finer file are the nearest that the coarser one can say."""
    looks, motion = coded(50, 1, quality=95), coded(40, 2, quality=5)
    width = abs(np.diff([w.window.values[0, STILL] for w in windows(looks)])).sum()
    (fine, *_), (made,), (own,) = windows(looks), windows(mixed(looks, motion)), windows(motion)
    assert width == 0
    wanted, got = fine.window.values[0, STILL], made.window.values[0, STILL]
    grid = windows_grid(motion)
    assert got == grid.value(grid.snap(np.full(4, wanted)))[STILL]
    assert own.window.knots.tolist() == made.window.knots.tolist()


def windows_grid(file: bytes):
    """The value grid of a file."""
    from vdsc.api import reading
    from vdsc.codecs.knots.decoder import KnotReader

    return KnotReader(reading.of(io.BytesIO(file)).header).coding.grid


def test_drawn_knot_times_are_told_otherwise():
    """A file with drawn knot times has the same ones afterwards, and decodes to the same frames."""
    drawn = coded(60, 3, grid="rec", seed=4)
    made = mixed(drawn, drawn)
    assert vdsc.inspect_knots(made).tolist() == vdsc.inspect_knots(drawn).tolist()
    assert np.array_equal(vdsc.decompress(made).values, vdsc.decompress(drawn).values)


def test_cuts():
    """Windows behind a cut look alike in the mixed file; several looks give none."""
    one, two = clip(VECTORS, 40, 1), clip(VECTORS, 40, 2) + np.float32([0, 0, 500, 500, 500, 500])
    both = vdsc.compress(np.concatenate([one, two]), fps=30, codec="knots", effort=0)
    made = list(windows(mixed(coded(30, 5), both)))
    assert len({part.window.values[0, STILL] for part in made}) == 1
    if len({part.window.values[0, STILL] for part in windows(both)}) > 1:
        with pytest.raises(InvalidInput, match="several looks"):
            mixed(both, coded(30, 5))


def test_pixels_without_a_global_part_are_refused():
    """A model that keeps nothing once a file has nothing to mix."""
    film = vdsc.compress(clip(PIXELS, 12), codec="knots", effort=0)
    with pytest.raises(InvalidInput, match="no global dimensions"):
        mixed(film, film)


def test_files_that_do_not_go_together():
    """Other models, other codecs and files of vdsc 0.1 are told apart, each with advice."""
    film = vdsc.compress(clip(PIXELS, 12), codec="knots", effort=0)
    plain = vdsc.compress(clip(VECTORS, 20), lossless=True)
    with pytest.raises(InvalidInput, match="compress both with the same --model"):
        mixed(film, coded(20, 1))
    with pytest.raises(InvalidInput, match="has no latent dimensions"):
        mixed(plain, coded(20, 1))
    parts = vdsc.compress(clip(VECTORS, 60), fps=30, lossless=True, parts=1)
    for files in ((parts, coded(20, 1)), (coded(20, 1), parts)):
        with pytest.raises(InvalidInput, match="vdsc unpack"):
            mixed(*files)


def test_command(tmp_path: Path, monkeypatch, capfd):
    """The command says what it made; what it cannot mix is one line, exit code 1, and no file."""
    monkeypatch.chdir(tmp_path)
    Path("a.vds").write_bytes(coded(50, 1))
    Path("b.vds").write_bytes(coded(30, 2))
    Path("c.vds").write_bytes(vdsc.compress(np.zeros((9, 2)), lossless=True))
    Path("cut.vds").write_bytes(coded(50, 1)[:-3])
    assert run("mix", "a.vds", "b.vds", "-o", "m.vds") == 0
    said = capfd.readouterr().err
    assert "30 frames" in said
    assert "1 global and 3 local dimensions" in said
    assert Path("m.vds").read_bytes() == mixed(Path("a.vds").read_bytes(), coded(30, 2))
    for words, code in ((("c.vds", "b.vds"), 1), (("a.vds", "cut.vds"), 3), (("-", "-"), 1)):
        assert run("mix", *words, "-o", "none.vds") == code
        assert len(capfd.readouterr().err.splitlines()) == 1
        assert not Path("none.vds").exists()
    assert run("mix", "a.vds", "b.vds", "-o", "m.vds") == 1  # it is there already


def run(*words: str) -> int:
    """A command line, and its exit code."""
    try:
        return app(list(words), standalone_mode=False) or 0
    except BaseException as error:
        return _code(error)
