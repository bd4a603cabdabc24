"""What one instruction set wrote is read under another, to the last bit."""

from __future__ import annotations

import json
import os

import pytest

from tests import surroundings
from tests import tiny as made
from tests.golden.recipes import digest, integers


@pytest.fixture(scope="module")
def results(tiny, tmp_path_factory):
    """What a program of each instruction set wrote, and what it read; all run at once."""
    running = {}
    for kind in surroundings.KINDS:
        out = tmp_path_factory.mktemp(kind)
        program = "-m", "tests.api.exact_program", out
        running[kind] = out, surroundings.start(kind, "1", *program, VDSC_MODELS=os.fspath(tiny))
    return {kind: (out, json.loads(surroundings.said(p))) for kind, (out, p) in running.items()}


def test_every_instruction_set_was_tried(results):
    """Each program ran under the instruction set that it was told to use."""
    found = {kind: said["capability"].lower() for kind, (_, said) in results.items()}
    assert found == {kind: kind for kind in surroundings.KINDS}
    assert len(found) > 1


@pytest.mark.parametrize("model", [made.VECTORS, made.PIXELS])
def test_files_of_one_setting_are_read_under_another(results, model):
    """Integers and frames of each program's files are here what they were there."""
    for out, said in results.values():
        data = (out / f"{model}.vds").read_bytes()
        assert integers(data) | {"frames": digest(data)} == said[model]
