"""Which checkpoint codes a sequence, and what happens when it is not the one."""

from __future__ import annotations

import json
import shutil

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

import vdsc
from tests import tiny
from tests.forge import forged, knots, opened
from tests.tiny import PIXELS, VECTORS
from vdsc.api import installed_models
from vdsc.core.sequence import Outline
from vdsc.errors import CorruptFile, ModelMissing
from vdsc.model import store


@pytest.fixture
def copy(installed, tmp_path, monkeypatch):
    """A folder of one model, a copy of the vectors' checkpoint; no other is installed."""
    shutil.copytree(installed / VECTORS, tmp_path / "models" / "copy")
    monkeypatch.setenv("VDSC_MODELS", str(tmp_path / "models"))
    return tmp_path / "models" / "copy"


def test_models_are_listed_with_what_they_take():
    """Cards say name, shape, size, hash and data of each checkpoint."""
    cards = {card.name: card for card in installed_models()}
    vectors, pixels = cards[VECTORS], cards[PIXELS]
    assert vectors.shape == "(T, 6) float, 30 fps"
    assert pixels.shape == "(T, 16, 16, 1) uint8, 10 fps"
    assert (vectors.domain, vectors.data, vectors.measured) == ("tests", "made up", "nothing")
    assert len(bytes.fromhex(vectors.digest)) == 16
    assert pixels.size > 100_000


def test_the_model_is_picked_by_shape():
    """Without a name, the checkpoint whose frames have the shape and type is taken."""
    assert vdsc.info(knots(tiny.clip(VECTORS, 3))).model == VECTORS
    assert vdsc.info(knots(tiny.clip(PIXELS, 3))).model == PIXELS


def test_a_model_may_be_a_folder(installed):
    """A path names a checkpoint as well as its name does."""
    values = tiny.clip(VECTORS, 9)
    assert knots(values, model=str(installed / VECTORS)) == knots(values)


def test_a_renamed_copy_decodes_the_same_files(copy):
    """Files find their checkpoint by content, whatever its folder is called."""
    data = knots(tiny.clip(VECTORS, 9), model=str(copy))
    assert vdsc.decompress(data).values.shape == (9, 6)


@pytest.mark.parametrize("part", ["weights.safetensors", "tables.safetensors"])
def test_a_changed_checkpoint_is_refused(copy, part):
    """A tensor that changed changes the hash: neither side works with it, and both hashes show."""
    values = tiny.clip(VECTORS, 9)
    data, digest = knots(values), store.by_name(VECTORS).digest.hex()
    tensors = load_file(copy / part)
    name = min(tensors)
    tensors[name] = tensors[name] + tensors[name].dtype.type(1)
    save_file(tensors, copy / part)
    for work in (lambda: knots(values), lambda: vdsc.decompress(data)):
        with pytest.raises(ModelMissing, match=f"has hash .* but says {digest}"):
            work()


def test_another_version_of_the_model_is_another_model(copy):
    """A file made with other weights under the same name is not decoded with these."""
    data = knots(tiny.clip(VECTORS, 9))
    settings = json.loads((copy / "model.json").read_text())
    (copy / "model.json").write_text(json.dumps(settings | {"digest": "00" * 16}))
    with pytest.raises(ModelMissing, match=f"hash begins with {settings['digest'][:10]}"):
        vdsc.decompress(data)


def test_another_version_is_not_taken_for_a_model_that_is_named(copy):
    """A long file names its model and the whole hash, and says them without it."""
    data = knots(tiny.clip(VECTORS, 60))
    settings = json.loads((copy / "model.json").read_text())
    (copy / "model.json").write_text(json.dumps(settings | {"digest": "00" * 16}))
    with pytest.raises(ModelMissing, match=f"'{VECTORS}' with hash {settings['digest']}"):
        vdsc.decompress(data)
    assert vdsc.info(data).digest == settings["digest"]


def test_a_file_for_frames_of_another_shape(copy):
    """A file that claims a model for frames it does not make is corrupt."""
    data = knots(tiny.clip(VECTORS, 9))
    outline = Outline((9, 5), np.dtype("<f4"), opened(data)[0].outline.clock)
    with pytest.raises(CorruptFile, match="is not what model"):
        vdsc.decompress(forged(data, outline=outline))
