"""docs/format/sprites.md says all of sprites: a decoder written from it alone reads the files."""

from __future__ import annotations

import json

import numpy as np
import pytest
from safetensors.numpy import load_file

import vdsc
from tests import tiny_sprites as tiny
from tests.codecs.scene.test_clip_code import NETWORKS, SIZE, a_clip, stack_of
from tests.docs import sprites_page as page
from tests.docs.lossless_page import container, decoder
from tests.docs.lossless_page.bitsback.coder import Stack
from vdsc.model import store

FILM = tiny.film(7)


@pytest.fixture(autouse=True, scope="module")
def models(tmp_path_factory):
    """The only checkpoint there is."""
    folder = tmp_path_factory.mktemp("models")
    tiny.write_sprites(folder / "blobs")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(store, "folders", lambda: [folder])
        yield folder


def theirs(models):
    """The checkpoint as the page has it."""
    settings = json.loads((models / "blobs" / "model.json").read_text())
    return page.Networks(settings, load_file(models / "blobs" / "weights.safetensors"))


@pytest.mark.parametrize("quality", [1, 70, 100])
def test_a_file_of_sprites_is_read_by_the_page(models, quality):
    """A short file of few levels, of several, and of all."""
    data = vdsc.compress(FILM, codec="sprites", quality=quality)
    head, (body,) = container.opened(data, models)
    assert head[0] == "sprites"
    assert head["q"] == quality
    frames = page.of_body(body, theirs(models), FILM.shape)
    assert (frames == vdsc.decompress(data).values).all()


def test_a_lossless_file_of_sprites_is_read_by_the_page(models):
    """Method 5, with wrong pixels."""
    film, met = FILM.copy(), set()
    film[3, 0, -1] = 9
    data = vdsc.compress(film, codec="lossless")
    assert (decoder.decode(data, met=met, models=models) == film).all()
    assert ("method", 5) in met
    assert "mended" in met


@pytest.mark.parametrize(
    ("seed", "levels", "places", "count"),
    [(1, 256, 3, 2), (2, 4, 0, 1), (3, 256, 0, 3), (4, 2, 8, 4)],
)
def test_clips_are_those_on_the_page(models, seed, levels, places, count):
    """Any number of sprites, in parts of a pixel, with and without the network, anywhere."""
    clip, met = a_clip(seed, levels, places, count, frames=5), set()
    stream = stack_of(clip, learned=seed != 3).to_bytes()
    stack = Stack(stream)
    frames = page.frames_of(stack, theirs(models), (5, *SIZE), levels, met)
    assert stack.empty
    assert (frames == clip.drawn(NETWORKS, SIZE)).all()
    assert ("sprites", count, seed != 3) in met
    assert frames.dtype == np.int64
