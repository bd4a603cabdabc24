"""docs/format/field.md says all: a decoder written from it alone finds the very same values."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

import vdsc
from tests import tiny_sketch, tiny_tiles
from tests.docs.field_page import by_page
from tests.forge import opened
from vdsc.model import store


def walk(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape).cumsum(0).cumsum(-1)


def picture(*shape):
    return np.clip(walk(*shape, seed=3) * 9 + 120, 0, 255).astype("u1")


CASES = {
    "line": (walk(300, 1), {"quality": 50}),
    "channels": (walk(90, 2).astype("f4"), {"quality": 60}),
    "plane": (walk(37, 30).astype("i2"), {"quality": 55}),
    "colours": (picture(1, 19, 25, 3), {"quality": 60, "blocks": (1, 8, 4)}),
    "space": (walk(17, 12, 9), {"quality": 50, "blocks": (4, 4, 4)}),
    "four axes": (walk(5, 6, 7, 8), {"quality": 30, "blocks": (2, 2, 2, 2)}),
    "apart": (
        picture(20, 12, 12, 3)[np.random.default_rng(0).permutation(20)],
        {"blocks": (1, 8, 8)},
    ),
    "fine": (walk(60, 2) * 1e6, {"quality": 100}),
    "still": (np.full((3, 6), 7.5), {}),
    "one value": (np.ones(1), {}),
}


@pytest.mark.parametrize("name", CASES)
def test_the_page_gives_the_same_bits(name):
    values, options = CASES[name]
    data = vdsc.compress(values, codec="field", own=True, **options)
    assert by_page(data).tobytes() == vdsc.decompress(data).values.tobytes()


def test_several_chunks(monkeypatch):
    """The network of the first chunk serves all."""
    monkeypatch.setattr("vdsc.codecs.field.field_encoder.VALUES", 400)
    data = vdsc.compress(walk(100, 9), codec="field", own=True, quality=50)
    assert len(opened(data)[1]) == 3
    assert by_page(data).tobytes() == vdsc.decompress(data).values.tobytes()


@pytest.mark.parametrize("scale", ["2", "1/2", "7/3", "5/8", "1/40"])
@pytest.mark.parametrize("name", ["plane", "colours", "space"])
def test_the_page_gives_the_same_bits_at_other_scales(name, scale):
    values, options = CASES[name]
    data = vdsc.compress(values, codec="field", own=True, effort=0, **options)
    found = by_page(data, scale=Fraction(scale))
    assert found.tobytes() == vdsc.decompress(data, scale=scale).values.tobytes()


@pytest.mark.parametrize("name", ["line", "plane", "colours", "one value"])
def test_the_page_gives_the_same_bits_at_other_instants(name, monkeypatch):
    monkeypatch.setattr("vdsc.codecs.field.field_encoder.VALUES", 400)
    values, options = CASES[name]
    rng = np.random.default_rng(0)
    times = np.cumsum(rng.uniform(0.1, 2, len(values)))
    data = vdsc.compress(values, codec="field", own=True, times=times, effort=0, **options)
    some = np.unique(rng.uniform(times[0], times[-1], 30))
    found = by_page(data, (vdsc.decompress(data).times, some))
    assert found.tobytes() == vdsc.decompress(data, times=some).values.tobytes()


@pytest.mark.parametrize("gated", [False, True])
@pytest.mark.parametrize("shape", [(2, 20, 35), (1, 16, 16), (17, 18)])
def test_a_base(shape, gated, monkeypatch, tmp_path):
    """Tiles of a model beneath the pyramid, also between its samples."""
    tensors = tiny_tiles.gated_arrays() if gated else tiny_tiles.arrays()
    tiny_tiles.write_tiles(tmp_path / "tiles", **tensors)
    monkeypatch.setattr(store, "folders", lambda: [tmp_path])
    values = tiny_tiles.pictures(*(1, *shape)[-3:]).reshape(*shape, 3)
    options = {"base": "tiles", "base_blocks": 6, "price": 0.01}
    data = vdsc.compress(values, codec="field", quality=40, **options)
    for scale in ("1", "3/2"):
        found = by_page(data, scale=Fraction(scale), tiles=tensors)
        assert found.tobytes() == vdsc.decompress(data, scale=scale).values.tobytes()


@pytest.mark.parametrize("quality", [8, 40])
def test_a_sketch(quality, monkeypatch, tmp_path):
    """Alone at a coarse step, with latents above it at a finer one."""
    tiny_sketch.write_sketch(tmp_path / "tiny")
    monkeypatch.setattr(store, "folders", lambda: [tmp_path])
    options = {"base": "tiny", "own": True, "effort": 0, "quality": quality}
    data = vdsc.compress(tiny_sketch.film(), codec="field", **options)
    assert opened(data)[1][0][0] == (3 if quality < 20 else 1)
    tensors = tiny_sketch.arrays() | {"blocks": tiny_sketch.SIZES.blocks}
    assert by_page(data, tiles=tensors).tobytes() == vdsc.decompress(data).values.tobytes()
