"""The networks of lossless video come through the same front door as all others."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
import torch

from vdsc.errors import InvalidInput
from vdsc.model.store import Checkpoint
from vdsc.train import front_door, kinds
from vdsc.train.video import train_network, training_clips, video_trainer

TOML = """
name = "small"
domain = "video"
data = {data!r}
hours = 0.0005

[card]
licence = "none"
"""


def blocks(seed, channels):
    """Two clips (2, 3, 16, 16, C) of coarse blocks that change."""
    rng = np.random.default_rng(seed)
    coarse = rng.integers(0, 256, (2, 3, 8, 8, channels), dtype=np.uint8)
    return coarse.repeat(2, axis=2).repeat(2, axis=3)


@pytest.fixture
def config(tmp_path, monkeypatch):
    """A config of 1.8 seconds of training, on sets of two tiny clips each."""
    monkeypatch.chdir(tmp_path)
    names = ("maze", "minetest", "footage", "photo", "gif", "digits")
    sets = {name: blocks(i, 1 if name == "digits" else 3) for i, name in enumerate(names)}
    monkeypatch.setattr(training_clips, "clips", lambda *_: sets)
    monkeypatch.setattr(video_trainer, "SHARES", [0.8] * 5)
    path = tmp_path / "small.toml"
    path.write_text(TOML.format(data=str(tmp_path)))
    return path


def spent(folder):
    """Seconds of training by the file of each network."""
    from safetensors.torch import load_file

    return {path.stem: float(load_file(path)["spent"]) for path in folder.glob("*.safetensors")}


def test_a_config_becomes_a_checkpoint_of_video(config):
    """All 15 networks are trained for their share of the time, reported in seconds, and written."""
    seen, out = [], Path("models/small")
    front_door.train(config, out, report=seen.append)
    checkpoint = Checkpoint.open(out)
    assert checkpoint.settings["kind"] == "video"
    assert checkpoint.settings["card"] == {"domain": "video", "licence": "none"}
    passes = {".".join(name.split(".")[:2]) for name in checkpoint.tensors[0]}
    assert passes == {f"{kind}.{i}" for kind in ("related", "palette", "layers") for i in range(5)}
    times = spent(kinds.RUNS / "small")
    assert len(times) == 15
    assert all(value >= 1.8 * video_trainer.HOURS[name.split("_")[0]]
               * video_trainer.TIMES[int(name[-1])] for name, value in times.items())  # fmt: skip
    assert [step.step for step in seen] == sorted(step.step for step in seen)
    assert {(step.steps, step.unit) for step in seen} == {(2, " s")}
    assert seen[-1].seconds_left == pytest.approx(0, abs=1e-6)
    assert {step.stage for step in seen} >= {"samples of maze", "related 4", "layers 0"}


def test_spent_minutes_write_the_networks_so_far_and_the_same_command_goes_on(config):
    """With no minutes all networks are there, none counts as begun; then all are trained."""
    out = Path("models/small")
    front_door.train(config, out, minutes=0)
    first = Checkpoint.open(out).tensors[0]
    assert spent(kinds.RUNS / "small") == {}
    sampled = (kinds.RUNS / "small" / "maze_0_values.npy").stat().st_mtime_ns
    front_door.train(config, out)
    second = Checkpoint.open(out).tensors[0]
    assert first.keys() == second.keys()
    assert any((first[name] != second[name]).any() for name in first)
    assert (kinds.RUNS / "small" / "maze_0_values.npy").stat().st_mtime_ns == sampled
    before = spent(kinds.RUNS / "small")
    front_door.train(config, out)
    assert spent(kinds.RUNS / "small") == before
    third = Checkpoint.open(out).tensors[0]
    assert all((second[name] == third[name]).all() for name in second)


def test_a_network_goes_on_from_its_state(config, tmp_path, monkeypatch):
    """A cut network keeps its weights, Adam's averages and the time that was spent on it."""
    front_door.train(config, tmp_path / "out", minutes=0)
    data = train_network.load(kinds.RUNS / "small", ["maze"], 0)
    state, now = tmp_path / "one.safetensors", [0.0]

    def clock():
        now[0] += 0.25
        return now[0]

    monkeypatch.setattr(train_network.time, "monotonic", clock)
    torch.manual_seed(0)
    network = train_network.new(data)
    steps = []
    train_network.train(network, data, state, seconds=9, deadline=3,
                        report=lambda *step: steps.append(step))  # fmt: skip
    used, again = steps[-1][0], train_network.new(data)
    assert 0 < used < 3
    more = []
    train_network.train(again, data, state, seconds=9, report=lambda *step: more.append(step))
    assert more[0][0] > used
    assert more[-1][0] >= 9 > more[-2][0]
    assert all(math.isfinite(bits) and bits > 0 for _, bits in (*steps, *more))


def test_missing_data_and_no_time_are_refused(config, tmp_path):
    """A folder that is not there, and no hours, are errors with advice before any work."""
    out = tmp_path / "out"
    with pytest.raises(InvalidInput, match=r"no training data at .*gone"):
        front_door.train(config, out, overrides=[f"data={str(tmp_path / 'gone')!r}"])
    with pytest.raises(InvalidInput, match=r"hours = 0: give the networks some time"):
        front_door.train(config, out, overrides=["hours=0"])
    with pytest.raises(InvalidInput, match=r"hourz.*see examples/ for a working config"):
        front_door.train(config, out, overrides=["hourz=1"])
    assert not (tmp_path / "runs").exists()


def test_a_missing_file_is_named(tmp_path):
    """A folder without the clips says which file it looked for."""
    with pytest.raises(InvalidInput, match=r"maze64_train\.npz"):
        training_clips.clips(tmp_path, np.random.default_rng(0))


def test_the_rate_warms_up_and_falls():
    """It rises over 100 steps, falls with the time that is spent, and never reaches zero."""
    rate = train_network.learning_rate
    assert rate(1.0, 0, 0.0) == pytest.approx(0.01, rel=1e-2)
    assert rate(1.0, 99, 0.0) == pytest.approx(1.0, rel=1e-4)
    assert rate(1.0, 500, 0.5) == pytest.approx(0.5**0.8, rel=1e-4)
    assert rate(1.0, 500, 1.2) == 1e-5
