"""`vdsc train`."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import pytest


@dataclass
class Step:
    """What vdsc.train.run.TrainStep holds."""

    step: int
    steps: int = 2
    stage: str = "path"
    terms: dict[str, float] | None = None
    seconds_left: float = 3661.4


@pytest.fixture
def calls(monkeypatch):
    """Replace the trainer by one that reports two steps and notes how it was called."""
    noted = []

    def train(config, out, **options):
        noted.append((config, out, options))
        for step in (1, 2):
            options["report"](Step(step, terms={"loss": 1.25, "kl": 0.5}))
        if options["device"] == "cuda":
            raise KeyboardInterrupt

    module = ModuleType("vdsc.train.run")
    module.train = train
    monkeypatch.setitem(sys.modules, "vdsc.train.run", module)
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


@pytest.mark.parametrize("override", ["rate=1", "opt.rate", "=", "opt.=1"])
def test_overrides_have_a_section_and_a_value(vdsc, calls, override):
    """What is not section.key=value is a usage error."""
    result = vdsc("train", "c.toml", "--out", "models/x", "--set", override)
    assert result.exit_code == 2
    assert not calls


def test_interrupt_says_how_to_resume(vdsc, calls):
    """Ctrl-C returns 130 and says that the same command goes on."""
    result = vdsc("train", "c.toml", "--out", "models/x", "--device", "cuda")
    assert result.exit_code == 130
    assert "interrupted; the same command resumes from models/x" in result.stderr
