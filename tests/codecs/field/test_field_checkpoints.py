"""Networks of checkpoints for fields: who takes them, and that the page says how."""

from __future__ import annotations

import json

import numpy as np
import pytest

import vdsc
from tests.docs.field_page import by_page
from tests.forge import opened
from vdsc.codecs.field import first_network
from vdsc.codecs.field.surroundings import INPUTS
from vdsc.errors import CorruptFile, InvalidInput, ModelMissing
from vdsc.train.checkpoint_folder import write_folder


def picture(*shape, seed=3):
    walk = np.random.default_rng(seed).normal(size=shape).cumsum(-3).cumsum(-2)
    return np.clip(walk * 3 + 120, 0, 255).astype("u1")


def layers(seed=0):
    """Three layers of small weights that say most latents are 0."""
    rng = np.random.default_rng(seed)
    made = [
        rng.integers(-300, 300, shape).astype("i2") for shape in ((INPUTS + 1, 5), (6, 4), (5, 3))
    ]
    made[2][-1] = (-6000, -3000, 0)
    return dict(zip(("first", "second", "third"), made, strict=True))


@pytest.fixture
def model(tmp_path, monkeypatch):
    """The folder of a checkpoint for pictures, the only one for fields."""
    net = {"blocks": [8, 4], "pixels": True}
    write_folder(
        tmp_path / "some", {"name": "some", "kind": "field", "net": net, "card": {}}, layers(), {}
    )
    monkeypatch.setattr("vdsc.model.store.folders", lambda: [tmp_path])
    return tmp_path / "some"


def test_the_page_gives_the_same_bits_with_a_model(model):
    values = picture(1, 21, 19, 3)
    data, report = vdsc.compress(values, codec="field", quality=30, report=True)
    head = opened(data)[0]
    assert head.model.name == "some"
    assert head.params["b"] >> 4 == 3 | 2 << 4
    assert "field some, blocks of 1 x 8 x 4" in str(report)
    decoded = vdsc.decompress(data).values
    matrices = [layer.astype(object) for layer in layers().values()]
    assert by_page(data, model=matrices).tobytes() == decoded.tobytes()


def test_own_networks_travel_where_they_are_asked_for_or_nothing_fits(model):
    values = picture(1, 40, 40, 3)
    for data in (
        vdsc.compress(values, codec="field", own=True),
        vdsc.compress(values.astype("i2"), codec="field"),
        vdsc.compress(np.repeat(picture(1, 20, 20, 1), 9, axis=0), codec="field"),
    ):
        assert opened(data)[0].model is None
        assert opened(data)[1][0][0] == 1
    assert opened(vdsc.compress(values, codec="field", effort=0))[0].model is not None


def test_the_page_gives_the_same_bits_with_an_adapted_model(model):
    values = picture(1, 21, 19, 3)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(first_network.CodedChunk, "cost", lambda self, *_: self.head[0] != 2)
        data = vdsc.compress(values, codec="field", quality=30, effort=9)
    assert opened(data)[1][0][0] == 2
    decoded = vdsc.decompress(data).values
    matrices = [layer.astype(object) for layer in layers().values()]
    assert by_page(data, model=matrices).tobytes() == decoded.tobytes()


def test_a_model_is_named_without_the_codec(model):
    values = picture(1, 64, 64, 3)
    report = vdsc.compress(values, model="some", quality=30, report=True)[1]
    assert report.codec == "field"
    with pytest.raises(InvalidInput, match="model some takes fields of 2 axes of uint8"):
        vdsc.compress(np.arange(600.0).reshape(30, 20), model="some")


def test_frames_with_nothing_in_common_are_pictures_apart(model):
    values = picture(40, 16, 16, 3, seed=9)[np.random.default_rng(0).permutation(40)]
    head = opened(vdsc.compress(values, codec="field", quality=30, effort=0))[0]
    assert head.params["b"] & 15 == 0
    assert head.model is not None
    asked = opened(vdsc.compress(values, codec="field", effort=0, blocks=(1, 4, 4)))[0]
    assert asked.model is not None
    film = np.broadcast_to(picture(1, 16, 16, 3), (40, 16, 16, 3))
    assert opened(vdsc.compress(film, codec="field", quality=30))[0].params["b"] & 15


def test_a_missing_or_damaged_model_is_said(model, monkeypatch):
    data = vdsc.compress(picture(1, 21, 19, 3), codec="field", quality=30)
    weights = model / "weights.safetensors"
    good = weights.read_bytes()
    weights.write_bytes(good[:-1] + bytes([good[-1] ^ 1]))
    with pytest.raises(ModelMissing, match="install the checkpoint again"):
        vdsc.decompress(data)
    weights.unlink()
    (model / "model.json").unlink()
    with pytest.raises(ModelMissing, match="some"):
        vdsc.decompress(data)


def test_layers_that_do_not_fit_are_no_checkpoint(model):
    odd = layers() | {"second": np.zeros((7, 4), "i2")}
    settings = {"name": "some", "kind": "field", "net": {"blocks": [8, 4], "pixels": True}}
    write_folder(model, settings | {"card": {}}, odd, {})
    with pytest.raises(ModelMissing, match="second"):
        vdsc.compress(picture(1, 21, 19, 3), codec="field")


def test_a_file_names_a_model_that_fits(model):
    data = vdsc.compress(picture(1, 21, 19, 3), codec="field", quality=30)
    digest = opened(data)[0].model.digest
    other = {"name": "some", "kind": "field", "net": {"blocks": [4], "pixels": False}}
    write_folder(model, other | {"card": {}}, layers(), {})
    new = bytes.fromhex(json.loads((model / "model.json").read_text())["digest"])
    with pytest.raises((CorruptFile, ModelMissing)):
        vdsc.decompress(data.replace(digest, new))
