"""The stage that learns the law of knots, and what files of its checkpoint hold."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

import vdsc
from vdsc.core.loop_choice import SETTING
from vdsc.errors import InvalidInput
from vdsc.model.store import Checkpoint
from vdsc.train import checkpoint as export
from vdsc.train import law_objective, loop
from vdsc.train.densities import usual_density, usual_width
from vdsc.train.lively_grids import lively_grid
from vdsc.train.loop import TrainingRun

LAW = {"kind": "law", "steps": 60, "batch": 8, "lr": 4e-3, "coarse": (0.5, 4.0), "frames": 9}
NET = {"memory": 8, "noise": "laplace", "interpolation": "spline", "rates": (1.0, 4.0)}


def ignore(step):
    """Report to nobody."""


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A run of the law's stage alone, from networks that know the waves' own channels."""
    from tests.train.conftest import CHANNELS, Waves
    from vdsc.model.net_config import NetConfig
    from vdsc.train.train_config import Stage, TrainConfig

    net = NetConfig(
        (CHANNELS,), 4, 10.0, 50, hidden=6, features=12, obs_scale=0.3,
        **(NET | {"rates": (1.0, 4.0)}),
    )  # fmt: skip
    folder = tmp_path_factory.mktemp("law")
    made = TrainingRun(
        TrainConfig("waves", "waves", 41, folder, net, (Stage(**LAW),)), Waves(50), folder
    )
    with torch.no_grad():
        made.model.decoder.linear.weight.copy_(torch.eye(CHANNELS))
        made.model.encoder.skip.weight.copy_(torch.eye(CHANNELS))
        made.model.log_cell.fill_(-3.0)
    made.costs = [cost_of_knots(made)]
    while made.step < made.steps:
        made.advance()
    made.costs.append(cost_of_knots(made))
    return made


def cost_of_knots(run):
    """Nats of the knots of the same windows, whatever the run has learned."""
    x = run.domain.batch(np.random.default_rng(1), 16, 50)
    terms = law_objective.law_terms(run.model, x, 0.5, 2.0, None, np.random.default_rng(2))
    return float(terms.rate.mean())


@pytest.fixture(scope="module")
def folder(run, tmp_path_factory):
    """Its checkpoint."""
    out = tmp_path_factory.mktemp("models") / "waves"
    run.model.eval()
    export.export(
        run.model, run.domain.frames(), run.domain.sequences(), out,
        name="waves", chunk=41, cap=1, pose={}, card={},
    )  # fmt: skip
    return out


def test_the_law_learns(run):
    """Knots get cheaper in a few steps."""
    assert run.costs[1] < 0.9 * run.costs[0]


def test_a_cut_stage_goes_on_bit_for_bit(settings, waves, tmp_path):
    """A run that is cut after every step ends in the state of one that never was."""
    config = settings([LAW | {"steps": 4}], net=NET, save_every=100)
    assert loop.train(TrainingRun(config, waves, tmp_path / "whole"), ignore, minutes=None)
    while not loop.train(TrainingRun(config, waves, tmp_path / "cut"), ignore, minutes=0):
        torch.manual_seed(0)
    ours, other = (load_file(tmp_path / name / "state.safetensors") for name in ("whole", "cut"))
    assert all(torch.equal(ours[key], other[key]) for key in ours)


@pytest.mark.parametrize("change", [{"memory": 0}, {"interpolation": "bridge"}])
def test_a_model_without_a_law_has_no_such_stage(settings, waves, tmp_path, change):
    """Where there is none to train, or no spline to fit, one line says what it takes."""
    run = TrainingRun(settings([LAW], net=NET | change), waves, tmp_path)
    with pytest.raises(InvalidInput, match=r"net\.memory"):
        run.advance()


@pytest.mark.parametrize("quality", [1, 40, 100])
def test_files_come_back_the_same_with_and_without_loops(folder, monkeypatch, quality):
    """Windows, still channels and wild values; NumPy reads what loops wrote and writes the same."""
    monkeypatch.setenv("VDSC_MODELS", str(folder.parent))
    clip = np.concatenate([np.zeros((20, 4)), vdsc_waves(90)]).astype(np.float32)
    clip[70:73] *= 400
    made = {}
    for way in "01":
        monkeypatch.setenv(SETTING, way)
        data = vdsc.compress(clip, model="waves", fps=10, quality=quality, codec="knots")
        made[way] = data, vdsc.decompress(data).values.tobytes()
    assert made["0"] == made["1"]


def vdsc_waves(frames):
    """A clip of the domain."""
    from tests.train.conftest import Waves

    return Waves().waves(np.random.default_rng(3), 1, frames)[0]


def test_more_quality_is_less_error_and_more_bytes(folder, monkeypatch):
    """Along the curve of searched knots."""
    monkeypatch.setenv("VDSC_MODELS", str(folder.parent))
    clip, sizes, errors = vdsc_waves(160), [], []
    for quality in (5, 35, 65, 95):
        data = vdsc.compress(clip, model="waves", fps=10, quality=quality, codec="knots")
        sizes.append(len(data))
        errors.append(float(np.abs(vdsc.decompress(data).values - clip).mean()))
    assert sizes == sorted(sizes)
    assert errors == sorted(errors, reverse=True)


def test_the_curve_is_one_line(folder):
    """Cells get finer from each quality to the next, and knots denser."""
    curve = export.Tables.from_arrays(*Checkpoint.open(folder).tensors[::-1]).curve
    assert (np.diff(curve[:, 0]) <= 0).all()
    assert (np.diff(curve[:, 1]) >= 0).all()
    assert curve[0, 0] > 4 * curve[-1, 0]


def test_densities_and_widths_are_inverse():
    """The density of a width's density is the width."""
    assert [usual_density(usual_width(d)) for d in (-0.5, 0.0, 1.0)] == [-0.5, 0.0, 1.0]


def test_knots_are_where_a_motion_is_lively():
    """More of them in the half that changes, both ends always, still frames get some."""
    x = np.zeros((120, 3), np.float32)
    x[60:] = np.sin(np.arange(60)[:, None] * [0.5, 0.7, 0.9])
    for seed in range(5):
        grid = lively_grid(x, 20, np.random.default_rng(seed))
        assert grid[0] == 0
        assert grid[-1] == 119
        assert (grid > 60).sum() > 1.5 * (grid < 60).sum() > 0
    assert lively_grid(x[:5], 20, np.random.default_rng(0)).tolist() == [0, 1, 2, 3, 4]
