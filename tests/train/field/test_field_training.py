"""Training of context networks of fields: what it reads, that it learns, and that it goes on."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

import vdsc
from vdsc.errors import InvalidInput
from vdsc.model.store import Checkpoint
from vdsc.train.field.field_examples import FieldExamples
from vdsc.train.field.field_trainer import FieldTrainer


def waves(*shape, seed=0):
    rng = np.random.default_rng(seed)
    return rng.normal(size=shape).cumsum(-3).cumsum(-2)


@pytest.fixture(scope="module")
def pictures(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pictures")
    for i in range(3):
        pixels = np.clip(waves(70, 60, 3, seed=i) * 4 + 120, 0, 255).astype("u1")
        Image.fromarray(pixels).save(folder / f"{i}.png")
    return folder


def opened(folder, data, **changes):
    values = {
        "name": "tiny", "domain": "fields", "data": [str(data)], "blocks": [8, 8],
        "hidden": [6, 4], "rounds": 2, "steps": 60, "batch": 512, "samples": 30_000,
    }  # fmt: skip
    return FieldTrainer.open(values | changes, folder)


def test_a_run_that_is_cut_goes_on_as_if_it_had_not_been(tmp_path, pictures):
    whole = opened(tmp_path / "whole", pictures)
    whole.train(lambda _: None, minutes=None)
    whole.write(tmp_path / "one")
    steps = []

    def stop(step):
        steps.append(step)
        if step.step == 75:
            raise KeyboardInterrupt

    cut = opened(tmp_path / "cut", pictures)
    with pytest.raises(KeyboardInterrupt):
        cut.train(stop, minutes=None)
    again = opened(tmp_path / "cut", pictures)
    again.train(steps.append, minutes=None)
    again.write(tmp_path / "two")
    one, two = (Checkpoint.open(tmp_path / name) for name in ("one", "two"))
    assert one.digest == two.digest
    losses = [step.terms["bits a latent"] for step in steps if "bits a latent" in step.terms]
    assert np.mean(losses[-10:]) < 0.9 * np.mean(losses[:10])


def test_what_it_made_codes_pictures_in_fewer_bytes(tmp_path, pictures, monkeypatch):
    run = opened(tmp_path / "run", pictures, rounds=1, steps=600, qualities=[20, 30])
    run.train(lambda _: None, minutes=None)
    run.write(tmp_path / "models" / "tiny")
    monkeypatch.setattr("vdsc.model.store.folders", lambda: [tmp_path / "models"])
    pixels = np.clip(waves(1, 64, 64, 3, seed=9) * 4 + 120, 0, 255).astype("u1")
    mine, own = (vdsc.compress(pixels, codec="field", quality=25, own=o) for o in (False, True))
    assert len(mine) < len(own)


def test_examples_of_all_kinds(tmp_path, pictures):
    rng = np.random.default_rng(0)
    np.save(tmp_path / "sounds.npy", np.zeros((70, 300), "i2"))
    np.savez(tmp_path / "films.npz", x=np.zeros((2, 9, 16, 12, 3), "u1"), rate=np.int64(3))
    sounds = FieldExamples([tmp_path], 1, (5, 70), pixels=False)
    assert [sounds.example(i, rng).shape for i in range(len(sounds))] == [(64, 300), (1, 300)]
    films = FieldExamples([tmp_path], 3, pixels=True)
    assert [films.example(i, rng).shape for i in range(len(films))] == [(9, 16, 12, 3)] * 2
    still = FieldExamples([pictures], 2, pixels=True)
    shapes = {still.example(i % 3, rng).shape for i in range(30)}
    assert (1, 70, 60, 3) in shapes
    assert (64, 32, 32, 3) in shapes
    moving = FieldExamples([pictures], 3, pixels=True).example(0, rng)
    assert moving.ndim == 4
    assert moving.dtype == np.uint8
    with pytest.raises(InvalidInput, match="no fields of 4 axes"):
        FieldExamples([pictures], 4, pixels=True)
    with pytest.raises(InvalidInput, match="no training data"):
        opened(tmp_path, tmp_path / "absent")
