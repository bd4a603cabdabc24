"""The training loop: any cut goes on bit for bit, and the loss falls."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from vdsc.errors import InvalidInput
from vdsc.train import loop
from vdsc.train.loop import TrainingRun

STAGES = [
    {"kind": "sde", "steps": 3, "batch": 4, "lr": 1e-3, "coarse": (0.7, 4.0)},
    {"kind": "joint", "steps": 3, "batch": 4, "lr": 1e-3, "frames": 5},
    {"kind": "settle", "steps": 2, "batch": 3, "lr": 1e-3, "window": 9},
]


def ignore(step):
    """Report to nobody."""


def final_state(run):
    run.save()
    return load_file(run.state_path)


@pytest.mark.parametrize("objective", ["lossy", "lossless"])
@pytest.mark.parametrize("interpolation", ["bridge", "spline"])
def test_resuming_equals_never_stopping(
    settings, waves, tmp_path, monkeypatch, objective, interpolation
):
    """A run that is cut after every step ends in the state of one that never was, bit for bit."""
    stages = [stage | {"objective": objective} for stage in STAGES]
    config = settings(stages, net={"interpolation": interpolation}, save_every=100)
    whole = TrainingRun(config, waves, tmp_path / "whole")
    assert loop.train(whole, ignore, minutes=None)
    cuts = 0
    while not loop.train(TrainingRun(config, waves, tmp_path / "cut"), ignore, minutes=0):
        torch.manual_seed(cuts)
        np.random.seed(cuts)  # noqa: NPY002  whatever the process did before must not matter
        cuts += 1
    assert cuts == 7
    ours, other = (load_file(tmp_path / name / "state.safetensors") for name in ("whole", "cut"))
    assert ours.keys() == other.keys()
    assert any(key.startswith("adam.") for key in ours)
    assert all(torch.equal(ours[key], other[key]) for key in ours)
    assert int(ours["step"]) == 8


def test_seeds_make_runs(settings, waves, tmp_path):
    """Equal seeds give equal networks, another seed another one."""
    states = []
    for i, seed in enumerate((1, 1, 2)):
        run = TrainingRun(settings(STAGES, seed=seed), waves, tmp_path / str(i))
        loop.train(run, ignore, minutes=None)
        states.append(final_state(run))
    key = "model.decoder.linear.weight"
    assert torch.equal(states[0][key], states[1][key])
    assert not torch.equal(states[0][key], states[2][key])


def test_every_step_is_reported(settings, waves, tmp_path):
    """Steps are counted over all stages, with their kind, finite terms and a time to go."""
    seen = []
    loop.train(TrainingRun(settings(STAGES), waves, tmp_path), seen.append, minutes=None)
    assert [s.step for s in seen] == list(range(1, 9))
    assert {s.steps for s in seen} == {8}
    assert [s.stage for s in seen] == ["sde"] * 3 + ["joint"] * 3 + ["settle"] * 2
    assert all(set(s.terms) == {"distortion", "rate", "grid", "knots"} for s in seen)
    assert all(np.isfinite(list(s.terms.values())).all() for s in seen)
    assert seen[-1].seconds_left == 0 < seen[0].seconds_left


def test_a_cut_while_saving_leaves_the_old_state(settings, waves, tmp_path):
    """Half a new state beside the old one is not looked at."""
    run = TrainingRun(settings(STAGES), waves, tmp_path)
    run.advance()
    run.save()
    (tmp_path / "state.new").write_bytes(b"half")
    assert TrainingRun(settings(STAGES), waves, tmp_path).step == 1


def test_a_state_of_other_networks_is_refused(settings, waves, tmp_path):
    """A config that changed its network says so instead of going on."""
    TrainingRun(settings(STAGES), waves, tmp_path).save()
    with pytest.raises(InvalidInput, match="holds other networks"):
        TrainingRun(settings(STAGES, net={"hidden": 7}), waves, tmp_path)


def test_finished_runs_take_no_step(settings, waves, tmp_path):
    """Training again after the last step reports nothing and is done."""
    run = TrainingRun(settings(STAGES), waves, tmp_path)
    loop.train(run, ignore, minutes=None)
    seen = []
    assert loop.train(TrainingRun(settings(STAGES), waves, tmp_path), seen.append, minutes=None)
    assert not seen


def test_the_loss_falls(settings, waves, tmp_path):
    """150 steps on swinging channels halve the distortion, and the bound falls below its start."""
    stages = [{"kind": "sde", "steps": 150, "batch": 8, "lr": 1e-2}]
    seen = []
    loop.train(TrainingRun(settings(stages), waves, tmp_path), seen.append, minutes=None)
    bound = [s.terms["distortion"] + s.terms["rate"] for s in seen]
    distortion = [s.terms["distortion"] for s in seen]
    assert np.mean(bound[-20:]) < 0.6 * np.mean(bound[:10])
    assert np.mean(distortion[-20:]) < 0.5 * np.mean(distortion[:10])


def test_the_rate_warms_up_and_decays():
    """The factor on the learning rate rises to one within 100 steps and ends at a twentieth."""
    factors = [loop.schedule(at, 1000) for at in range(1000)]
    assert factors[0] == pytest.approx(0.01)
    assert 0.97 < max(factors) <= 1
    assert 90 <= int(np.argmax(factors)) <= 110
    assert factors[-1] == pytest.approx(0.05, abs=1e-3)


def test_scales_learn_faster_and_the_process_no_faster(settings, waves, tmp_path):
    """Diffusion and cell widths have their own pace; every parameter is trained once."""
    stages = [stage | {"scale_pace": 7.0} for stage in STAGES]
    run = TrainingRun(settings(stages), waves, tmp_path)
    run.advance()
    groups = run.optimiser.param_groups
    rates = {id(p): group["lr"] for group in groups for p in group["params"]}
    model = run.model
    usual = rates[id(model.decoder.linear.weight)]
    for scale in (model.posterior.raw_nu, model.log_cell):
        assert rates[id(scale)] == pytest.approx(7 * usual)
    assert all(rates[id(p)] <= usual for p in model.knots.parameters())
    assert sum(len(group["params"]) for group in groups) == len(rates)
    assert rates.keys() == {id(p) for p in model.parameters()}
