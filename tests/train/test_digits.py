"""The warm start of the sprite networks: true scenes in the decoder's own coordinates."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch.nn.functional import pad

from vdsc.errors import InvalidInput
from vdsc.model.latent_sde import LatentSDE
from vdsc.model.net_config import NetConfig
from vdsc.train import digits
from vdsc.train import training_domains as domains
from vdsc.train.loop import TrainingRun
from vdsc.train.train_config import Stage, TrainConfig


@pytest.fixture
def config(tmp_path):
    """A training config on ten random digits."""
    rng = np.random.default_rng(0)
    np.savez(tmp_path / "digits.npz", x=rng.integers(0, 256, (10, 28, 28), dtype=np.uint8))
    net = NetConfig(
        frame=(64, 64, 1), latent=12, fps=10.0, window=6, hidden=4, features=8, decoder="sprites"
    )
    stages = (
        Stage("warm", 2, 4, 1e-3),
        Stage("warm", 2, 2, 1e-3, window=3),
        Stage("sde", 1, 2, 1e-3, frames=2),
        Stage("joint", 1, 2, 1e-3, frames=2),
    )
    return TrainConfig("toy", "digits", 21, tmp_path / "digits.npz", net, stages)


def test_places_and_sprites_are_those_of_the_frames(config):
    """The decoder, told a clip's true places and sprites, draws its frames."""
    model, data = LatentSDE(config.net), domains.build(config).data
    x, sprites, places = data.scenes(np.random.default_rng(1), 2, 5)
    assert x.shape == (2, 5, 64, 64, 1)
    assert places.shape == (2, 5, 2, 2)
    wide = pad(sprites, (2,) * 4)[:, None, :, None].expand(-1, 5, -1, -1, -1, -1)
    drawn = model.decoder.draw(wide.flatten(0, 1), places.flatten(0, 1))
    assert torch.allclose(drawn.view_as(x), x, atol=1e-4)


def test_batches_are_frames_of_the_window(config):
    """Batches have the config's window, values in [0, 1], and depend on the generator alone."""
    domain = domains.build(config)
    batches = [domain.batch(np.random.default_rng(2), 3, window) for window in (None, None, 4)]
    assert batches[0].shape == (3, 6, 64, 64, 1)
    assert torch.equal(batches[0], batches[1])
    assert batches[2].shape[1] == 4
    assert 0 <= batches[0].min() <= batches[0].max() <= 1
    assert domain.frames() == {"kind": "pixels"}


def test_which_object_comes_first_does_not_matter(config):
    """The tracking loss is the same for a network that swaps its two objects in all frames."""
    model, domain = LatentSDE(config.net), domains.build(config)
    extra = domain.prepare(model)
    scenes = domain.data.scenes(np.random.default_rng(3), 2, 4)
    x, sprites, places = scenes
    loss, off = digits.tracking_loss(model, extra, x, sprites, places)
    swapped = digits.tracking_loss(model, extra, x, sprites.flip(1), places.flip(2))
    assert loss.item() == pytest.approx(swapped[0].item(), rel=1e-5)
    assert off.item() == pytest.approx(swapped[1].item(), rel=1e-5)


def test_a_perfect_tracker_has_no_loss(config, monkeypatch):
    """Goals equal to true places and looks cost nothing."""
    model, domain = LatentSDE(config.net), domains.build(config)
    extra = domain.prepare(model)
    x, sprites, places = domain.data.scenes(np.random.default_rng(4), 2, 4)
    with torch.no_grad():
        looks = extra(sprites.flatten(0, 1))[0].view(2, 1, 2, -1).expand(-1, 4, -1, -1)
    goal = torch.cat([places / model.decoder.reach, looks], -1).flatten(2)
    monkeypatch.setattr(model.posterior, "goal", lambda _: goal)
    loss, off = digits.tracking_loss(model, extra, x, sprites, places)
    assert loss.item() == pytest.approx(0, abs=1e-10)
    assert off.item() == pytest.approx(0, abs=1e-4)


def test_every_stage_takes_steps_and_resumes(config, tmp_path):
    """Sprites, tracking, SDE and knots in one run; a cut one ends in the same state."""
    runs = [TrainingRun(config, domains.build(config), tmp_path / name) for name in "ab"]
    for _ in range(6):
        terms = runs[0].advance()
        assert np.isfinite(list(terms.values())).all()
    for step in range(6):
        runs[1].advance()
        if step in {1, 3}:
            runs[1].save()
            runs[1] = TrainingRun(config, domains.build(config), tmp_path / "b")
    ours, other = ({**r.model.state_dict(), **r.extra.state_dict()} for r in runs)
    assert all(torch.equal(ours[key], other[key]) for key in ours)


def test_motion_has_no_warm_stage(config, tmp_path):
    """A warm stage for motion capture is an error with advice."""
    np.save(tmp_path / "walk.npy", np.random.default_rng(5).normal(size=(30, 5)))
    motion = TrainConfig("m", "motion", 21, tmp_path, config.net, ())
    with pytest.raises(InvalidInput, match="drop the warm stage"):
        domains.build(motion).warm(None, None, config.stages[0], 0, np.random.default_rng())
