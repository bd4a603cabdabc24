"""The same integers come out of a file under any number of threads and any instruction set."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from tests import tiny as made
from vdsc.api import integers

ROOT = Path(__file__).parents[2]
LOSSY = (p for p in (ROOT / "tests" / "golden").glob("*.vds") if not p.name.startswith("exact-"))
GOLDEN = sorted(LOSSY)
KNOWN = ["DEFAULT", "AVX2", "AVX512"]
HERE = torch.backends.cpu.get_cpu_capability()
SETTINGS = KNOWN[: KNOWN.index(HERE) + 1] if HERE in KNOWN else [HERE]


@pytest.fixture(scope="module")
def results(tiny, tmp_path_factory):
    """What a program of each setting read and wrote, and where its files are; all run at once."""
    running = {}
    for setting in SETTINGS:
        out = tmp_path_factory.mktemp(setting)
        paths = os.pathsep.join([str(tiny), str(ROOT / "tests" / "golden" / "models")])
        env = os.environ | {"ATEN_CPU_CAPABILITY": setting.lower(), "VDSC_MODELS": paths}
        env["OMP_WAIT_POLICY"] = "passive"  # idle threads that spin would starve the others
        program = [sys.executable, "-m", "tests.api.exact_program", str(out), *map(str, GOLDEN)]
        running[setting] = out, subprocess.Popen(program, cwd=ROOT, env=env, stdout=subprocess.PIPE)
    return {s: (out, json.loads(p.communicate(timeout=300)[0])) for s, (out, p) in running.items()}


def test_every_instruction_set_was_tried(results):
    """Each program ran under the instruction set that it was told to use."""
    assert [found["capability"] for _, found in results.values()] == SETTINGS


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_goldens_hold_the_same_integers_everywhere(results, path):
    """Under each setting, on one thread and on two, a golden has the integers kept beside it."""
    kept = json.loads(path.with_suffix(".json").read_text())
    expected = [list(pair) for pair in zip(kept["knots"], kept["cells"], strict=True)]
    for _, found in results.values():
        assert [reading["integers"] for reading in found[path.stem]] == [expected, expected]


@pytest.mark.parametrize("model", [made.VECTORS, made.PIXELS])
def test_files_of_one_setting_are_read_under_another(results, model):
    """What a program wrote with its instruction set is read here as it reads it itself."""
    for out, found in results.values():
        windows = integers((out / f"{model}.vds").read_bytes())
        expected = [[w.knots.tolist(), w.cells.tolist()] for w in windows]
        assert [reading["integers"] for reading in found[model]] == [expected, expected]


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_frames_drift_in_their_last_digits_only(results, path):
    """Decoded frames agree between settings to a few parts in a hundred thousand."""
    readings = [reading["values"] for _, found in results.values() for reading in found[path.stem]]
    values = np.array(readings)
    assert np.ptp(values, axis=0).max() <= 1e-4 * (1 + np.abs(values).max())
