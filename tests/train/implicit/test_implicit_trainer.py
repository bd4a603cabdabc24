"""Training of coordinate networks: what is frozen draws what was trained, and a run goes on."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from PIL import Image

from tests import tiny_tiles
from vdsc.codecs.field.base_blocks import MOST, LatentBlocks
from vdsc.codecs.field.base_layer import BaseLayer
from vdsc.codecs.field.base_network import BaseNetwork
from vdsc.errors import InvalidInput
from vdsc.model.store import Checkpoint
from vdsc.train.implicit import frozen_tiles, implicit_trainer, tile_crops
from vdsc.train.implicit.frozen_tiles import LatentLaw, frozen, planned
from vdsc.train.implicit.latent_steps import LatentSteps
from vdsc.train.implicit.tile_crops import SHADES, UNIT
from vdsc.train.implicit.tile_network import TileNetwork, TileSizes
from vdsc.train.kinds import open_trainer

SMALL = {"early": 8, "waves": 12, "latents": 6, "last": 14}


@pytest.fixture
def values(tmp_path, monkeypatch):
    """A config with two photographs, one of them held out."""
    folder = tmp_path / "photographs"
    folder.mkdir()
    for name, seed in (("one", 1), ("two", 2)):
        picture = tiny_tiles.pictures(1, 90, 80, seed)[0]
        Image.fromarray(picture).save(folder / f"{name}.png")
    monkeypatch.setattr(tile_crops, "REDUCTIONS", ((1, 20), (2, 10), (4, 5)))
    monkeypatch.setattr(implicit_trainer, "SAVE_EVERY", 2)
    return {
        "name": "small", "kind": "implicit", "domain": "photographs", "data": str(folder),
        "steps": 4, "batch": 3, "held": ["two"], "sizes": dict(SMALL),
    }  # fmt: skip


def opened(values, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    return open_trainer({**values, "sizes": dict(values["sizes"])})


def test_a_run_is_trained_goes_on_and_is_written(values, monkeypatch, tmp_path):
    trainer = opened(values, monkeypatch, tmp_path)
    assert len(trainer._tiles) == 30  # a fourth of a photograph is smaller than a tile
    steps = []
    trainer.train(lambda step: steps.append(step.step), minutes=None)
    again = opened(values, monkeypatch, tmp_path)
    assert steps == [1, 2, 3, 4]
    assert again.step == 4
    pairs = zip(trainer.network.parameters(), again.network.parameters(), strict=True)
    assert all(torch.equal(a, b) for a, b in pairs)
    again.write(tmp_path / "small")
    layer = BaseLayer.of(Checkpoint.open(tmp_path / "small"))
    assert layer.network.latents == 20
    assert "held out" in again.compared(tmp_path / "small")


def test_shades_are_a_turn_of_colours():
    """Errors in shades are errors in colours, and the way back is the transpose."""
    assert np.allclose(SHADES @ SHADES.T, np.eye(3))


GATED = {**SMALL, "latents": 0, "last": 0, "gates": 20, "rank": 4}
BOTH = {**SMALL, "gates": 5, "rank": 2, "reach": 1.0}


@pytest.mark.parametrize(
    "sizes", [SMALL, GATED, BOTH, {**GATED, "steps": True}, {**SMALL, "steps": True}]
)
def test_a_run_of_many_steps_learns(sizes, values, monkeypatch, tmp_path):
    """Also by gates, bounded or not, and where latents are found by learned steps."""
    wanted = {**values, "steps": 100, "batch": 8, "sizes": sizes}
    trainer, losses = opened(wanted, monkeypatch, tmp_path), []
    trainer.train(lambda step: losses.append(step.terms["loss"]), minutes=None)
    assert np.mean(losses[-20:]) < 0.8 * np.mean(losses[:20])
    trainer.write(tmp_path / "small")
    layer = BaseLayer.of(Checkpoint.open(tmp_path / "small"))
    assert layer.network.latents == trainer.network.sizes.total


@pytest.mark.parametrize("sizes", [SMALL, GATED, BOTH])
def test_integers_draw_what_was_trained(sizes):
    """The frozen network is the trained one with the mean latents in its layers and gates."""
    torch.manual_seed(3)
    network = TileNetwork(TileSizes(**sizes))
    total, rng = network.sizes.total, np.random.default_rng(0)
    if sizes is GATED:
        network.begin_with(rng.normal(size=(9, tile_crops.SEEN)).astype(np.float32))
    mean = rng.normal(size=total) / 4
    if sizes is BOTH:
        mean[:-5] = 0  # gates do not multiply what turns add
    law = LatentLaw(mean, rng.random(total) + 0.1, rng.random(total) * 1e5)
    base = BaseNetwork.of(frozen(network, law))
    latents = rng.normal(size=total) / 2
    with torch.no_grad():
        wanted = network(
            torch.from_numpy((latents + law.mean)[None].astype(np.float32)), torch.arange(1024)
        )
    levels = np.clip(wanted[0].numpy() @ SHADES * UNIT + 128, 0, 255).reshape(32, 32, 3)
    made = base.picture(np.rint(latents * 4096)) / 256
    assert np.abs(made - levels).max() < 6
    assert np.abs(made - levels).mean() < 1


def test_steps_never_lead_uphill():
    """Where a learned step size is far too large, the latents stay where they are best."""
    steps, wanted = LatentSteps(3), torch.ones(5, 4, 3)
    noise = torch.zeros(5)
    for bend in (-20.0, 2.0):
        with torch.no_grad():
            steps.bends.fill_(bend)
        found, spread = steps(lambda z: z[:, None, :].expand(-1, 4, -1), wanted, 1.0, noise)
        found = found.detach()
        error = 4 * (found - 1).square().sum(1) + found.square().sum(1)
        assert bool((error <= 4 * 3).all())
        assert bool((spread < 0).all())
    assert float((found - 0.8).abs().max()) < 0.1


def test_blocks_are_planned_by_what_latents_weigh():
    """The heaviest latents come first and again and again; none is told that weighs nothing."""
    weight = np.array([1e5, 1e4, 1e3, 1e-9])
    law = LatentLaw(np.zeros(4), np.ones(4), weight)
    places, scales = planned(law)
    moved = np.concatenate(places)
    counts = [int((moved == i).sum()) for i in range(4)]
    assert places[0][0] == 0
    assert counts[0] >= counts[1] >= counts[2] > counts[3] == 0
    assert all((scale > 0).all() for scale in scales)
    assert len(places) <= MOST
    total = sum(
        float((scale[place == 0] ** 2).sum()) for place, scale in zip(places, scales, strict=True)
    )
    assert abs(total - 1) < 0.01
    assert weight[0] * (1 - total) < 3 * frozen_tiles.LEAST
    LatentBlocks.of(frozen_tiles.blocks_of(law), 4)


def test_what_cannot_be_trained_on_is_said(values, monkeypatch, tmp_path):
    with pytest.raises(InvalidInput, match="held out"):
        opened({**values, "held": ["one", "two"]}, monkeypatch, tmp_path)
    with pytest.raises(InvalidInput, match="set data="):
        opened({**values, "data": str(tmp_path / "none")}, monkeypatch, tmp_path)
