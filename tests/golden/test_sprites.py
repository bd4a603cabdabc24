"""Old files of sprites keep decoding to the same bits, and damaged ones to none."""

from __future__ import annotations

import json

import numpy as np
import pytest
from safetensors.numpy import load_file

import vdsc
from tests import tiny_sprites
from tests.docs import sprites_page
from tests.docs.lossless_page import container
from tests.golden.recipes import HERE, LOOKS, SPRITES, digest
from vdsc.errors import TruncatedFile, VdscError

every = pytest.mark.parametrize("name", SPRITES)


@every
def test_the_frames_are_the_same_bits_for_ever(golden, name):
    """All decoded frames have the digest that lies beside the file."""
    assert {"frames": digest(golden(name))} == json.loads((HERE / f"{name}.json").read_text())


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


@every
def test_every_prefix_is_a_cut_file(golden, name):
    """Cut after any byte the file is known to be cut."""
    data = golden(name)
    for length in range(len(data)):
        with pytest.raises(TruncatedFile):
            vdsc.decompress(data[:length])


@every
def test_a_flipped_bit_in_any_byte_is_noticed(golden, name):
    """An explained error, whatever byte it is in."""
    data = golden(name)
    for at in range(len(data)):
        wrong = bytearray(data)
        wrong[at] ^= 1 << at % 8
        with pytest.raises(VdscError):
            vdsc.decompress(bytes(wrong))


def test_the_exact_one_is_without_loss(golden):
    """It holds the clip that it was made from, the wrong pixel with it."""
    film = tiny_sprites.film(9)
    film[4, 0, -1] = 9
    assert (vdsc.decompress(golden("sprites-exact")).values == film).all()
