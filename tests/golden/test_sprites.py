"""Old files of sprites, read by the decoder written from the page alone."""

from __future__ import annotations

import json

import numpy as np
import pytest
from safetensors.numpy import load_file

import vdsc
from tests import tiny_sprites
from tests.docs import sprites_page
from tests.docs.lossless_page import container
from tests.golden.recipes import LOOKS, SPRITES

every = pytest.mark.parametrize("name", SPRITES)


@every
def test_a_reader_made_from_the_page_finds_the_same(golden, name):
    """The plain decoder of docs/format/sprites.md gives these frames."""
    settings = json.loads((LOOKS / "model.json").read_text())
    networks = sprites_page.Networks(settings, load_file(LOOKS / "weights.safetensors"))
    head, (body,) = container.opened(golden(name))
    shape = tuple(head[1])
    if head[0] == "sprites":
        found = sprites_page.of_body(body, networks, shape).astype(np.uint8).tobytes()
    else:
        assert body[0] == 5
        found = sprites_page.of_payload(body[5:], networks, shape, set())
    assert found == vdsc.decompress(golden(name)).values.tobytes()


def test_the_exact_one_is_without_loss(golden):
    """It holds the clip that it was made from, the wrong pixel with it."""
    film = tiny_sprites.film(9)
    film[4, 0, -1] = 9
    assert (vdsc.decompress(golden("sprites-exact")).values == film).all()
