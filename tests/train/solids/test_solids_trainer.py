"""Training of the networks of solids: they see what the codec sees, and a run goes on."""

from __future__ import annotations

import math

import numpy as np
import torch

from vdsc.codecs.solids.mirror import best_plane
from vdsc.codecs.solids.solid_body import costs
from vdsc.codecs.solids.solid_place import SolidPlace
from vdsc.codecs.solids.solid_plan import NEARLY, SolidPlan
from vdsc.codecs.solids.voxel_network import SolidNetworks, networks
from vdsc.model.store import Checkpoint
from vdsc.train.kinds import open_trainer
from vdsc.train.solids import made_up, voxel_networks, voxel_samples

VALUES = {
    "name": "few", "domain": "solids", "solids": 3, "side": 24, "batch": 64,
    "steps": {"alone": 30, "beside": 4, "finer": 4},
    "widths": {"alone": [6, 5], "beside": [5, 4], "finer": [4, 4]},
}  # fmt: skip


def test_solids_are_made_up_again_the_same():
    """From a seed, of the size that is asked for, neither empty nor full."""
    first, again = (made_up.solid(np.random.default_rng(5), 24) for _ in range(2))
    assert (first.voxels == again.voxels).all()
    assert first.voxels.shape == (24, 24, 24)
    many = [made_up.solid(np.random.default_rng(i), 20) for i in range(12)]
    assert all(made_up.LEAST < one.voxels.mean() < made_up.MOST for one in many)
    assert {one.alike for one in many} == {True, False}


def test_samples_hold_what_the_codec_sees():
    """The bits of all samples cost what the codec's own count says."""
    rng, torch_seed = np.random.default_rng(2), torch.manual_seed(0)
    assert torch_seed is not None
    parts = voxel_networks.networks({"alone": (6, 5), "beside": (5, 4), "finer": (4, 4)})
    solid = (rng.random((9, 8, 10)) < 0.5).astype(np.uint8)
    solid = np.concatenate([solid, solid[::-1]])
    rare = np.full((2, 2), 100, np.int32)
    tensors = voxel_networks.exported(parts) | {"alone.rare": rare, "beside.rare": rare}
    mine = SolidNetworks.of(tensors)
    alike, plane = best_plane(solid)
    assert alike == 1
    place = SolidPlace((0, 0, 0), solid.shape, 0)
    for plan, name in (
        (SolidPlan((), place, kind=2), "alone"),
        (SolidPlan((), place, NEARLY, plane, 2), "beside"),
    ):
        spent = costs(plan, solid, mine)
        if name == "alone":
            made = voxel_samples.next_voxel(
                [(solid, voxel_samples.before(140))], solid, 0, (0, 1), rng, 1.0
            )
        else:
            spent -= costs(SolidPlan((), place, 2, plane, 2), solid, mine)
            (made,) = voxel_samples.second_half(solid, (0, 1), rng)
        with torch.no_grad():
            nats = voxel_networks.loss_of(parts[name], name, made.inputs, made.answers)
        bits = float(nats) * len(made.answers) / math.log(2)
        assert abs(bits - spent) < 0.02 * spent + 16 * made.counts.sum()


def test_a_run_goes_on_and_ends_in_a_checkpoint(tmp_path, monkeypatch):
    """Runs begin where the one before ended, and end in networks that the codec takes."""
    monkeypatch.chdir(tmp_path)
    steps = []
    trainer = open_trainer(dict(VALUES))
    trainer.train(steps.append, minutes=1e-9)
    assert not steps
    trainer = open_trainer(dict(VALUES))
    trainer.train(steps.append, minutes=None)
    assert [one.step for one in steps] == list(range(1, 39))
    assert steps[29].terms["nats a voxel"] < steps[0].terms["nats a voxel"]
    again = open_trainer(dict(VALUES))
    again.train(steps.append, minutes=None)
    assert len(steps) == 38
    again.write(tmp_path / "few")
    assert networks(Checkpoint.open(tmp_path / "few")).rare[0].shape == (2, 2)
    assert "bits a voxel" in again.compared(tmp_path / "few")
