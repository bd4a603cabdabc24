"""What a file says of itself."""

from __future__ import annotations

import json
import subprocess
import sys

import numpy as np
import pytest

import vdsc
from tests import tiny
from tests.forge import forged, knots
from tests.tiny import PIXELS, VECTORS
from vdsc.container import ModelRef


@pytest.mark.parametrize("model", [VECTORS, PIXELS])
@pytest.mark.parametrize("frames", [1, 2, 70])
def test_the_budget_sums_to_the_file(model, frames):
    """Header, knot times, knot values and checksums are all there is."""
    data = knots(tiny.clip(model, frames))
    facts = vdsc.info(data)
    assert sum(facts.budget.values()) == facts.size == len(data)
    pose = ["pose"] if model == VECTORS else []
    assert list(facts.budget) == ["header", "knot times", *pose, "knot values", "checksums"]


def test_a_seam_counts_once():
    """Knots of all windows, less those that two share, are the file's."""
    facts = vdsc.info(knots(tiny.clip(VECTORS, 200)))
    assert [chunk.frames for chunk in facts.chunks] == [40, 41, 41, 41, 41]
    assert facts.knots == sum(chunk.knots for chunk in facts.chunks) - 4
    assert facts.knots_per_second == pytest.approx(facts.knots / (199 / 30))


def test_one_frame_has_no_rate_of_knots():
    """A single frame spans no time, and its rates are zero rather than endless."""
    facts = vdsc.info(knots(tiny.clip(VECTORS, 1)))
    assert (facts.knots, facts.knots_per_second, facts.start, facts.end) == (1, 0, 0, 0)


def test_irregular_files_have_a_span_and_no_rate():
    """With listed times there is no rate; the span is that of the times."""
    times = np.array([2.0, 2.5, 4.0])
    facts = vdsc.info(knots(tiny.clip(VECTORS, 3), times=times))
    assert (facts.fps, facts.start, facts.end) == (None, 2, 4)


def test_facts_are_json():
    """All facts can be written as JSON and read back."""
    facts = vdsc.info(knots(tiny.clip(VECTORS, 50))).as_dict()
    again = json.loads(json.dumps(facts))
    assert again["shape"] == [50, 6]
    assert again["chunks"][0]["frames"] == 25
    assert again["budget"] == facts["budget"]


def test_info_needs_nothing_but_the_file(tmp_path):
    """Without the checkpoint, torch, the coder or safetensors, info and help still answer."""
    data = knots(tiny.clip(VECTORS, 50))
    (tmp_path / "f.vds").write_bytes(forged(data, model=ModelRef("gone", bytes(6))))
    program = """
import sys
for name in ("torch", "torchsde", "constriction", "safetensors", "rich", "imageio"):
    sys.modules[name] = None
from vdsc.cli.app import main
sys.argv = ["vdsc", "info", "f.vds"]
main()
"""
    result = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=True,
        env={"PYTHONPATH": ":".join(p for p in sys.path if p), "OPENBLAS_NUM_THREADS": "1"},
    )  # fmt: skip
    assert "gone" in result.stdout
