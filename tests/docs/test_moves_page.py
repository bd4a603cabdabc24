"""docs/format/field.md says all of sent motion: a decoder made from it finds the same bits."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

import vdsc
from tests import tiny_rungs
from tests.battery import same
from tests.docs.field_moves_page import by_page
from tests.forge import forged, opened
from vdsc.codecs.field import field_encoder
from vdsc.codecs.field.moves import move_climber

ARRAYS = tiny_rungs.arrays()
PAGE = {"model": tiny_rungs.matrices(ARRAYS), "rungs": tiny_rungs.matrices(ARRAYS, "rung.")}
PLAIN = {"codec": "field", "model": "tiny", "sketch": False, "effort": 0, "motion": "sent"}
FILM = tiny_rungs.film(6, 20, 23)


@pytest.fixture(autouse=True, scope="module")
def models(tmp_path_factory):
    """The only checkpoints there are: a network for video with rungs, and a sketch."""
    with tiny_rungs.only_models(tmp_path_factory.mktemp("models")) as folder:
        yield folder


def packed(values, grid, quality=30):
    """A file of sent motion."""
    data = vdsc.compress(values, grid=grid, quality=quality, **PLAIN)
    assert opened(data)[0].params["k"] == 2
    return data


@pytest.mark.parametrize("grid", ["2", "8"])
@pytest.mark.parametrize("quality", [8, 40])
def test_the_page_gives_the_same_bits(grid, quality):
    data = packed(FILM, grid, quality=quality)
    own = vdsc.decompress(data)
    assert same(by_page(data, **PAGE), own.values)
    fine = vdsc.decompress(data, scale="3/2").values
    assert same(by_page(data, scale=Fraction(3, 2), **PAGE), fine)
    some = own.times[:-1:2] + 0.3 * np.diff(own.times)[::2]
    found = by_page(data, times=(own.times, some), **PAGE)
    assert same(found, vdsc.decompress(data, times=some).values)


def turned(count, rows, columns):
    """Video of what turns, grows and is cut, so that blocks move unlike each other."""
    wide, made = tiny_rungs.grains(400, 400, seed=3), []
    y, x = np.mgrid[:rows, :columns] - np.array([rows, columns])[:, None, None] / 2
    for i in range(count):
        angle, size = 0.12 * i, 1 - 0.03 * i
        across = size * (np.cos(angle) * x - np.sin(angle) * y) + 160 + 70 * (i > count // 2)
        down = size * (np.sin(angle) * x + np.cos(angle) * y) + 170
        made.append(wide[down.astype(int), across.astype(int)])
    return np.stack(made)


def test_the_page_gives_the_same_bits_of_large_blocks():
    data = packed(tiny_rungs.film(4, 128, 130), "4", quality=2)
    assert same(by_page(data, **PAGE), vdsc.decompress(data).values)


def test_the_page_gives_the_same_bits_of_several_chunks(monkeypatch):
    monkeypatch.setattr("vdsc.codecs.field.field_encoder.VALUES", 9 * FILM[0].size)
    data = packed(tiny_rungs.film(17, *FILM.shape[1:3]), "4", quality=10)
    assert len(opened(data)[1]) == 2
    assert same(by_page(data, **PAGE), vdsc.decompress(data).values)


def test_the_page_gives_the_same_bits_of_many_moves(monkeypatch):
    """Moves are cheap here: most blocks have one of their own."""
    monkeypatch.setattr(move_climber, "BIT", 0.01)
    film = turned(12, 33, 48)
    data = packed(film, "4", quality=12)
    assert same(by_page(data, **PAGE), vdsc.decompress(data).values)


def test_grey_video(monkeypatch):
    """No encoder codes it so by itself, but the format allows it."""
    monkeypatch.setattr(field_encoder, "climbs", lambda *_: True)
    data = packed(tiny_rungs.film(6, 18, 17, channels=1), "4")
    own = vdsc.decompress(data).values
    assert same(by_page(data, **PAGE), own)
    plane = forged(data, outline=replace(opened(data)[0].outline, shape=(6, 18, 17)))
    assert same(vdsc.decompress(plane).values, own[..., 0])
    assert same(by_page(plane, **PAGE), own[..., 0])
