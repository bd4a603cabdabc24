"""What tests of several rooms share: two tiny checkpoints, and the option that adds goldens."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Golden files are added by name, and only when asked for; they never heal themselves."""
    parser.addoption(
        "--regold", metavar="NAME", help="write the golden file NAME (see tests/golden)"
    )


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of two checkpoints with untrained networks: see tests/tiny.py."""
    from tests import tiny as made

    return made.build(tmp_path_factory.mktemp("models"))


@pytest.fixture
def installed(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The tiny checkpoints, installed for one test and for the programs that it starts."""
    monkeypatch.setenv("VDSC_MODELS", os.fspath(tiny))
    return tiny
