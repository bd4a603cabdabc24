"""An installation without torch: files are read, and all codecs but the learned one write them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import vdsc

ROOT = Path(__file__).parents[2]
WITHOUT = """
import sys
for name in ("torch", "torchsde"):
    sys.modules[name] = None  # importing it fails, as it does where it is not installed
"""
COMMAND = f"{WITHOUT}\nfrom vdsc.cli.process import main\nmain()"


GOLDEN, TINY = ROOT / "tests" / "golden", ROOT / "tests" / "models"


def run(
    *arguments: str, cwd: Path, models: Path = ROOT / "tests" / "models"
) -> subprocess.CompletedProcess[str]:
    """Python without torch."""
    env = os.environ | {"PYTHONPATH": str(ROOT), "VDSC_MODELS": str(models)}
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=cwd, env=env, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


@pytest.fixture
def walk(tmp_path: Path) -> np.ndarray:
    """Write walk.npy (20, 96) float32, of which the tiny checkpoint of vectors knows the shape."""
    values = np.cumsum(np.random.default_rng(0).normal(size=(20, 96)), 0).astype("f4")
    np.save(tmp_path / "walk.npy", values)
    return values


@pytest.mark.parametrize(
    ("options", "limit"),
    [
        (["--lossless"], 0.0),
        (["--max-error", "0.1"], 0.1),
        (["--codec", "linear", "--quality", "90"], 5.0),
        ([], 100.0),
    ],
)
def test_compress_and_decompress(tmp_path, walk, options, limit):
    """Every file that needs no network is written and read; without options one is chosen so."""
    done = run("-c", COMMAND, "compress", "walk.npy", *options, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    for command in (["info", "walk.vds"], ["decompress", "walk.vds", "-o", "again.npy"]):
        assert run("-c", COMMAND, *command, cwd=tmp_path).returncode == 0
    assert np.abs(np.load(tmp_path / "again.npy") - walk).max() <= limit


def test_a_checkpoint_that_is_asked_for_needs_torch(tmp_path, walk):
    """One line says what to install, and no file is left behind."""
    done = run("-c", COMMAND, "compress", "walk.npy", "--codec", "knots", cwd=tmp_path)
    assert done.returncode == 1
    assert "pip install torch" in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert sorted(os.listdir(tmp_path)) == ["walk.npy"]


@pytest.mark.parametrize("name", ["knots-windows", "linear-motion", "exact-video"])
def test_the_command_line_reads_what_others_wrote(tmp_path, name, monkeypatch):
    """Files of every codec, those of networks among them, decode to the same bits."""
    path, models = GOLDEN / f"{name}.vds", GOLDEN / "models"
    command = ["decompress", str(path), "-o", "x.npy"]
    done = run("-c", COMMAND, *command, cwd=tmp_path, models=models)
    assert done.returncode == 0, done.stderr
    monkeypatch.setenv("VDSC_MODELS", str(models))
    expected = vdsc.decompress(path.read_bytes()).values
    assert np.array_equal(np.load(tmp_path / "x.npy"), expected)


def test_the_numcodecs_codec(tmp_path):
    """Chunks are written and read."""
    pytest.importorskip("numcodecs")
    program = f"""{WITHOUT}
import numpy as np
from vdsc.integrations import NumcodecsVdsc
values = np.arange(40.0).reshape(8, 5)
for codec in (NumcodecsVdsc(), NumcodecsVdsc(max_error=0.5)):
    assert np.abs(codec.decode(codec.encode(values)) - values).max() <= (codec.max_error or 0)
"""
    done = run("-c", program, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
