"""Palettes: every colour has its cell, cells tile the levels, and bytes give the palette back."""

import tracemalloc
import zlib

import numpy as np
import pytest

from vdsc.codecs.lossless.video import packing, palette
from vdsc.errors import CorruptFile


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
    again = packing.from_bytes(packing.to_bytes(colours, classes), 3)
    assert (again[0] == colours).all()
    assert (again[1] == classes).all()


def test_many_colours_make_no_palette():
    assert palette.find(np.random.default_rng(0).integers(0, 256, (4, 64, 64, 3), np.uint8)) is None


RAMP = np.array([[1, 2, 3], [1, 2, 4], [9, 0, 0]])
GOOD = packing.to_bytes(RAMP, np.array([0, 40, 3]))


def made(colours, classes):
    return packing.to_bytes(np.array(colours), np.array(classes))


WRONG = {
    "nothing": b"",
    "no stream": b"nothing",
    "an empty one": zlib.compress(b""),
    "five bytes": zlib.compress(b"12345"),
    "a stream cut short": GOOD[:-1],
    "a stream with more behind it": GOOD + b"\0",
    "two streams": GOOD + GOOD,
    "out of order": made(RAMP[::-1], [0, 0, 0]),
    "a colour twice": made(RAMP[[0, 0]], [0, 0]),
    "an impossible class": made(RAMP, [0, 41, 3]),
    "too many colours": made(np.arange(1024)[:, None] // [1 << 16, 256, 1] % 256, [0] * 1024),
    "more than fits in memory": zlib.compress(bytes(1 << 24)),
}


@pytest.mark.parametrize("name", WRONG)
def test_damaged_palettes_are_refused(name):
    with pytest.raises(CorruptFile):
        packing.from_bytes(WRONG[name], 3)


def test_the_largest_palette_is_read():
    colours = np.arange(1023)[:, None] // [1 << 16, 256, 1] % 256
    again = packing.from_bytes(packing.to_bytes(colours, np.full(1023, 40)), 3)
    assert (again[0] == colours).all()
    assert (again[1] == 40).all()


def test_a_palette_that_grows_without_end_is_not_unpacked():
    """What a gigabyte may say in a million bytes is refused after a few kilobytes."""
    tracemalloc.start()
    with pytest.raises(CorruptFile):
        packing.from_bytes(WRONG["more than fits in memory"], 3)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1 << 20
