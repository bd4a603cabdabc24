"""docs/format/field.md says all of knots and rungs: a decoder made from it finds the same bits."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

import vdsc
from tests import tiny_rungs, tiny_sketch
from tests.battery import same
from tests.docs.field_rungs_page import by_page
from tests.forge import forged, opened
from vdsc.codecs.field import field_encoder, first_network, network_bytes
from vdsc.codecs.field.field_checkpoints import network_of
from vdsc.codecs.field.first_network import CodedChunk
from vdsc.codecs.field.rungs import climber
from vdsc.model import store

FILM = tiny_rungs.film(6, 20, 23)
ARRAYS = tiny_rungs.arrays()
PAGE = {"model": tiny_rungs.matrices(ARRAYS), "rungs": tiny_rungs.matrices(ARRAYS, "rung.")}
PLAIN = {"codec": "field", "model": "tiny", "sketch": False, "effort": 0, "motion": "sought"}


@pytest.fixture(autouse=True, scope="module")
def models(tmp_path_factory):
    """The only checkpoints there are: a network for video with rungs, and a sketch."""
    with tiny_rungs.only_models(tmp_path_factory.mktemp("models")) as folder:
        yield folder


def packed(values, grid, quality=40):
    """A file of knots and rungs."""
    data = vdsc.compress(values, grid=grid, quality=quality, **PLAIN)
    assert opened(data)[0].params["k"] == 1
    return data


@pytest.mark.parametrize("grid", ["2", "8"])
@pytest.mark.parametrize("quality", [10, 50])
def test_the_page_gives_the_same_bits(grid, quality):
    data = packed(FILM, grid, quality=quality)
    own = vdsc.decompress(data)
    assert same(by_page(data, **PAGE), own.values)
    fine = vdsc.decompress(data, scale="3/2").values
    assert same(by_page(data, scale=Fraction(3, 2), **PAGE), fine)
    some = own.times[:-1:2] + 0.3 * np.diff(own.times)[::2]
    found = by_page(data, times=(own.times, some), **PAGE)
    assert same(found, vdsc.decompress(data, times=some).values)


def test_the_page_gives_the_same_bits_of_several_chunks(monkeypatch):
    monkeypatch.setattr("vdsc.codecs.field.field_encoder.VALUES", 9 * FILM[0].size)
    film = tiny_rungs.film(17, *FILM.shape[1:3])
    data = packed(film, "4", quality=20)
    assert len(opened(data)[1]) == 2
    assert same(by_page(data, **PAGE), vdsc.decompress(data).values)


@pytest.mark.parametrize("alone", [False, True])
def test_on_a_sketch(alone, monkeypatch):
    """The knots lie on one, or are one without latents above it."""
    if alone:
        monkeypatch.setattr(CodedChunk, "cost", lambda self, *_: self.head != b"\3")
    options = {"base": "sketch", "model": "tiny", "quality": 20, "effort": 0}
    data = vdsc.compress(tiny_sketch.film(6, 16, 18), codec="field", grid="4", **options)
    head, bodies = opened(data)
    assert {"k", "m"} <= {*head.params}
    assert bodies[0][0] == (3 if alone else 0)
    tiles = tiny_sketch.arrays() | {"blocks": tiny_sketch.SIZES.blocks}
    assert same(by_page(data, tiles=tiles, **PAGE), vdsc.decompress(data).values)


def test_grey_video(monkeypatch):
    """No encoder codes it so by itself, but the format allows it."""
    monkeypatch.setattr(field_encoder, "climbs", lambda *_: True)
    data = packed(tiny_rungs.film(6, 18, 17, channels=1), "4")
    own = vdsc.decompress(data).values
    assert same(by_page(data, **PAGE), own)
    plane = forged(data, outline=replace(opened(data)[0].outline, shape=(6, 18, 17)))
    assert same(vdsc.decompress(plane).values, own[..., 0])
    assert same(by_page(plane, **PAGE), own[..., 0])


@pytest.mark.parametrize("adapted", [False, True])
def test_a_network_of_the_files_own_for_knots(adapted, monkeypatch):
    """Rungs are coded under the model's all the same."""
    known = network_of(store.by_name("tiny"))
    layers = [layer / 4096 * 1.5 for layer in known.layers]
    packed_last, packed_all = network_bytes.pack_last(layers[2]), network_bytes.pack(layers)
    head = b"\2" + packed_last if adapted else b"\1" + packed_all
    if adapted:
        own, _ = network_bytes.adapted(known, packed_last, 0)
    else:
        own, _ = network_bytes.unpack(packed_all, 0)

    def coded(chunk, wanted, price, network, stated):
        return replace(first_network.coded(chunk, wanted, price, own, stated), head=head)

    monkeypatch.setattr(climber, "coded", coded)
    data = packed(FILM, "4")
    assert opened(data)[1][0].startswith(head)
    assert same(by_page(data, **PAGE), vdsc.decompress(data).values)
