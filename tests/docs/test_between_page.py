"""docs/format/between.md says all: a maker written from it alone finds the very same frames."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

import vdsc
from tests.docs.between_page import between as by_page
from tests.docs.between_page import followed
from tests.docs.between_page import looked_at as looked_at_by_page
from tests.docs.field_page import by_page as field_by_page
from tests.tiny_rungs import grains
from vdsc.codecs.in_between.frame_between import between, follows, looked_at

SHAPES = [(16, 16, 3), (21, 35, 1), (40, 24, 3), (128, 131, 1)]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("share", [1, 20000, 32768, 65535])
def test_the_page_gives_the_same_frame(shape, share):
    height, width, channels = shape
    wide = grains(height + 12, width + 12, channels)
    one, other = wide[4:-8, 2:-10].copy(), wide[1:-11, 8:-4].copy()
    one[3:9, 4:12] = other[6:12, 8:16] = 250 - 50 * np.arange(channels)  # it goes its own way
    other[-5:] = grains(5, width, channels, seed=1)  # and here comes what was not there
    assert (between(one, other, share) == by_page(one, other, share)).all()
    frame, size, unlike = looked_at_by_page(one, other, share)
    found = looked_at(one, other, share)
    assert (found.size, found.frame.tobytes()) == (size, frame.tobytes())
    assert (found.unlike == unlike).all()
    assert not looked_at(one, one.copy(), share).unlike.any()


def test_still_places_and_noise():
    one = grains(32, 32, 3)
    other = one.copy()
    other[:8] = grains(8, 32, 3, seed=2)
    assert (between(one, other, 9999) == by_page(one, other, 9999)).all()
    noise = np.random.default_rng(0).integers(0, 256, (2, 20, 20, 3)).astype("u1")
    assert (between(*noise, 40000) == by_page(*noise, 40000)).all()
    black = np.zeros_like(noise[0])
    assert (between(black, noise[0], 40000) == by_page(black, noise[0], 40000)).all()
    near = noise // 16 + 120
    assert (between(*near, 40000) == by_page(*near, 40000)).all()


def test_which_frames_are_pixels():
    shapes = [
        (9, 16, 16), (9, 15, 16), (9, 16, 256), (9, 16, 257), (2, 1024, 1024, 3), (2, 1025, 1024),
        (9, 20, 20, 2), (9, 20, 20, 1), (9, 20), (9, 20, 20, 3, 1), (9, 20, 20, 20),
    ]  # fmt: skip
    for shape in shapes:
        for kind in ("u1", "i1", "f4", "u2"):
            assert follows(shape, np.dtype(kind)) == followed(shape, np.dtype(kind))
    assert [follows(shape, np.dtype("u1")) for shape in shapes[:4]] == [True, False, True, False]


@pytest.mark.parametrize("channels", [(), (1,), (3,)])
@pytest.mark.parametrize("scale", ["1", "3/2", "1/2"])
def test_files(channels, scale, monkeypatch):
    monkeypatch.setattr("vdsc.codecs.field.field_encoder.VALUES", 900)
    wide = grains(16, 32, (*channels, 1)[0])
    values = np.stack([wide[:, 2 * i : 17 + 2 * i] for i in range(4)]).reshape(4, 16, 17, *channels)
    times = np.cumsum(np.random.default_rng(0).uniform(0.1, 2, 4))
    options = {"codec": "field", "own": True, "quality": 40, "effort": 0, "blocks": (1, 4, 4)}
    data = vdsc.compress(values, times=times, **options)
    own = vdsc.decompress(data).times
    some = np.array([own[0], own[1], (own[1] + own[2]) / 2, own[2] * 0.7 + own[3] * 0.3, own[3]])
    found = field_by_page(data, (own, some), scale=Fraction(scale))
    assert found.tobytes() == vdsc.decompress(data, times=some, scale=scale).values.tobytes()
