"""Forged files of every codec are decoded, or refused, in bounded memory."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from tests.api import hostile_files
from tests.golden.recipes import HERE


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits a process's address space")
def test_two_hundred_forged_files_stay_within_the_limit():
    """Each gives values or a VdscError while the process may take the limit and 100 MB, no more."""
    env = os.environ | {"VDSC_MODELS": os.fspath(HERE / "models"), "VDSC_COMPILED": "0"}
    run = [sys.executable, "-W", "ignore", "-m", "tests.api.hostile_files"]
    result = subprocess.run(run, env=env, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr[-3000:]
    found = json.loads(result.stdout)["found"]
    assert sum(found.values()) == hostile_files.COUNT
    assert set(found) >= {"values", "CorruptFile", "LimitExceeded", "UnsupportedVersion"}
