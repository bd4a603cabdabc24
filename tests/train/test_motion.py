"""Motion capture: windows, units, and a start at the linear reference."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch

from vdsc.errors import InvalidInput
from vdsc.model.latent_sde import LatentSDE
from vdsc.model.net_config import NetConfig
from vdsc.model.path_model import PathModel
from vdsc.model.store import Checkpoint
from vdsc.train import checkpoint
from vdsc.train import front_door as training
from vdsc.train import motion_data as motion
from vdsc.train import training_domains as domains
from vdsc.train.sequence_folder import beside
from vdsc.train.train_config import TrainConfig

CHANNELS = 7
TOML = """
name = "walk"
domain = "motion"
chunk = 41
data = {data!r}
save_every = 2

[net]
frame = [7]
latent = 4
fps = 30.0
window = 15
hidden = 4
features = 8
rates = [2.0, 10.0]
interpolation = "spline"

[[stages]]
kind = "sde"
steps = 2
batch = 3
lr = 1e-3

[[stages]]
kind = "joint"
steps = 2
batch = 3
lr = 1e-3
"""


@pytest.fixture
def clips(tmp_path):
    """Three short motions of 3 positions and 4 angles; one angle turns past 180 degrees."""
    folder = tmp_path / "clips"
    folder.mkdir()
    rng = np.random.default_rng(0)
    for i, frames in enumerate((40, 90, 15)):
        swing = np.sin(np.arange(frames)[:, None] * rng.uniform(0.02, 0.3, CHANNELS))
        values = swing * [20, 3, 20, 30, 30, 30, 30] + [5, 90, 5, 170, 0, -100, 60]
        values[:, 3:] = (values[:, 3:] + 180) % 360 - 180
        np.save(folder / f"{i}.npy", values.astype(np.float32))
    return folder


def network(latent=CHANNELS):
    torch.manual_seed(0)
    return LatentSDE(NetConfig(frame=(CHANNELS,), latent=latent, fps=30.0, window=15, hidden=4))


def test_channels_become_comparable(clips):
    """Positions and angles have their own scale, means are taken off, turns cost nothing."""
    data = motion.Motion(clips, 15)
    assert data.frames.angles.tolist() == [False] * 3 + [True] * 4
    assert (data.frames.scale[3:] == motion.UNIT).all()
    joined = np.concatenate(data.sequences)
    steady = [0, 1, 2, 4, 5, 6]  # the other angle lies at half a turn, on both sides of it
    assert joined.mean(0)[steady] == pytest.approx(np.zeros(6), abs=1e-3)
    assert np.ptp(joined[:, 3]) < 18
    assert np.abs(np.diff(data.sequences[1], axis=0)).max() < 6


def test_windows_come_from_the_sequences(clips):
    """A window is a stretch of a sequence, moved as a whole by a small offset a channel."""
    data = motion.Motion(clips, 15)
    batch = data.batch(np.random.default_rng(1), 20).numpy()
    assert batch.shape == (20, 15, CHANNELS)
    every = [s[i : i + 15] for s in data.sequences for i in range(len(s) - 14)]
    steps = np.stack([np.diff(w, axis=0) for w in every])
    for window in batch:
        off = np.abs(steps - np.diff(window, axis=0)).max((1, 2))
        found = every[int(off.argmin())]
        assert off.min() < 1e-4
        assert np.abs(window - found).max() < 1.5


def test_members_of_an_archive_are_sequences(tmp_path, clips):
    """An .npz file trains as the folder of its members does; what lies beside it has its suffix."""
    members = {path.stem: np.load(path) for path in clips.glob("*.npy")}
    np.savez(tmp_path / "train.npz", **members)
    packed, plain = motion.Motion(tmp_path / "train.npz", 15), motion.Motion(clips, 15)
    for ours, theirs in zip(packed.sequences, plain.sequences, strict=True):
        assert (ours == theirs).all()
    assert beside(tmp_path / "train.npz", "val") == tmp_path / "val.npz"
    assert beside(clips, "val") == tmp_path / "val"


def test_a_metre_weighs_the_same_in_any_unit(clips):
    """Positions in units of a metre are divided by a hundredth of what centimetres are."""
    scales = [
        motion.Motion(clips, 15, {"metres": metres}).frames.scale[0] for metres in (1.0, 0.01)
    ]
    assert scales[1] == pytest.approx(100 * scales[0])


def test_windows_are_played_at_other_speeds(tmp_path):
    """Half of the windows are as recorded, the others' steps lie between the two factors."""
    times = np.arange(300.0)[:, None]
    np.save(tmp_path / "a.npy", np.concatenate([times / 50, times / 20], axis=1).astype(np.float32))
    data = motion.Motion(tmp_path, 15, speeds=(0.5, 2.0))
    steps = np.diff(data.batch(np.random.default_rng(0), 200).numpy(), axis=1)
    usual = np.diff(data.sequences[0][:2], axis=0)
    speed = (steps / usual).mean(axis=(1, 2))
    assert (np.ptp(steps / usual, axis=1) < 1e-2).all()
    assert 70 < (np.abs(speed - 1) < 1e-3).sum() < 130
    assert 0.5 - 1e-3 < speed.min() < 0.7
    assert 1.5 < speed.max() < 2 + 1e-3


def test_the_start_is_the_linear_reference(clips):
    """Before any training the decoder puts back what the encoder's linear readings take out."""
    data, model = motion.Motion(clips, 15), network()
    motion.start_linear(model, data)
    x = torch.from_numpy(data.sequences[1])[None]
    with torch.no_grad():
        goal = model.posterior.goal(model.encoder(x))
        assert torch.allclose(model.decoder(goal), x, atol=2e-3)
        whole = [model.posterior.goal(model.encoder(torch.from_numpy(s)[None]))[0]
                 for s in data.sequences]  # fmt: skip
    z = torch.cat(whole)
    assert torch.allclose(z.mean(0), torch.zeros(CHANNELS), atol=1e-3)
    assert torch.allclose(torch.cov(z.T), torch.eye(CHANNELS), atol=0.02)


def test_fewer_latents_keep_the_principal_part(clips):
    """With fewer latents than channels the start is the best linear projection."""
    data, model = motion.Motion(clips, 15), network(latent=3)
    motion.start_linear(model, data)
    frames = np.concatenate(data.sequences)
    with torch.no_grad():
        x = torch.from_numpy(frames)[None]
        error = (model.decoder(model.posterior.goal(model.encoder(x))) - x).square().sum(-1).mean()
    lost = np.linalg.eigvalsh(np.cov(frames.T))[:-3].sum()
    assert error.item() == pytest.approx(lost, rel=0.02)


def test_data_that_cannot_be_trained_on_is_refused(tmp_path, clips):
    """A folder without sequences, or with shorter ones than the window, is an error."""
    (tmp_path / "empty").mkdir()
    with pytest.raises(InvalidInput, match="as long as a window"):
        motion.Motion(tmp_path / "empty", 15)
    with pytest.raises(InvalidInput, match="as long as a window of 91 frames"):
        motion.Motion(clips, 91)


@pytest.mark.parametrize(("width", "first"), [(2, 2), (3, 3), (8, 3)])
def test_the_first_three_channels_are_positions(tmp_path, width, first):
    """The exported settings call angles what the training did, also where there are none."""
    np.save(tmp_path / "a.npy", np.random.default_rng(1).normal(size=(20, width)))
    net = NetConfig(frame=(width,), latent=2, fps=30.0, window=15)
    domain = domains.build(TrainConfig("m", "motion", 21, tmp_path, net, ()))
    assert domain.frames()["first_angle"] == first


def test_a_config_becomes_a_checkpoint(tmp_path, clips, monkeypatch):
    """`train` runs all stages, writes the folder, and goes on where its state was left."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(checkpoint, "DENSITIES", (0.5, 1.0))  # a curve of few points is quicker
    monkeypatch.setattr(checkpoint, "COARSE", (0.5, 2.0))
    config = tmp_path / "walk.toml"
    config.write_text(TOML.format(data=str(clips)))
    seen = []
    out = tmp_path / "models" / "walk"
    training.train(config, out, minutes=0, report=seen.append)
    said = training.train(config, out, overrides=["stages.1.steps=1"], report=seen.append)
    assert "training data" in said
    assert "codec 'linear'" in said
    assert [(s.step, s.stage) for s in seen] == [(1, "sde"), (2, "sde"), (3, "joint")]
    model = PathModel.load(Checkpoint.open(out), "cpu")
    values = np.load(clips / "1.npy")
    found = model.infer(model.frames.to_network(values), np.arange(90) / 30)
    knots = model.place(found, 0.5)
    assert knots[0] == 0
    assert knots[-1] == 89


NAMES = [
    f"{joint}.{axis}{kind}"
    for joint, kind in (("Hips", "position"), ("Hips", "rotation"))
    for axis in ("XYZ" if kind == "position" else "ZYX")
] + [
    f"{joint}.{axis}rotation"
    for joint in ("LeftArm", "LThumb", "RThumb", "RightArm")
    for axis in "ZYX"
]


def turn(axis, degrees):
    """The matrix of a rotation about x, y or z."""
    c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    i, j = {"X": (1, 2), "Y": (2, 0), "Z": (0, 1)}[axis]
    matrix = np.eye(3)
    matrix[i, i] = matrix[j, j] = c
    matrix[i, j], matrix[j, i] = -s, s
    return matrix


def test_a_mirror_swaps_the_sides_and_reflects_each_rotation():
    """Each joint's rotation is its twin's between two reflections at the plane x = 0."""
    values = np.random.default_rng(4).uniform(-80, 80, (5, len(NAMES))).astype(np.float32)
    seen = motion.mirrored(values, NAMES)
    assert (seen[:, :3] == values[:, :3] * [-1, 1, 1]).all()
    assert (motion.mirrored(seen, NAMES) == values).all()
    flip = np.diag([-1.0, 1.0, 1.0])
    twins = {"Hips": "Hips", "LeftArm": "RightArm", "LThumb": "RThumb"}
    for here, there in twins.items():
        ours = np.linalg.multi_dot(
            [turn(a, seen[2, NAMES.index(f"{here}.{a}rotation")]) for a in "ZYX"]
        )
        other = np.linalg.multi_dot(
            [turn(a, values[2, NAMES.index(f"{there}.{a}rotation")]) for a in "ZYX"]
        )
        assert ours == pytest.approx(flip @ other @ flip, abs=1e-5)


def test_named_channels_double_the_data(clips):
    """channels.json beside the folder brings the mirrored motions; their mean is not counted."""
    plain = motion.Motion(clips, 15)
    names = [*NAMES[:6], "Neck.Zrotation"]
    (clips.parent / "channels.json").write_text(json.dumps(names))
    data = motion.Motion(clips, 15)
    assert len(data.seen) == 2 * len(plain.seen) == 2 * len(data.sequences)
    assert (data.frames.offset == plain.frames.offset).all()
    assert data.chances.shape == (6,)
