"""A sketch beneath a field: networks that draw, in integers, and what an encoder makes of them."""

from __future__ import annotations

import numpy as np
import pytest
import torch

import vdsc
from tests import tiny_sketch as tiny
from tests.battery import check_codec
from tests.forge import forged, opened
from vdsc.codecs.field.field_colours import turned
from vdsc.codecs.field.sketch import sketch_law, tiers
from vdsc.codecs.field.sketch.sketch_encoder import SketchEncoder
from vdsc.codecs.field.sketch.sketch_layer import SketchLayer
from vdsc.entropy import BitStack
from vdsc.entropy.stack import TOTAL
from vdsc.entropy.tape import ReadingTape, WritingTape
from vdsc.errors import CorruptFile, InvalidInput, ModelMissing
from vdsc.model import sketch_nets, store
from vdsc.train.sketch.lapped_blocks import LappedBlocks

FILM = tiny.film()


@pytest.fixture(autouse=True, scope="module")
def model(tmp_path_factory):
    """The only checkpoint there is."""
    folder = tmp_path_factory.mktemp("models")
    tiny.write_sketch(folder / "tiny")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("VDSC_MODELS", str(folder))
        patch.setattr(store, "folders", lambda: [folder])
        yield folder


@pytest.fixture
def layer():
    return SketchLayer.of(store.by_name("tiny"))


@pytest.mark.parametrize("quality", [10, 35])
def test_all_that_every_codec_passes(quality):
    check_codec("field", FILM, base="tiny", quality=quality, effort=0, damage=6)


@pytest.mark.parametrize("shape", [(1, 8, 8), (3, 9, 17), (8, 16, 8)])
def test_any_size_of_video(shape):
    film = tiny.film(*shape)
    data = vdsc.compress(film, codec="field", model="tiny", quality=9)
    assert vdsc.decompress(data).values.shape == film.shape


@pytest.mark.parametrize("shape", [(1, 1, 1), (3, 2, 5), (4, 4, 3)])
def test_tiers_are_those_that_were_trained(shape):
    x = np.random.default_rng(0).normal(size=(*shape, 16)).astype("f4")
    one = torch.from_numpy(x)[None]
    assert np.array_equal(tiers.shifted(x), sketch_nets.shifted(one)[0].numpy())
    assert np.array_equal(tiers.merged(x), sketch_nets.merged(one)[0].numpy())
    assert np.array_equal(tiers.split(tiers.merged(x), shape), x)
    wide = np.random.default_rng(1).normal(size=(*tiers.shapes(shape, 2)[1], 16)).astype("f4")
    found = sketch_nets.split(torch.from_numpy(wide)[None], torch.Size(shape))
    assert np.array_equal(tiers.split(wide, shape), found[0].numpy())


@pytest.mark.parametrize("price", [60, 112, 140])
def test_integers_draw_what_was_trained(layer, price):
    """Given the same pixels, both choose about the same numbers and draw about the same."""
    drawn = SketchEncoder(layer, price).drawn(FILM)
    nets = tiny.nets()
    blocks = LappedBlocks(FILM.shape[:3], tiny.SIZES.blocks)
    latents = blocks.forward(torch.from_numpy(FILM)[None]) / nets.usual
    made = nets(latents, torch.tensor([price / 8]), whole=True)
    pixels = blocks.inverse(made.latents * nets.usual)[0].numpy()
    off = np.abs(drawn.picture - pixels)
    assert off.mean() < 2
    assert np.median(off) < 1
    tape, stack = WritingTape(), BitStack()
    drawn.write(tape)
    tape.push(stack)
    size = len(stack.to_bytes())
    assert abs(size - float(made.bits.sum()) / 8) < 8 + size / 20


def test_what_is_read_is_what_was_written(layer):
    drawn = SketchEncoder(layer, 100).drawn(FILM)
    assert any(part.any() for groups in drawn.numbers for part in groups)
    tape, stack = WritingTape(), BitStack()
    drawn.write(tape)
    tape.push(stack)
    found = layer.read(FILM.shape[:3], ReadingTape(BitStack.from_bytes(stack.to_bytes())))
    assert found.price == 100
    assert np.array_equal(found.picture, drawn.picture)


def test_laws_are_laws():
    for rows in (sketch_law.zero_rows(), sketch_law.size_rows()):
        assert (rows.sum(axis=1) == TOTAL).all()
        assert (rows > 0).all()
    wide = np.exp2(np.arange(sketch_law.NARROWEST, sketch_law.WIDEST + 1) / 8)
    real = np.tanh(0.25 / wide)  # of |n| <= 1/2 under the logistic law
    assert np.abs(sketch_law.zero_rows()[:, 0] / TOTAL - real).max() < 1e-4
    which = sketch_law.which(np.array([-1e9, -6144.0, 0.0, 63.9, 64.0, 1e9]))
    assert which.tolist() == [0, 0, 48, 48, 49, 104]


@pytest.mark.parametrize("scale", [-48, -8, 0, 20, 56])
def test_costs_are_what_is_paid(scale):
    rng = np.random.default_rng(0)
    found = np.clip(np.rint(rng.logistic(0, 2.0 ** (scale / 8), 4000)), -63, 63).astype(np.int64)
    rows = np.full(found.size, scale - sketch_law.NARROWEST)
    tape, stack = WritingTape(), BitStack()
    sketch_law.code(tape, rows, found)
    tape.push(stack)
    paid = 8 * len(stack.to_bytes())
    assert abs(paid - sketch_law.costs(rows, found).sum()) < 64 + paid / 500
    read = sketch_law.code(ReadingTape(BitStack.from_bytes(stack.to_bytes())), rows, None)
    assert np.array_equal(read, found)


def test_a_finer_step_asks_for_a_cheaper_price(layer):
    coarse, fine = (SketchEncoder.of(layer, unit, 0.13, 0).price for unit in (300.0, 30.0))
    assert 52 <= coarse - fine <= 54  # 16 log2(10) = 53.2
    low, high = tiny.PRICES
    assert SketchEncoder.of(layer, 1e9, 0.13, 0).price == high
    assert SketchEncoder.of(layer, 1e-9, 0.0, 0).price == low


def test_a_sketch_alone_has_no_network(layer):
    data = vdsc.compress(FILM, codec="field", base="tiny", quality=5)
    head, bodies = opened(data)
    assert head.model is None
    assert bodies[0][:1] == b"\3"


def test_later_chunks_may_need_more(monkeypatch):
    """The first chunk is a sketch alone, a later one brings a network."""
    monkeypatch.setattr("vdsc.codecs.field.field_encoder.VALUES", FILM[0].size * 4)
    rng = np.random.default_rng(0)
    noise = rng.integers(0, 256, (4, *FILM.shape[1:])).astype("u1")
    easy = vdsc.decompress(vdsc.compress(FILM[:4], codec="field", base="tiny", quality=5)).values
    film = np.concatenate((easy, noise))
    data = vdsc.compress(film, codec="field", base="tiny", step=60.0, effort=0)
    firsts = [body[:1] for body in opened(data)[1]]
    assert firsts == [b"\3", b"\1"]
    found = vdsc.decompress(data).values.astype(float)
    assert np.square(found[4:] - noise).mean() < 60.0**2


def test_where_it_is_smaller_it_is_taken(monkeypatch):
    """Between all and none of the models, the cheapest way; the words say which."""
    plain = len(vdsc.compress(FILM, codec="field", sketch=False, quality=12))
    data, report = vdsc.compress(FILM, codec="field", quality=12, report=True)
    assert len(data) <= plain
    assert report.codec == "field"


@pytest.mark.parametrize(
    "values", [np.zeros((4, 8, 8), "u1"), np.zeros((4, 8, 8, 3), "f4"), np.zeros((8, 8, 3), "u1")]
)
def test_other_arrays_are_refused(values):
    with pytest.raises(InvalidInput, match="colour video"):
        vdsc.compress(values, codec="field", base="tiny")


def test_a_body_without_a_network_needs_a_sketch(model):
    data = vdsc.compress(FILM, codec="field", own=True, quality=30, effort=0)
    _, bodies = opened(data)
    with pytest.raises(CorruptFile):
        vdsc.decompress(forged(data, bodies=[b"\3" + bodies[0][1:]]))


@pytest.mark.parametrize("name", ["out", "spread", "0.down", "1.step.0.inner", "0.law.1", "start"])
def test_a_damaged_checkpoint_is_refused(name, tmp_path, monkeypatch):
    """Each layer must fit the others."""
    short = tiny.arrays()[name][:-1].copy()
    tiny.write_sketch(tmp_path / "bad", **{name: short})
    monkeypatch.setattr(store, "folders", lambda: [tmp_path])
    with pytest.raises(ModelMissing, match="bad"):
        vdsc.compress(FILM, codec="field", base="bad")


def test_a_checkpoint_without_eyes_still_decodes(tmp_path, monkeypatch):
    data = vdsc.compress(FILM, codec="field", base="tiny", quality=6)
    tiny.write_sketch(tmp_path / "tiny")
    (tmp_path / "tiny" / store.PROCESS).unlink()
    monkeypatch.setattr(store, "folders", lambda: [tmp_path])
    assert vdsc.decompress(data).values.shape == FILM.shape
    with pytest.raises(ModelMissing, match="tiny"):
        vdsc.compress(FILM, codec="field", base="tiny")


def test_thawed_networks_are_those_that_were_frozen(layer):
    nets, found = tiny.nets(), layer.thawed
    for name, part in found.state_dict().items():
        assert torch.allclose(part, nets.state_dict()[name], atol=0.04, rtol=1e-3), name


def test_polished_numbers_cost_less(layer):
    wanted = layer.level(FILM.shape[:3]).forward(turned(FILM.astype(float) - 128))
    costs = [
        SketchEncoder(layer, 90, steps).drawn(FILM).cost(wanted, 2.0 ** (90 / 8))
        for steps in (0, 40)
    ]
    assert costs[1] < costs[0]


def test_effort_polishes_where_bits_are_dear(layer):
    assert SketchEncoder.of(layer, 300.0, 0.13, 0).steps == 0
    assert SketchEncoder.of(layer, 300.0, 0.13, 5).steps > 0
    assert SketchEncoder.of(layer, 0.5, 0.13, 9).steps == 0
