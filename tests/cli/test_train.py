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
    assert "sketches take a GPU where there is one" in " ".join(refused.stderr.split())
    assert len(calls) == 2
    assert "--device" not in vdsc("train", "--help").stdout


def test_a_folder_is_trained_on_by_itself(vdsc, monkeypatch, tmp_path):
    """A folder goes to its own trainer with rate and minutes; what was found and is said shows."""
    noted = []

    def train_folder(folder, out, **options):
        noted.append((folder, out, options["fps"], options["minutes"]))
        options["say"]("3 sequences")
        options["report"](Step(2, terms={"loss": 1.0}))
        return "half the bytes"

    module = ModuleType("vdsc.train.folder.folder_front_door")
    module.train_folder = train_folder
    monkeypatch.setitem(sys.modules, "vdsc.train.folder.folder_front_door", module)
    line = ("train", str(tmp_path), "--out", "models/x", "--fps", "29.97", "--minutes", "2")
    result = vdsc(*line)
    assert result.exit_code == 0
    assert noted == [(tmp_path, Path("models/x"), 29.97, 2)]
    assert result.stderr.startswith("3 sequences\n")
    assert result.stderr.endswith("models/x: half the bytes\n")


def test_options_of_the_other_kind_are_refused(vdsc, calls, tmp_path):
    """--set is for configs and --fps for folders; each says so."""
    result = vdsc("train", str(tmp_path), "--out", "models/x", "--set", "net.latent=3")
    assert result.exit_code == 1
    assert "--set changes a CONFIG.toml" in result.stderr
    result = vdsc("train", "c.toml", "--out", "models/x", "--fps", "30")
    assert result.exit_code == 1
    assert "--fps is for a folder" in result.stderr
    assert not calls


@pytest.mark.parametrize("rate", ["0", "-1", "nan", "inf", "x"])
def test_rates_are_numbers_above_zero(vdsc, calls, tmp_path, rate):
    """What is no number of frames a second is a usage error."""
    assert vdsc("train", str(tmp_path), "--out", "models/x", "--fps", rate).exit_code == 2
