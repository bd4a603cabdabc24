"""What one step of training does, each number of it: noise, coupling, clipping, pace, minutes."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from vdsc.model import ou
from vdsc.train import loop, objectives
from vdsc.train.loop import TrainingRun
from vdsc.train.objectives import StepPlan

TICK = 0.1


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


@pytest.fixture
def decoded(monkeypatch):
    """The values that each step decodes, beside the values before their noise."""
    seen = []
    whole = objectives.reconstruction

    def noted(model, x, at, values, *rest):
        seen.append(values.detach())
        return whole(model, x, at, values, *rest)

    monkeypatch.setattr(objectives, "reconstruction", noted)
    return seen


def test_the_noise_of_cells_has_mean_zero_and_their_width(network, decoded):
    """What a settled step decodes is the path plus noise uniform in a cell: centred, as wide."""
    model = network()
    model.log_cell.data.copy_(torch.tensor([0.1, 0.4, 0.02]).log())
    x = torch.randn(400, 9, 4, generator=seeded(1))
    plan = StepPlan(learned=False, settled=True, coarse=1.5)
    objectives.elbo(model, x, plan, seeded(2))
    with torch.no_grad():
        path = model.infer(model.encoder(x), TICK, None)
    noise = (decoded[0] - path) / (1.5 * model.log_cell.exp())
    count = noise[..., 0].numel()
    error = math.sqrt(1 / 12 / count)
    assert noise.mean((0, 1)).tolist() == pytest.approx([0] * 3, abs=5.5 * error)
    assert noise.square().mean((0, 1)).tolist() == pytest.approx([1 / 12] * 3, rel=0.06)
    assert noise.abs().max() <= 0.5 + 1e-4


def test_a_step_that_samples_adds_no_noise_of_cells(network, decoded):
    """Before the networks are settled the sampled path itself is decoded."""
    model, x = network(), torch.randn(3, 9, 4, generator=seeded(1))
    objectives.elbo(model, x, StepPlan(learned=False), seeded(2))
    with torch.no_grad():
        path = model.infer(model.encoder(x), TICK, seeded(2))
    assert torch.equal(decoded[0], path)


@pytest.mark.parametrize("frames", [6, 12, 25])
def test_the_grid_is_paid_for_the_clips_own_duration(network, monkeypatch, frames):
    """The KL of the knots counts the seconds from the first frame to the last one."""
    model, asked = network(), []
    whole = objectives.grid_kl

    def noted(model, drawn, density, duration):
        asked.append((density.tolist(), duration))
        return whole(model, drawn, density, duration)

    monkeypatch.setattr(objectives, "grid_kl", noted)
    x = torch.randn(2, frames, 4, generator=seeded(1))
    terms = objectives.elbo(model, x, StepPlan(learned=True, density=0.25), seeded(2))
    (((low, high), duration),) = asked
    assert (low, high) == (0.25, 0.25)
    assert duration == pytest.approx((frames - 1) * TICK)
    assert torch.isfinite(terms.grid).all()


def test_the_rate_of_a_step_is_of_its_own_cells(network, decoded):
    """A coarser step pays for wider cells: the cross entropy at the cells' width times coarse."""
    model, x = network(), torch.randn(3, 9, 4, generator=seeded(1))
    terms = objectives.elbo(model, x, StepPlan(learned=False, settled=True, coarse=2.5), seeded(2))
    at, real = torch.arange(9).expand(3, -1), torch.ones(3, 9, dtype=torch.bool)
    cell = 2.5 * model.log_cell.exp()
    expected = -ou.log_density(decoded[0], at * TICK, model.nu, cell=cell, real=real)
    expected = expected - 9 * cell.log().sum()
    assert torch.allclose(terms.rate, expected.detach(), rtol=1e-5)


@pytest.fixture
def plans(monkeypatch):
    """The plans of all steps that are taken."""
    seen = []

    def noted(model, x, plan, generator):
        seen.append(plan)
        return objectives.Terms(model.log_cell.sum(), *torch.zeros(4, len(x)))

    monkeypatch.setattr(objectives, "elbo", noted)
    return seen


def test_sparse_grids_are_trained_with_coarse_cells(settings, waves, tmp_path, plans):
    """The densest grid meets the finest cells and the sparsest the coarsest, log-evenly."""
    stage = {"kind": "joint", "steps": 40, "batch": 2, "lr": 1e-4, "coarse": (0.5, 8.0)}
    run = TrainingRun(settings([stage]), waves, tmp_path)
    for _ in range(40):
        run.advance()
    density, coarse = np.array([(plan.density, plan.coarse) for plan in plans]).T
    assert coarse == pytest.approx(0.5 * 16 ** (1 - density))
    assert 0 <= density.min() < 0.15
    assert 0.85 < density.max() <= 1
    assert all(plan.learned and not plan.settled for plan in plans)


@pytest.mark.parametrize(
    ("kind", "learned", "settled"),
    [("sde", False, False), ("joint", True, False), ("settle", True, True)],
)
@pytest.mark.parametrize("objective", ["lossy", "lossless"])
def test_the_stage_is_the_plan(settings, waves, tmp_path, plans, kind, learned, settled, objective):
    """Each kind of stage draws knots or not, and settles or not; frames and objective arrive."""
    stage = {"kind": kind, "steps": 1, "batch": 2, "lr": 1e-4, "frames": 3, "objective": objective}
    TrainingRun(settings([stage]), waves, tmp_path).advance()
    (plan,) = plans
    assert (plan.learned, plan.settled, plan.frames) == (learned, settled, 3)
    assert (plan.objective, plan.coarse) == (objective, 1.0)


def test_gradients_are_clipped_to_norm_one_all_together(settings, waves, tmp_path, monkeypatch):
    """However steep the loss, the optimiser sees a gradient of norm one over all parameters."""
    stage = {"kind": "sde", "steps": 2, "batch": 4, "lr": 1e-3}
    run = TrainingRun(settings([stage], net={"obs_scale": 1e-4}), waves, tmp_path)
    norms = []
    step = run.optimiser.step

    def noted():
        slopes = [p.grad for p in run.params if p.grad is not None]
        norms.append(torch.stack([slope.norm() for slope in slopes]).norm().item())
        step()

    monkeypatch.setattr(run.optimiser, "step", noted)
    run.advance()
    assert norms == [pytest.approx(1.0, rel=1e-3)]


def test_small_gradients_are_left_as_they_are(settings, waves, tmp_path, monkeypatch):
    """A gradient of norm below one is not scaled up."""
    stage = {"kind": "sde", "steps": 2, "batch": 4, "lr": 1e-3}
    run = TrainingRun(settings([stage]), waves, tmp_path)
    elbo = run.elbo
    monkeypatch.setattr(run, "elbo", lambda *a: (elbo(*a)[0] * 1e-6, {}))
    run.advance()
    slopes = [p.grad for p in run.params if p.grad is not None]
    assert torch.stack([slope.norm() for slope in slopes]).norm() < 1e-2


def test_the_process_has_a_twentieth_of_the_pace(settings, waves, tmp_path):
    """The rate of the knot process is 0.05 times the networks' rate, on the same schedule."""
    stage = {"kind": "joint", "steps": 400, "batch": 2, "lr": 2e-3, "scale_pace": 7.0}
    run = TrainingRun(settings([stage]), waves, tmp_path)
    for at in range(3):
        run.advance()
        rates = {group["kind"]: group["lr"] for group in run.optimiser.param_groups}
        usual = 2e-3 * loop.schedule(at, 400)
        assert rates == {
            "networks": pytest.approx(usual),
            "scales": pytest.approx(7 * usual),
            "process": pytest.approx(usual / 20),
            "law": pytest.approx(10 * usual),
        }
    process = {id(p) for p in run.model.knots.parameters()}
    (group,) = (one for one in run.optimiser.param_groups if one["kind"] == "process")
    assert {id(p) for p in group["params"]} == process


@pytest.fixture
def clock(monkeypatch):
    """A clock that moves on by 10 seconds with each step, which does nothing else."""
    now = [1000.0]
    monkeypatch.setattr(loop.time, "monotonic", lambda: now[0])

    def step(run):
        now[0] += 10
        run.step += 1
        return {}

    monkeypatch.setattr(TrainingRun, "advance", step)
    return now


STAGE = {"kind": "sde", "steps": 20, "batch": 2, "lr": 1e-3}


@pytest.mark.parametrize(("minutes", "steps"), [(0, 1), (0.5, 4), (1, 7), (3, 19), (3.4, 20)])
def test_minutes_are_minutes(settings, waves, tmp_path, clock, minutes, steps):
    """A run stops at the first step after that many times sixty seconds, and its state is kept."""
    run = TrainingRun(settings([STAGE], save_every=100), waves, tmp_path)
    done = loop.train(run, lambda _: None, minutes=minutes)
    assert run.step == steps
    assert done == (steps == 20)
    assert TrainingRun(settings([STAGE]), waves, tmp_path).step == steps


def test_the_time_to_go_is_the_pace_of_this_run(settings, waves, tmp_path, clock):
    """Seconds left are ten for each step to come, also in a run that was taken up again."""
    first, second = [], []
    run = TrainingRun(settings([STAGE], save_every=100), waves, tmp_path)
    loop.train(run, first.append, minutes=1)
    clock[0] += 5000  # between two runs
    again = TrainingRun(settings([STAGE]), waves, tmp_path)
    loop.train(again, second.append, minutes=None)
    left = [(said.step, said.seconds_left) for said in (*first, *second)]
    assert left == [(step, pytest.approx(10.0 * (20 - step))) for step in range(1, 21)]


def test_the_state_is_kept_every_so_many_steps(settings, waves, tmp_path, monkeypatch, clock):
    """It is written each `save_every` steps and after the last one, not in between."""
    run, kept = TrainingRun(settings([STAGE], save_every=6), waves, tmp_path), []
    save = run.save
    monkeypatch.setattr(run, "save", lambda: (kept.append(run.step), save()))
    loop.train(run, lambda _: None, minutes=None)
    assert kept == [6, 12, 18, 20]
