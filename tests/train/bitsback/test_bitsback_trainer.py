"""A run of bits-back resumes where it was, writes a checkpoint, and says what a config lacks."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.untrained_bitsback import FRAMES, PICTURES, SHAPED, clip
from vdsc.codecs.lossless.bitsback.bitsback_method import BitsBack
from vdsc.errors import InvalidInput
from vdsc.model.store import BITSBACK, Checkpoint
from vdsc.train.bitsback import training_pool
from vdsc.train.bitsback.bitsback_trainer import BitsbackTrainer, take_over
from vdsc.train.kinds import open_trainer

FULL = {"kind": "full", "steps": 2, "batch": 2, "lr": 1e-3, "frames": 3, "window": 6}
LEARNED = {"kind": "learned", "steps": 2, "batch": 2, "lr": 1e-3, "frames": 4, "window": 12,
           "grids": 2, "kept": True}  # fmt: skip


@pytest.fixture
def values(tmp_path):
    """Settings of a run on three small clips, of which the last is not trained on."""
    data = tmp_path / "mazes.npz"
    np.savez(data, x=np.stack([clip(PICTURES, 12, seed) for seed in range(3)]))
    net = {"frame": list(FRAMES[PICTURES]), "fps": 10.0, "window": 12, "parts": 2, "hidden": 4,
           "features": 8, **SHAPED[PICTURES]}  # fmt: skip
    return {
        "name": "small", "domain": "mazes", "chunk": 12, "data": str(data), "net": net,
        "stages": [dict(FULL), dict(LEARNED)], "clips": 2, "save_every": 1,
    }  # fmt: skip


def fresh(values):
    """The same settings once more: opening a trainer takes some out."""
    stages = [dict(stage) for stage in values["stages"]]
    return {**values, "net": dict(values["net"]), "stages": stages}


def state(trainer):
    return {name: part.clone() for name, part in trainer.model.state_dict().items()}


def test_a_run_that_was_cut_goes_on_bit_for_bit(values, tmp_path):
    """Stopped after each step and opened anew, it ends where an uninterrupted run ends."""
    whole = BitsbackTrainer.open(fresh(values), tmp_path / "whole")
    told = []
    whole.train(told.append, minutes=None)
    assert [step.step for step in told] == [1, 2, 3, 4]
    assert [step.stage for step in told] == ["full"] * 2 + ["learned"] * 2
    for _ in range(4):
        BitsbackTrainer.open(fresh(values), tmp_path / "cut").train(lambda _: None, minutes=0)
    cut = BitsbackTrainer.open(fresh(values), tmp_path / "cut")
    assert cut.step == 4
    assert all((part == state(cut)[name]).all() for name, part in state(whole).items())


def test_its_checkpoint_codes_without_loss(values, tmp_path):
    """The folder says its kind, has tensors that fit its hash, and brings frames back."""
    trainer = BitsbackTrainer.open(fresh(values), tmp_path / "run")
    trainer.write(tmp_path / "made")
    checkpoint = Checkpoint.open(tmp_path / "made")
    assert checkpoint.kind == BITSBACK
    method, x = BitsBack(checkpoint), clip(PICTURES, 4)
    payload, _ = method.encode(x, ())
    assert (method.decode(payload, x.shape, x.dtype, ())[0] == x).all()


def test_another_run_goes_on_from_a_checkpoint(values, tmp_path):
    """Tensors of the same name and shape are taken over, others start anew."""
    first = BitsbackTrainer.open(fresh(values), tmp_path / "first")
    first.write(tmp_path / "made")
    values["start"], values["seed"] = str(tmp_path / "made"), 5
    second = BitsbackTrainer.open(fresh(values), tmp_path / "second")
    assert all((part == state(second)[name]).all() for name, part in state(first).items())
    values["net"]["latent"] = 7
    values["net"]["features"] = 9
    third = BitsbackTrainer.open(fresh(values) | {"start": ""}, tmp_path / "third")
    before = state(third)
    take_over(third.model, tmp_path / "made")
    assert (state(third)["encoder.frame.maps.weight"] != before["encoder.frame.maps.weight"]).any()


def test_wider_pictures_are_read_by_the_twin(values, tmp_path):
    """Widths of a config reach both sides of the networks, in bfloat16, too, and code exactly."""
    values["net"] |= {"widths": [12, 8, 6], "trunk": [5, 7]}
    trainer = BitsbackTrainer.open(fresh(values) | {"bf16": True}, tmp_path / "run")
    trainer.train(lambda _: None, minutes=None)
    assert [len(grow.weight) for grow in trainer.model.decoder.grow] == [32, 24, 24]
    assert len(trainer.model.encoder.frame.trunk[0].weight) == 5
    trainer.write(tmp_path / "made")
    method, x = BitsBack(Checkpoint.open(tmp_path / "made")), clip(PICTURES, 4)
    payload, _ = method.encode(x, ())
    assert (method.decode(payload, x.shape, x.dtype, ())[0] == x).all()


def test_a_walk_is_seen_from_both_sides(values):
    """Every clip of mazes is there as it is and mirrored, and no clip that was left out."""
    pool = training_pool.build("mazes", Path(values["data"]), 2)
    assert pool.count == 4
    x = np.load(values["data"])["x"]
    assert (pool.clip(2) == x[1]).all()
    assert (pool.clip(3) == x[1][:, :, ::-1]).all()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"domain": "digit"}, "no domain"),
        ({"data": "/nowhere.npz"}, "no training data"),
        ({"domain": "motion", "kind": "bitsback"}, "digits or mazes"),
    ],
)
def test_what_cannot_be_trained_is_refused(values, change, words, monkeypatch, tmp_path):
    """In words, before any work."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InvalidInput, match=words):
        open_trainer(fresh(values) | change)


@pytest.mark.parametrize("stage", [{"kind": "warm"}, {"speed": 1}])
def test_an_unknown_stage_is_refused(values, stage, tmp_path):
    """As any setting that no run knows."""
    values["stages"][0].update(stage)
    with pytest.raises((TypeError, ValueError)):
        BitsbackTrainer.open(fresh(values), tmp_path / "run")


def test_a_mixture_is_needed(values, tmp_path):
    """Without parts there is no law of pixels."""
    values["net"]["parts"] = 0
    with pytest.raises(ValueError, match="parts"):
        BitsbackTrainer.open(fresh(values), tmp_path / "run")
