"""Hindsight: what a model adds to latents when all are known, the same from the page alone."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

import vdsc
from tests.codecs.field.test_field_checkpoints import layers, picture
from tests.docs.field_page import by_page
from tests.forge import opened
from vdsc.codecs.field.field_chunk import FieldChunk
from vdsc.codecs.field.field_params import FieldParams
from vdsc.errors import CorruptFile
from vdsc.train.checkpoint_folder import write_folder

SIZES, WIDE = (4, 4), 5


def looks(axes=2, seed=0, channels=3):
    """A network of hindsight that moves latents at random."""
    rng = np.random.default_rng(seed)
    latents = 4**axes * channels
    seen = np.sort(rng.choice(np.arange(channels, latents), 20, replace=False))
    moved = np.sort(rng.choice(np.arange(channels, latents), 15, replace=False))
    shapes = {
        "block": (len(seen) + channels + 2, WIDE), "around": (3**axes * WIDE + 1, WIDE),
        "moves": (WIDE + 1, len(moved)),
    }  # fmt: skip
    made = {name: rng.integers(-1500, 1500, shape) for name, shape in shapes.items()}
    return {k: v.astype("i2") for k, v in ({"seen": seen, "moved": moved} | made).items()}


def write(folder, axes, **changes):
    net = {"blocks": [4] * axes, "pixels": True}
    settings = {"name": "some", "kind": "field", "net": net, "card": {}}
    write_folder(folder / "some", settings, layers() | looks(axes) | changes, {})


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr("vdsc.model.store.folders", lambda: [tmp_path])
    return tmp_path


@pytest.fixture
def eager(monkeypatch):
    """Hindsight is taken though it does harm."""
    monkeypatch.setattr(FieldChunk, "error", lambda self, *_: self.hindsight is None)


def film(*shape):
    """Frames that have much in common."""
    return np.repeat(picture(1, *shape[1:]), shape[0], axis=0) // 2 + picture(*shape) // 9


def matrices():
    return [layer.astype(object) for layer in layers().values()]


@pytest.mark.parametrize("shape", [(1, 21, 19, 3), (7, 13, 10, 3), (1, 4, 30, 3)])
def test_the_page_gives_the_same_bits(folder, eager, shape):
    axes = sum(n > 1 for n in shape[:-1])
    write(folder, axes)
    values = film(*shape)
    data = vdsc.compress(values, codec="field", quality=40, effort=0)
    assert opened(data)[0].params["h"] == 1
    plain = vdsc.compress(values, codec="field", quality=40, effort=0, hindsight=False)
    assert "h" not in opened(plain)[0].params
    decoded = vdsc.decompress(data).values
    assert (decoded != vdsc.decompress(plain).values).mean() > 0.2
    for scale in ("1", "3/2"):
        found = by_page(data, scale=Fraction(scale), model=matrices(), looks=looks(axes))
        assert found.tobytes() == vdsc.decompress(data, scale=scale).values.tobytes()


def test_a_region_is_what_the_whole_has_there(folder, eager):
    write(folder, 3)
    values = film(19, 33, 26, 3)
    data = vdsc.compress(values, codec="field", quality=40, effort=0)
    whole = vdsc.decompress(data).values
    for rows, columns in (((0, 1), (0, 26)), ((11, 12), (20, 26)), ((0, 33), (9, 10))):
        region = ",".join(f"{low}:{high}" for low, high in (rows, columns))
        found = vdsc.decompress(data, region=region).values
        part = whole[:, slice(*rows), slice(*columns)]
        np.testing.assert_array_equal(found, part)


def test_several_chunks_and_what_does_not_fit(folder, eager, monkeypatch):
    write(folder, 3)
    monkeypatch.setattr("vdsc.codecs.field.field_encoder.VALUES", 9 * 16 * 16 * 3)
    values = film(27, 16, 16, 3)
    data = vdsc.compress(values, codec="field", quality=40, effort=0)
    head, bodies = opened(data)
    assert (len(bodies), head.params["h"]) == (3, 1)
    found = by_page(data, model=matrices(), looks=looks(3))
    assert found.tobytes() == vdsc.decompress(data).values.tobytes()
    for other in (values[..., :1], values[:, :3], values[:, :, :2]):
        some = vdsc.compress(other, codec="field", model="some", effort=0, blocks=(4, 4, 4))
        assert "h" not in opened(some)[0].params


def test_it_is_left_out_where_it_does_harm(folder):
    write(folder, 2)
    data = vdsc.compress(picture(1, 21, 19, 3), codec="field", quality=40, effort=0)
    assert "h" not in opened(data)[0].params


def test_a_file_that_means_what_its_model_has_not(folder, eager):
    write(folder, 2)
    data = vdsc.compress(picture(1, 21, 19, 3), codec="field", quality=40, effort=0)
    model = looks()
    harm = {
        "twice": {"seen": model["seen"][[0, 0, *range(2, 20)]]},
        "beyond": {"moved": np.append(model["moved"][:-1], 48).astype("i2")},
        "short": {"around": model["around"][:-1]},
        "none": {"seen": model["seen"].astype("i4")},
    }
    for changes in harm.values():
        write(folder, 2, **changes)
        with pytest.raises(vdsc.VdscError):
            vdsc.decompress(data)
        with pytest.raises(vdsc.VdscError):
            vdsc.compress(picture(1, 21, 19, 3), codec="field", model="some")
    head, _ = opened(data)
    head.params["m"] = 3
    with pytest.raises(CorruptFile):
        FieldParams.from_header(head)
