"""`vdsc train`."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import pytest


@dataclass
class Step:
    """What vdsc.train.step_report.TrainStep holds."""

    step: int
    steps: int = 2
    stage: str = "path"
    terms: dict[str, float] | None = None
    seconds_left: float = 3661.4
    unit: str = ""


@pytest.fixture
def calls(monkeypatch):
    """Replace the trainer by one that reports two steps and notes how it was called."""
    noted = []

    def train(config, out, **options):
        noted.append((config, out, options))
        for step in (1, 2):
            options["report"](Step(step, terms={"loss": 1.25, "kl": 0.5}))
        if out.name == "cut":
            raise KeyboardInterrupt
        return "half the bytes"

    module = ModuleType("vdsc.train.front_door")
    module.train = train
    monkeypatch.setitem(sys.modules, "vdsc.train.front_door", module)
    return noted


def test_settings_reach_the_trainer(vdsc, calls):
    """The config, the folder, and every override arrive; progress is lines off a terminal."""
    line = "train c.toml --out models/x --set opt.rate=1e-3 --set data.folder=a=b --minutes 5"
    result = vdsc(*line.split())
    assert result.exit_code == 0
    config, out, options = calls[0]
    assert (config, out, options["minutes"]) == (Path("c.toml"), Path("models/x"), 5)
    assert options["overrides"] == ["opt.rate=1e-3", "data.folder=a=b"]
    assert result.stdout == ""
    assert "2/2 path  loss 1.25  kl 0.5  1:01:01 left" in result.stderr
    assert result.stderr.endswith("models/x: half the bytes\n")


@pytest.mark.parametrize("override", ["rate=1", "opt.rate", "=", "opt.=1"])
def test_overrides_have_a_section_and_a_value(vdsc, calls, override):
    """What is not section.key=value is a usage error."""
    result = vdsc("train", "c.toml", "--out", "models/x", "--set", override)
    assert result.exit_code == 2
    assert not calls


def test_interrupt_says_how_to_resume(vdsc, calls):
    """Ctrl-C returns 130 and says that the same command goes on."""
    result = vdsc("train", "c.toml", "--out", "models/cut")
    assert result.exit_code == 130
    assert "interrupted; the same command goes on from the last saved state" in result.stderr


def test_a_gpu_is_refused_and_not_offered(vdsc, calls):
    """--device cuda is a usage error with advice; cpu and auto are accepted; help names none."""
    for device in ("cpu", "auto"):
        line = ("train", "c.toml", "--out", "models/x", "--device", device)
        assert vdsc(*line).exit_code == 0
    refused = vdsc("train", "c.toml", "--out", "models/x", "--device", "cuda")
    assert refused.exit_code == 2
    assert "training runs on the CPU, not on 'cuda'; leave --device out" in refused.stderr
    assert len(calls) == 2
    assert "--device" not in vdsc("train", "--help").stdout
