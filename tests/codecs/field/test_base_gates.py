"""A base whose weights are gated: integers, slopes, files, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest

import vdsc
from tests import tiny_tiles as tiny
from tests.battery import check_codec
from vdsc.codecs.field.base_blocks import LatentBlocks
from vdsc.codecs.field.base_network import BaseNetwork
from vdsc.codecs.field.base_tangent import RealNetwork
from vdsc.codecs.field.block_choice import TileChooser
from vdsc.errors import ModelMissing
from vdsc.model import store

FILM = tiny.pictures()


@pytest.fixture(autouse=True, scope="module")
def model(tmp_path_factory):
    """The only checkpoint there is."""
    folder = tmp_path_factory.mktemp("models")
    tiny.write_tiles(folder / "gated", **tiny.gated_arrays())
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("VDSC_MODELS", str(folder))
        patch.setattr(store, "folders", lambda: [folder])
        yield folder


def test_all_that_every_codec_passes():
    check_codec("field", FILM, base="gated", base_blocks=6, quality=30, damage=6)


@pytest.mark.parametrize("turned", [0, 5])
def test_integers_and_real_numbers_agree(turned):
    net = BaseNetwork.of(tiny.gated_arrays(turned=turned))
    assert (net.latents, net.turned) == (turned + tiny.GATES, turned)
    real, rng = RealNetwork(net), np.random.default_rng(1)
    for _ in range(5):
        latents = rng.normal(size=net.latents)
        whole = np.rint(latents * 4096)
        drawn = np.clip(real.picture(whole / 4096), 0, 255).reshape(tiny.SIDE, tiny.SIDE, 3)
        assert np.abs(net.picture(whole) / 256 - drawn).max() < 1.5
        step = rng.normal(size=net.latents) * 1e-4
        ahead = real.picture(latents + step) - real.picture(latents - step)
        expected = 2 * real.tangent(latents).slopes @ step
        assert np.median(np.abs(ahead - expected)) < 1e-3


def test_a_gate_of_one_changes_nothing():
    """Without entries in one matrix the layers are as without gates."""
    arrays = tiny.gated_arrays()
    for i in (0, 2):
        for name in (f"left.{i}", f"left_turn.{i}"):
            arrays[name] = np.zeros_like(arrays[name])
    plain = {k: v for k, v in arrays.items() if not k.startswith(("left", "right"))}
    latents = np.rint(np.random.default_rng(2).normal(size=tiny.LATENTS) * 4096)
    short = latents[: tiny.LATENTS - tiny.GATES]
    made, wanted = BaseNetwork.of(arrays).picture(latents), BaseNetwork.of(plain).picture(short)
    assert (made == wanted).all()


def test_gates_stay_within_their_bounds():
    net = BaseNetwork.of(tiny.gated_arrays() | {"bounds": np.array([2048, 2048], dtype=np.int32)})
    for size in (0.0, 2.0**22):
        made = net.gates[0].weights(net.layers[0], np.full(tiny.GATES, size))
        assert (made == np.floor(net.layers[0] / 2 + 0.5)).all()


def test_blocks_bring_a_tile_nearer():
    arrays = tiny.gated_arrays()
    net, every = BaseNetwork.of(arrays), LatentBlocks.of(arrays, tiny.LATENTS)
    tile = net.picture(every.total(np.array([7, 60000, 123, 9, 10, 11]), tiny.LATENTS)) / 256
    chooser, errors = TileChooser(net, every, often=2), []
    for most in (0, 6):
        found = chooser.chosen(tile, most=most, noise=4.0, price=0.0)
        made = net.picture(every.total(found, tiny.LATENTS)) / 256
        errors.append(np.square(made - tile).mean())
    assert errors[1] < 0.3 * errors[0]


def test_gates_that_do_not_fit_are_refused(tmp_path):
    tables = tiny.gated_arrays()
    for name, other in (
        ("left.0", tables["left.0"][:-1]), ("right.2", tables["right.2"][:1]),
        ("left_turn.0", tables["left_turn.0"][:3]), ("gate_places", tables["gate_places"] - 20),
        ("bounds", tables["bounds"][::-1].copy()), ("gate_places", tables["gate_places"][:1]),
    ):  # fmt: skip
        tiny.write_tiles(tmp_path / "wrong", **(tables | {name: other}))
        with pytest.raises(ModelMissing, match="cannot be built"):
            vdsc.compress(FILM, codec="field", model=str(tmp_path / "wrong"))
