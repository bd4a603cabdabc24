"""The knot process that reads motion: its law, what it learns, and where it is kept."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from tests import tiny
from tests.train.conftest import Waves
from vdsc.errors import InvalidInput, ModelMissing
from vdsc.model.motion_process import FEATURES, MotionProcess, motion_of
from vdsc.model.net_config import NetConfig
from vdsc.model.path_model import PathModel
from vdsc.model.store import PROCESS, Checkpoint
from vdsc.train import loop, train_config
from vdsc.train.knot_lessons import GapLessons, Lesson, comparison
from vdsc.train.loop import TrainingRun
from vdsc.train.path_trainer import PathTrainer

LESSONS = [
    {"kind": "imitate", "steps": 30, "batch": 64, "lr": 1e-2, "coarse": (0.5, 2.0)},
    {"kind": "compare", "steps": 3, "batch": 2, "lr": 1e-3, "coarse": (0.5, 2.0)},
]

TIMES = np.arange(40) / 30


def ignore(step):
    """Report to nobody."""


@pytest.fixture(autouse=True)
def _few(monkeypatch):
    """Few windows are searched."""
    monkeypatch.setattr(loop, "SEARCHED", 12)


@settings(deadline=None, max_examples=20)
@given(seed=st.integers(0, 2**31), tick=st.floats(0.005, 0.2))
def test_chances_are_a_law(seed, tick):
    """Chances of all gaps add up to one, and those of grids are their products."""
    torch.manual_seed(seed)
    process, motion = MotionProcess(), torch.randn(8, FEATURES)
    with torch.no_grad():
        every = process.chances(motion, tick, 2000)
        gaps = torch.tensor([1, 2, 3, 7])
        logs = process.log_chances(motion[:4], tick, gaps, torch.zeros(4, dtype=torch.bool))
        ends = process.log_chances(motion[:4], tick, gaps, torch.ones(4, dtype=torch.bool))
    assert every.sum(1).numpy() == pytest.approx(1, abs=1e-5)
    picked = every[torch.arange(4), gaps - 1]
    assert logs.exp().numpy() == pytest.approx(picked.numpy(), abs=1e-5)
    rest = torch.stack([row[gap - 1 :].sum() for row, gap in zip(every, gaps, strict=False)])
    assert ends.exp().numpy() == pytest.approx(rest.numpy(), abs=1e-5)


def test_walks_follow_the_law():
    """Gaps that are drawn occur as often as `chances` says."""
    torch.manual_seed(1)
    process, motion = MotionProcess(), torch.zeros(9, FEATURES)
    with torch.no_grad():
        drawn = [process.walk(motion, 0.05, torch.rand(9))[1] for _ in range(1500)]
        wanted = process.chances(motion, 0.05, 8)[0].numpy()
    assert np.bincount(drawn, minlength=9)[1:] / 1500 == pytest.approx(wanted, abs=0.05)


@settings(deadline=None, max_examples=20)
@given(seed=st.integers(0, 2**31), frames=st.integers(3, 200), tick=st.floats(0.005, 0.2))
def test_steady_knots_are_as_many_as_medians(seed, frames, tick):
    """They span the window, rise, and where the motion is the same throughout are evenly spaced."""
    torch.manual_seed(seed)
    process = MotionProcess()
    knots = process.steady(torch.randn(frames, FEATURES), tick)
    assert (knots[[0, -1]] == [0, frames - 1]).all()
    assert (np.diff(knots) > 0).all()
    motion = torch.randn(1, FEATURES).expand(frames, -1)
    even = np.diff(process.steady(motion, tick))
    assert np.ptp(even) <= 1
    with torch.no_grad():
        walked = process.walk(motion, tick, torch.full((frames,), 0.5))
    assert abs(len(even) + 1 - len(walked)) <= 1 + len(walked) // 3


def test_motion_is_measured_in_cells():
    """A path twice as large in cells twice as wide is the same motion; stillness is the least."""
    path = np.random.default_rng(3).normal(size=(40, 3)).cumsum(0)
    cell = np.array([0.1, 0.2, 0.3])
    one, two = motion_of(path, cell, 0.02), motion_of(2 * path, 2 * cell, 0.02)
    assert torch.equal(one, two)
    still = motion_of(np.ones((40, 3)), cell, 0.02)
    assert (still == still.min()).all()
    assert (still < one).float().mean() > 0.9


def test_lessons_teach(network, waves):
    """Imitation makes a search's gaps likelier; REINFORCE lowers what grids cost."""
    net = network().requires_grad_(requires_grad=False)
    x = waves.batch(np.random.default_rng(0), 6, 30)
    lessons = [Lesson.of(net, one, coarse) for one, coarse in zip(x, [0.5, 1, 2] * 2, strict=True)]
    torch.manual_seed(0)
    process, found = MotionProcess(), GapLessons.of(net, lessons)
    assert len(found.gaps) == len(found.motion) == len(found.last)
    assert int(found.last.sum()) == 6
    optimiser = torch.optim.Adam(process.parameters(), 5e-3)
    first = None
    for step in range(60):
        loss = found.loss(process, np.random.default_rng(step), 32)
        first = float(loss.detach()) if first is None else first
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    assert float(loss.detach()) < first - 0.2
    loss, cost = comparison(process, net, lessons[:2], torch.Generator().manual_seed(0))
    assert np.isfinite([float(loss.detach()), cost]).all()
    assert cost > 0


def test_only_the_process_learns(settings_of_lessons, waves, tmp_path):
    """In these stages no other network changes; a cut goes on bit for bit."""
    whole = TrainingRun(settings_of_lessons, waves, tmp_path / "whole")
    before = {k: v.clone() for k, v in whole.model.state_dict().items()}
    loop.train(whole, ignore, minutes=None)
    assert all(torch.equal(v, before[k]) for k, v in whole.model.state_dict().items())
    for _ in range(2):
        cut = TrainingRun(settings_of_lessons, waves, tmp_path / "cut")
        for _ in range(31 if cut.step == 0 else 2):
            cut.advance()
        cut.save()
    for name, weight in whole.motion.state_dict().items():
        assert torch.equal(weight, cut.motion.state_dict()[name])


@pytest.fixture
def settings_of_lessons(settings):
    """A run of process stages alone."""
    return settings(LESSONS)


class Vectors(Waves):
    """What the frozen checkpoint of vectors was made for."""

    def batch(self, rng, size, window):
        """(size, window, channels)."""
        clips = [tiny.waves(rng, window or 20) / 30 for _ in range(size)]
        return torch.from_numpy(np.stack(clips).astype(np.float32))


@pytest.fixture
def vectors(settings):
    """A run that starts from the frozen checkpoint."""
    start = tiny.FOLDER / tiny.VECTORS
    net = Checkpoint.open(start).settings["net"]
    return settings(LESSONS[:1], net=NetConfig.from_dict(net).as_dict(), start=str(start))


def test_a_checkpoint_gets_a_process(vectors, tmp_path):
    """Trained on a checkpoint it is one file more there; the hash stays, and encoders use it."""
    run = TrainingRun(vectors, Vectors(), tmp_path / "run")
    loop.train(run, ignore, minutes=None)
    PathTrainer(run).write(tmp_path / "new")
    old, new = Checkpoint.open(Path(vectors.start)), Checkpoint.open(tmp_path / "new")
    assert old.digest == new.digest
    assert new.tensors[0].keys() == old.tensors[0].keys()
    assert not old.process
    model = PathModel.load(new, "cpu")
    assert model.motion is not None
    for name, weight in run.motion.state_dict().items():
        assert torch.equal(weight, model.motion.state_dict()[name])
    seen = model.infer(Vectors().batch(np.random.default_rng(1), 1, 40)[0].numpy(), TIMES)
    cell = model.net.log_cell.exp().double().numpy()
    knots = model.place(seen, 0.5, cell=cell)
    assert (knots[[0, -1]] == [0, 39]).all()
    assert knots.tolist() == model.place(seen, 2.0, cell=cell).tolist()
    assert model.gaps(seen, 0.5, 12, cell).sum(axis=1) == pytest.approx(1, abs=1e-5)
    (tmp_path / "new" / PROCESS).write_bytes(b"no weights")
    with pytest.raises(ModelMissing, match="install the checkpoint again"):
        PathModel.load(Checkpoint.open(tmp_path / "new"), "cpu")


def test_other_networks_are_no_start(vectors, tmp_path):
    """A checkpoint of another size is refused with advice."""
    with pytest.raises(InvalidInput, match="other networks"):
        TrainingRun(replace(vectors, net=replace(vectors.net, hidden=7)), Vectors(), tmp_path)


def test_held_sequences_are_named_in_the_config(tmp_path):
    """`held` and `start` are read from a config as they are written."""
    values = {
        "name": "a", "domain": "motion", "chunk": 9, "data": str(tmp_path), "held": ["b"],
        "net": {"frame": [4], "latent": 2, "fps": 10.0, "window": 5}, "stages": LESSONS[:1],
    }  # fmt: skip
    made = train_config.build(json.loads(json.dumps(values)))
    assert made.held == ("b",)
    assert made.start == ""
