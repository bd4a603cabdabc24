"""The goldens and the checkpoint that they need."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

HERE = Path(__file__).parent


@pytest.fixture(autouse=True, scope="module")
def _frozen():
    """The frozen checkpoint is installed."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("VDSC_MODELS", str(HERE / "models"))
        yield


@pytest.fixture(scope="module")
def golden(request: pytest.FixtureRequest) -> Callable[[str], bytes]:
    """Read a golden file by name; with --regold NAME write that one first."""

    def read(name: str) -> bytes:
        from tests.golden import recipes

        if request.config.getoption("--regold") == name:
            recipes.add(name)
        return (HERE / f"{name}.vds").read_bytes()

    return read
