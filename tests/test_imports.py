"""Imports go one way, and what is light stays light."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
HEAVY = ("torch", "torchsde", "constriction", "imageio", "av", "matplotlib", "scipy")
LISTED = f"print(*[m for m in {HEAVY!r} if m in __import__('sys').modules])"
CALLED = """
from typer.testing import CliRunner
from vdsc.cli.app import app
assert CliRunner().invoke(app, {arguments!r}).exit_code == {code}
"""


def loaded(program: str) -> list[str]:
    """Those of HEAVY that a fresh interpreter has loaded after `program`."""
    result = subprocess.run(
        [sys.executable, "-c", f"{program}\n{LISTED}"],
        cwd=ROOT, capture_output=True, text=True, timeout=120, check=True,
    )  # fmt: skip
    return result.stdout.split()


@pytest.mark.parametrize("module", ["vdsc", "vdsc.api", "vdsc.cli.app", "vdsc.io.source"])
def test_importing_loads_nothing_heavy(module):
    """Torch costs over a second, so nobody pays for it before a network runs."""
    assert loaded(f"import {module}") == []


@pytest.mark.parametrize(
    ("arguments", "code"),
    [(["--help"], 0), (["--version"], 0), (["models"], 0), (["info", "missing.vds"], 1)],
)
def test_light_commands_load_nothing_heavy(arguments, code):
    """Help, the version, the list of models and info need no network."""
    assert loaded(CALLED.format(arguments=arguments, code=code)) == []


@pytest.mark.parametrize("name", ["one", "windows", "knots-windows", "exact-decimals"])
def test_reading_files_loads_no_torch(name):
    """Decompressing and inspecting need numpy, the coder and the tensors' reader: no torch."""
    golden = ROOT / "tests" / "golden"
    program = f"""
import os, sys, io
os.environ["VDSC_MODELS"] = {str(golden / "models")!r}
sys.modules["torch"] = None
import vdsc
data = open({str(golden / (name + ".vds"))!r}, "rb").read()
assert len(vdsc.decompress(data).values) == vdsc.info(data).frames
del sys.modules["torch"]
"""
    assert "torch" not in loaded(program)


def test_contracts_are_kept():
    """The strata of docs/design.md hold: import-linter finds no import that goes up."""
    result = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports; exit(lint_imports())"],
        cwd=ROOT, env={"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, timeout=120,
        check=False,
    )  # fmt: skip
    assert result.returncode == 0, result.stdout + result.stderr
