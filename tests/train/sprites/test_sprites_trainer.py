"""Training of the networks of looks: they see what the codec sees, and a run goes on."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from tests import tiny_sprites as tiny
from vdsc.codecs.scene.look_canvas import FINE, LADDER
from vdsc.codecs.scene.look_code import seen
from vdsc.codecs.scene.look_network import LookNetworks, networks
from vdsc.errors import InvalidInput
from vdsc.model.store import Checkpoint
from vdsc.train.kinds import open_trainer
from vdsc.train.sprites import look_networks, sprites_trainer
from vdsc.train.sprites.look_batches import LookBatch, coarse, cut, windows
from vdsc.twin.layers import UNIT


def pictures(count=40, cell=12):
    """Blobs in squares."""
    rng = np.random.default_rng(8)
    made = np.zeros((count, cell, cell), np.uint8)
    for picture, look in zip(made, tiny.looks(count, rng), strict=True):
        picture[2 : 2 + look.shape[0], 3 : 3 + look.shape[1]] = look
    return made


def loss_of(trainer):
    """Of all pictures."""
    with torch.no_grad():
        return float(look_networks.fine_loss(trainer.networks["fine"], list(pictures()), None))


def test_batches_hold_what_the_codec_sees():
    """The inputs of all pixels are those of the canvas, to the rounding of single floats."""
    looks = [cut(one) for one in pictures(6)]
    rungs = np.array([7, 7, 0, 3, 7, 1])
    batch = LookBatch(looks, rungs)
    ours = [seen(look, LADDER[rung]) / UNIT for look, rung in zip(looks, rungs, strict=True)]
    np.testing.assert_allclose(batch.inputs(), np.concatenate(ours), atol=2e-6)
    assert (batch.greys == np.concatenate([look.ravel() for look in looks])).all()


def test_drawn_pixels_are_seen_as_the_codec_sees_them():
    """A float network rounded to integers draws the same greys, or the next ones."""
    torch.manual_seed(0)
    parts = look_networks.networks(4, 4, 8)
    sizes = tiny.weights()["sizes"]
    known = LookNetworks.of(
        {"net": {"cell": tiny.CELL}}, look_networks.exported(parts) | {"sizes": sizes}
    )
    few = coarse(pictures(1)[0], 3, 0.1)
    view, middles = windows(few, pictures(1)[0])
    inputs = np.concatenate([view / 255, np.eye(7)[np.ones(len(view), int)]], axis=1)
    with torch.no_grad():
        made = parts["smooth"](torch.from_numpy(inputs.astype(np.float32)))[:, 0].numpy()
    wanted = np.clip(np.floor(made * 255 + 0.5), 0, 255)
    assert np.abs(known.greys(view, 3) - wanted).max() <= 1
    assert len(middles) == len(view)


def test_a_run_goes_on_and_ends_in_a_checkpoint(tmp_path, monkeypatch):
    """Runs begin where the one before ended, and lower the loss."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sprites_trainer, "RATES", {"fine": 1.0, "coarse": 0.01})
    np.savez("blobs.npz", x=pictures())
    values = {
        "name": "blobs", "domain": "sprites", "data": "blobs.npz", "pictures": 40, "batch": 6,
        "fine": 12, "coarse": 4, "hidden": [6, 5, 4],
    }  # fmt: skip
    steps = []
    trainer = open_trainer(dict(values))
    trainer.train(steps.append, minutes=1e-9)
    assert not steps
    trainer = open_trainer(dict(values))
    before = loss_of(trainer)
    trainer.train(steps.append, minutes=None)
    after = loss_of(trainer)
    assert after < before
    assert [one.step for one in steps] == list(range(1, 17))
    assert {one.stage for one in steps} == {"fine", "coarse"}
    again = open_trainer(dict(values))
    again.train(steps.append, minutes=None)
    assert len(steps) == 16
    again.write(tmp_path / "blobs")
    known = networks(Checkpoint.open(tmp_path / "blobs"))
    assert known.rows(seen(cut(pictures(1)[0]), FINE), FINE).shape[1] == FINE
    assert "bytes a look" in again.compared(tmp_path / "blobs")


def test_wrong_data_are_refused_with_advice(tmp_path):
    """No file, and no pictures."""
    values = {"name": "x", "domain": "sprites", "data": str(tmp_path / "none.npz")}
    with pytest.raises(InvalidInput, match="no training data"):
        open_trainer(dict(values))
    np.savez(tmp_path / "none.npz", x=np.zeros((3, 4, 5), np.uint8))
    with pytest.raises(InvalidInput, match="must be pictures"):
        open_trainer(dict(values))
