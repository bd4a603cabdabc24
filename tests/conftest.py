"""What all tests share: one thread, two tiny checkpoints, and the option that adds goldens."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

for library in ("OMP", "OPENBLAS"):  # read when torch and numpy are first imported, so before that
    os.environ.setdefault(f"{library}_NUM_THREADS", "1")  # small arrays are quickest on one thread


def pytest_addoption(parser: pytest.Parser) -> None:
    """Golden files are added by name, and only when asked for; they never heal themselves."""
    parser.addoption(
        "--regold", metavar="NAME", help="write the golden file NAME (see tests/golden)"
    )


@pytest.fixture(scope="session")
def tiny() -> Path:
    """Folder of two frozen checkpoints with untrained networks: see tests/tiny.py."""
    return Path(__file__).parent / "models"


@pytest.fixture
def installed(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The tiny checkpoints, installed for one test and for the programs that it starts."""
    monkeypatch.setenv("VDSC_MODELS", os.fspath(tiny))
    return tiny
