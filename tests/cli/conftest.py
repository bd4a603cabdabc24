"""The commands over the stand-in API, in an empty folder."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner, Result

from tests.cli import fake_api
from vdsc.cli.app import app

Vdsc = Callable[..., Result]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Each test works in its own folder, over the fake API."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(sys.modules, "vdsc.api", fake_api)
    monkeypatch.delenv("VDSC_DEBUG", raising=False)
    fake_api.calls.clear()
    return tmp_path


@pytest.fixture
def vdsc() -> Vdsc:
    """Run the command line in this process; the result has exit_code, stdout and stderr."""

    def run(*arguments: str, stdin: bytes | None = None) -> Result:
        return CliRunner().invoke(app, list(arguments), input=stdin)

    return run


@pytest.fixture
def motion(folder: Path) -> np.ndarray:
    """Write clip.npy, (40, 3) float32, and return it."""
    values = np.random.default_rng(0).standard_normal((40, 3)).astype(np.float32)
    np.save(folder / "clip.npy", values)
    return values


@pytest.fixture
def video(folder: Path) -> np.ndarray:
    """Write video.npy, (20, 15, 16) uint8, and return it."""
    values = np.random.default_rng(0).integers(0, 256, (20, 15, 16)).astype(np.uint8)
    np.save(folder / "video.npy", values)
    return values
