"""Palettes: every colour has its cell, cells tile the levels, and bytes give the palette back."""

import numpy as np
import pytest

from vdsc.errors import CorruptFile
from vdsc.exact.video import palette


def frames(colours=60, seed=0):
    rng = np.random.default_rng(seed)
    some = rng.integers(0, 256, (colours, 3)).astype(np.uint8)
    return some[rng.integers(0, colours, (4, 64, 64))]


def test_cells_tile_the_levels():
    found = palette.find(frames())
    for choices in palette.of_colours(*found):
        for edges, places, values, size in zip(
            choices.edges, choices.places, choices.values, choices.sizes, strict=True
        ):
            assert edges[0] == 0
            assert (np.diff(edges[: size + 1]) > 0).all()
            assert (edges[size:] == 256).all()
            assert (places[values[:size]] == np.arange(size)).all()
            assert (np.diff(places) >= 0).all()


def test_every_colour_is_found():
    clip = frames()
    lists = np.zeros(clip.shape[:-1], dtype=np.int64)
    for channel, choices in enumerate(palette.of_colours(*palette.find(clip))):
        cells = choices.places[lists, clip[..., channel]]
        assert (choices.values[lists, cells] == clip[..., channel]).all()
        lists = choices.follow[lists, cells]


def test_bytes_give_the_palette_back():
    colours, classes = palette.find(frames())
    again = palette.from_bytes(palette.to_bytes(colours, classes), 3)
    assert (again[0] == colours).all()
    assert (again[1] == classes).all()


def test_many_colours_make_no_palette():
    assert palette.find(np.random.default_rng(0).integers(0, 256, (4, 64, 64, 3), np.uint8)) is None


@pytest.mark.parametrize("data", [b"", b"nothing", palette.zlib.compress(b"12345")])
def test_damaged_palettes_are_refused(data):
    with pytest.raises(CorruptFile):
        palette.from_bytes(data, 3)
