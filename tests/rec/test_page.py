"""docs/rec.md is true: its examples run, and what it says was measured meets what was asked."""

from __future__ import annotations

import json
import math
import re
from pathlib import Path

import pytest
from scipy import stats

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "rec.md").read_text()
MEASURED = json.loads((ROOT / "benchmarks" / "rec.json").read_text())


@pytest.mark.parametrize("code", re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL))
def test_examples_run(code):
    """Each Python block runs as it stands; its asserts hold."""
    exec(compile(code, "docs/rec.md", "exec"), {})


def test_measured_codelength_and_steps():
    """Branching GPRS keeps its bound on bits and on steps, and does not see Dinf."""
    for line in MEASURED["codelength"]:
        if line["scheme"] == "branching GPRS":
            assert line["bits"] <= line["kl"] + math.log2(line["kl"] + 1) + 2.5
            assert line["steps"] <= 2 * line["kl"] + 3
    far = [line for line in MEASURED["reach"] if line["scheme"] == "branching GPRS"]
    assert far[-1]["dinf"] > 45
    assert max(line["steps"] for line in far) < 1.1 * min(line["steps"] for line in far)


def test_measured_correctness():
    """No mismatch, and p-values of 10,000 seeds each that are uniform themselves."""
    lines = MEASURED["correctness"]
    assert len(lines) == 30
    assert all(line["seeds"] == 10_000 and line["mismatches"] == 0 for line in lines)
    for test in ("ks_p", "chi2_p"):
        assert stats.kstest([line[test] for line in lines], "uniform").pvalue > 0.01


def test_measured_blocks():
    """Blocks cost at most 1.05 KL + 8 bits each, windows at most 1.2 KL + 16 with their byte."""
    for line in [*MEASURED["clips"], *MEASURED["products"]]:
        assert line["bits"] <= 1.05 * line["kl"] + 8 * line["blocks"]
        assert line["mismatches"] == 0
    assert all(line["with_rate"] <= line["goal"] for line in MEASURED["clips"])


def test_pictures_are_there():
    """Each picture of the page exists and is small."""
    names = re.findall(r"\]\((rec/\w+\.png)\)", PAGE)
    assert len(names) == 5
    for name in names:
        assert 0 < (ROOT / "docs" / name).stat().st_size < 120_000
