"""What equation (22) reconstructs, and from which frames, against a computation by hand."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from vdsc.train import objectives
from vdsc.train.objectives import StepPlan

TICK = 0.1


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def clip(batch=3, frames=9, seed=1):
    return torch.randn(batch, frames, 4, generator=seeded(seed))


def sharp(model):
    """The same network with cells too small to matter."""
    model.log_cell.data.fill_(-30.0)
    return model


@given(st.lists(st.lists(st.booleans(), min_size=6, max_size=6), min_size=1, max_size=4))
def test_masks_become_padded_frame_numbers(inner):
    """Real entries are the mask's frames in order; padding repeats the last frame."""
    mask = torch.tensor([[True, *row, True] for row in inner])
    at, real = objectives.padded(mask)
    for row, numbers, live in zip(mask, at, real, strict=True):
        assert numbers[live].tolist() == row.nonzero()[:, 0].tolist()
        assert (numbers[~live] == 7).all()
    assert at.shape[1] == int(mask.sum(1).max())


@pytest.mark.parametrize(("noise", "each"), [("normal", "0.5 e^2"), ("laplace", "|e|")])
def test_stage_one_uses_every_frame(network, noise, each):
    """With a knot at every frame the path itself is decoded, all of it, and no grid is paid."""
    model, x = sharp(network(noise=noise, obs_scale=0.2)), clip()
    terms = objectives.elbo(model, x, StepPlan(learned=False, coarse=1.5), seeded(3))
    with torch.no_grad():
        path = model.infer(model.encoder(x), TICK, seeded(3))
        error = (model.decoder(path) - x) / (0.2 * 1.5)
    expected = error.abs() if each == "|e|" else 0.5 * error.square()
    assert torch.allclose(terms.distortion, expected.sum((1, 2)), rtol=1e-4)
    assert terms.knots.tolist() == [7, 7, 7]
    assert not terms.grid.any()
    assert terms.loss.item() == pytest.approx(
        (terms.distortion + terms.rate).mean().item() / x[0].numel(), rel=1e-5
    )


def test_a_part_of_the_frames_stands_for_all(network):
    """The mean over which frame is drawn is the distortion of all frames."""
    model, x = sharp(network()), clip(frames=4)
    values = torch.randn(3, 4, 3)
    at = torch.arange(4).expand(3, -1)
    whole = objectives.reconstruction(model, x, at, values, StepPlan(learned=False), seeded())
    parts = {
        round(part[0].item(), 3): part
        for part in (
            objectives.reconstruction(
                model, x, at, values, StepPlan(learned=False, frames=1), seeded(seed)
            )
            for seed in range(40)
        )
    }
    assert len(parts) == 4
    assert torch.allclose(torch.stack(list(parts.values())).mean(0), whole, rtol=1e-4)


def test_between_learned_knots_the_curve_is_decoded(network):
    """In stage two frames come from the curve through the knots' values alone."""
    model, x = sharp(network(interpolation="bridge")), clip(batch=1)
    at, values = torch.tensor([[0, 3, 8]]), torch.randn(1, 3, 3)
    found = objectives.reconstruction(model, x, at, values, StepPlan(learned=True), seeded())
    with torch.no_grad():
        path = model.bridge(torch.arange(9)[None] * TICK, at * TICK, values)
        expected = 0.5 * ((model.decoder(path) - x) / 0.1).square().sum()
    assert found.item() == pytest.approx(expected.item(), rel=1e-4)
