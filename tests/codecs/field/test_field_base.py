"""The codec of fields on the pictures that a coordinate network draws."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import vdsc
from tests import tiny_tiles as tiny
from tests.battery import check_codec
from tests.forge import opened
from vdsc.codecs.field import base_blocks
from vdsc.codecs.field.base_blocks import LatentBlocks, code_indices
from vdsc.codecs.field.base_layer import BaseLayer
from vdsc.codecs.field.base_network import BaseNetwork
from vdsc.codecs.field.base_tangent import RealNetwork
from vdsc.codecs.field.block_choice import TileChooser
from vdsc.entropy import BitStack
from vdsc.entropy.tape import ReadingTape, WritingTape
from vdsc.errors import CorruptFile, InvalidInput, ModelMissing
from vdsc.model import store

FILM = tiny.pictures()


@pytest.fixture(autouse=True, scope="module")
def model(tmp_path_factory):
    """The only checkpoint there is."""
    folder = tmp_path_factory.mktemp("models")
    tiny.write_tiles(folder / "tiles")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("VDSC_MODELS", str(folder))
        patch.setattr(store, "folders", lambda: [folder])
        yield folder


def network():
    return BaseNetwork.of(tiny.arrays())


def blocks():
    return LatentBlocks.of(tiny.arrays(), tiny.LATENTS)


@pytest.mark.parametrize("base", [0, 1, 6])
def test_all_that_every_codec_passes(base):
    check_codec("field", FILM, base="tiles", base_blocks=base, quality=30, damage=6)


def test_pictures_whose_rows_are_the_first_axis():
    check_codec("field", tiny.pictures(1, 40, 33)[0], model="tiles", quality=40, damage=4)


def test_the_network_and_the_pyramid_above_it_add_up():
    """With many blocks less is left to the pyramid, and the error is as the step says."""
    sizes, errors = [], []
    for base in (0, 6):
        data, report = vdsc.compress(
            FILM, codec="field", base="tiles", base_blocks=base, step=12.0, price=0.02, report=True
        )
        decoded = vdsc.decompress(data).values.astype(float)
        sizes.append(len(data))
        errors.append(np.square(decoded - FILM).mean())
        assert report.codec == "field"
        assert opened(data)[0].params["m"] > 0
    assert max(errors) < 12.0**2 / 6
    assert sizes[0] != sizes[1]


def test_blocks_bring_a_tile_nearer():
    """Each block is chosen with those behind it in mind; together they say much of a tile."""
    net, every = network(), blocks()
    truth = every.total(np.array([7, 60000, 123, 9, 10, 11]), tiny.LATENTS)
    tile = net.picture(truth) / 256
    chooser = TileChooser(net, every, often=2)
    errors = []
    for most in (0, 3, 6):
        found = chooser.chosen(tile, most=most, noise=4.0, price=0.0)
        made = net.picture(every.total(found, tiny.LATENTS)) / 256
        errors.append(np.square(made - tile).mean())
    assert errors[2] < 0.2 * errors[0]
    assert errors[1] < errors[0]
    dear = chooser.chosen(tile, most=6, noise=4.0, price=1e9)
    assert len(dear) == 0


def test_integers_and_real_numbers_agree():
    net = network()
    real, rng = RealNetwork(net), np.random.default_rng(1)
    for _ in range(5):
        latents = rng.normal(size=tiny.LATENTS)
        whole = np.rint(latents * 4096)
        drawn = np.clip(real.picture(whole / 4096), 0, 255).reshape(tiny.SIDE, tiny.SIDE, 3)
        assert np.abs(net.picture(whole) / 256 - drawn).max() < 1.5
        step = rng.normal(size=tiny.LATENTS) * 1e-4
        ahead = real.picture(latents + step) - real.picture(latents - step)
        expected = 2 * real.tangent(latents).slopes @ step
        assert np.median(np.abs(ahead - expected)) < 1e-3


def test_the_base_may_be_named_as_the_model():
    """Also without the codec's name, as the command line does."""
    data, report = vdsc.compress(FILM, model="tiles", quality=30, report=True)
    assert data == vdsc.compress(FILM, codec="field", base="tiles", quality=30)
    assert "on tiles" in report.made_by
    assert ("base", f"model {store.by_name('tiles').digest[:6].hex()}") in settings_of(data)


def settings_of(data):
    """What `info` says of the settings."""
    return [tuple(pair) for pair in vdsc.info(data).settings]


def test_candidates_do_not_change():
    """They are a part of the format; a file of 2026 needs them."""
    assert blocks().candidates(1)[:3].astype(int).tolist() == GOLDEN
    single = blocks().total(np.array([0, 2]), tiny.LATENTS)
    moved = np.zeros(tiny.LATENTS)
    moved[blocks().used(0)] += blocks().candidates(0)[0]
    moved[blocks().used(1)] += blocks().candidates(1)[2]
    assert (single == moved).all()


GOLDEN = [[-1829, 4696, 1023], [3065, -6, 2556], [-1919, -803, 1814]]


def test_candidates_have_the_spread_they_should():
    values = blocks().candidates(0) / (blocks().scales[0][:2] / 2**16)
    assert np.abs(values.std(axis=0) / base_blocks.SPREAD - 1).max() < 0.01
    assert np.abs(values.mean(axis=0)).max() < 0.02 * base_blocks.SPREAD


def test_indices_cost_sixteen_bits():
    known = [np.array([5, 65535, 0]), np.zeros(0, dtype=np.int64), np.array([9])]
    tape, stack = WritingTape(), BitStack()
    code_indices(tape, blocks(), 3, known)
    tape.push(stack)
    assert len(stack.to_bytes()) <= 8 + 2 + 4
    back = code_indices(ReadingTape(BitStack.from_bytes(stack.to_bytes())), blocks(), 3, None)
    assert all((a == b).all() for a, b in zip(known, back, strict=True))


def test_tiles_are_cut_and_joined():
    layer = BaseLayer.of(store.by_name("tiles"))
    values = tiny.pictures(2, 20, 35).astype(float)
    tiles = layer.cut(values)
    assert tiles.shape == (2 * 2 * 3, 16, 16, 3) == (layer.count((2, 20, 35)), 16, 16, 3)
    assert (tiles[7] == values[1, :16, 16:32]).all()
    none = np.zeros(0, dtype=np.int64)
    made = layer.picture((2, 20, 35), [none] * 7 + [np.array([3])] + [none] * 4)
    still = layer.network.picture(np.zeros(tiny.LATENTS)) / 256
    assert (made[0, :16, :16] == still).all()
    assert (made[1, 16:, 32:] == still[:4, :3]).all()
    assert (made[1, :16, 16:32] != still).any()


def test_what_cannot_be_is_refused(model, tmp_path):
    """Other arrays, other models, damaged ones, and headers that name what is not there."""
    for values in (FILM.astype(np.float32), FILM[..., 0], FILM[:, :9, :9]):
        with pytest.raises(InvalidInput, match="leave it out"):
            vdsc.compress(values, codec="field", model="tiles")
    with pytest.raises(InvalidInput, match="base_blocks"):
        vdsc.compress(FILM, codec="field", base="tiles", base_blocks=300)
    with pytest.raises(ModelMissing):
        vdsc.compress(FILM, codec="field", model="other")
    tables = tiny.arrays()
    for name, other in (
        ("layer.1", tables["layer.1"][:-1]), ("blocks", tables["blocks"] + 7),
        ("places", tables["places"] - 20), ("scales", -tables["scales"]),
        ("blocks", np.zeros_like(tables["blocks"])), ("pairs", tables["pairs"] + 1),
    ):  # fmt: skip
        tiny.write_tiles(tmp_path / "wrong", **{name: other})
        with pytest.raises(ModelMissing, match="cannot be built"):
            vdsc.compress(FILM, codec="field", model=str(tmp_path / "wrong"))


def test_a_file_without_its_model_says_so(model, monkeypatch, tmp_path):
    data = vdsc.compress(FILM, codec="field", model="tiles", quality=20)
    monkeypatch.setattr(store, "folders", lambda: [tmp_path])
    store._last.clear()
    with pytest.raises(ModelMissing, match="VDSC_MODELS"):
        vdsc.decompress(data)


def test_a_header_that_names_a_base_for_other_arrays_is_damage():
    from vdsc.codecs.field.codec import FieldCodec

    header, _ = opened(vdsc.compress(FILM, codec="field", model="tiles", quality=20))
    other = replace(header, outline=replace(header.outline, shape=(2, 20, 35)))
    params = {k: v for k, v in header.params.items() if k != "b"}
    with pytest.raises(CorruptFile):
        FieldCodec().decoder(replace(other, params=params | {"b": 0x330}))
    for key in (-1, 1 << 48):
        with pytest.raises(CorruptFile):
            FieldCodec().decoder(replace(header, params=dict(header.params) | {"m": key}))


def test_a_part_of_a_file_with_a_base_is_as_in_the_whole():
    data = vdsc.compress(FILM, codec="field", base="tiles", quality=30)
    whole = vdsc.decompress(data).values
    some = vdsc.decompress(data, region="3:17,5:29").values
    assert (some == whole[:, 3:17, 5:29]).all()
