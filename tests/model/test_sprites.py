"""Sprites: drawn where they are told, and found again where they are."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn.functional import conv2d

from vdsc.model import sprite_matching as track
from vdsc.model.feature_encoder import ImageEncoder
from vdsc.model.frame_decoder import SpriteDecoder

SETTINGS = {"frame": (40, 48, 1), "latent": 10, "objects": 2, "glimpse": 8, "decoder": "sprites"}


@pytest.fixture
def decoder(tiny):
    torch.manual_seed(0)
    return SpriteDecoder(tiny(**SETTINGS))


def corners(place, glimpse=8):
    """First row and column of a sprite whose centre is `place` from the middle of the frame."""
    return int(place[0]) + 20 - glimpse // 2, int(place[1]) + 24 - glimpse // 2


@settings(deadline=None, max_examples=25)
@given(st.lists(st.integers(-14, 14), min_size=4, max_size=4), st.integers(0, 2**31))
def test_sprites_are_pasted_and_summed(places, seed):
    """At whole pixels drawing is pasting: sprites add up and are cut at one."""
    decoder = SpriteDecoder.__new__(SpriteDecoder)
    torch.nn.Module.__init__(decoder)
    decoder.frame, decoder.objects, decoder.glimpse = (40, 48, 1), 2, 8
    sprites = torch.rand(1, 2, 1, 8, 8, generator=torch.Generator().manual_seed(seed))
    place = torch.tensor(places).float().view(1, 2, 2)
    expected = np.zeros((40, 48))
    for sprite, at in zip(sprites[0, :, 0].numpy(), place[0], strict=True):
        row, column = corners(at)
        expected[row : row + 8, column : column + 8] += sprite
    drawn = decoder.draw(sprites, place)[0, ..., 0].numpy()
    assert drawn == pytest.approx(np.minimum(expected, 1), abs=1e-5)


def test_frames_lie_in_their_range(decoder):
    """Any latents give frames in [0, 1], of any leading shape."""
    z = 3 * torch.randn(2, 3, 10)
    with torch.no_grad():
        frames = decoder(z)
    assert frames.shape == (2, 3, 40, 48, 1)
    assert 0 <= frames.min() <= frames.max() <= 1
    assert torch.allclose(decoder(z[1, 2]), frames[1, 2], atol=1e-6)


@pytest.mark.parametrize("shape", [(40, 48), (16, 16), (9, 31)])
def test_correlation_is_the_sum_of_products(shape):
    """By Fourier transform or by sliding the sprite over the padded images: the same numbers."""
    generator = torch.Generator().manual_seed(4)
    images = torch.rand(3, 2, *shape, generator=generator)
    sprite = torch.rand(2, 8, 8, generator=generator)
    found = track.correlate(images, sprite)
    for channel in range(2):
        one = sprite[channel][None, None]
        slid = conv2d(images[:, channel, None], one, padding=4)[:, 0]
        assert torch.allclose(found[:, channel], slid, atol=1e-4)


def test_a_sprite_is_found_where_it_is(decoder):
    """The matched filter returns the true place from a guess a few pixels off."""
    sprite = torch.rand(1, 8, 8, generator=torch.Generator().manual_seed(1))
    true = torch.tensor([[3.0, -7.0], [0.0, 5.0], [-10.0, 12.0]])
    rest = track.draw_one(decoder, sprite, true)
    found = track.best_place(decoder, rest, sprite, true + torch.tensor([2.0, -3.0]))
    assert torch.equal(found, true)


def test_two_sprites_are_told_apart(decoder):
    """Both objects are placed exactly, also where they overlap."""
    sprites = torch.rand(2, 1, 8, 8, generator=torch.Generator().manual_seed(2)) * 0.5
    true = torch.tensor([[[-9.0, -9.0], [8.0, 8.0]], [[0.0, 0.0], [3.0, 4.0]]])
    frames = decoder.draw(sprites.expand(2, 2, 1, 8, 8), true)
    found = track.match(decoder, frames, sprites, true + torch.tensor([1.0, -2.0]))
    assert torch.equal(found, true)
    assert track.residual(decoder, frames, sprites, found).max() < 1e-6


def test_tracking_lowers_the_error(decoder):
    """From a posterior that is off by pixels, tracked paths decode closer to the frames."""
    torch.manual_seed(3)
    with torch.no_grad():
        decoder.sprite[-1].weight.mul_(20)
        true = torch.randn(10).expand(12, -1).clone()
        true[:, [0, 1, 5, 6]] = torch.linspace(-1, 1, 12)[:, None] * torch.tensor([1.0, -1, 0.6, 1])
        frames = decoder(true)
        guess = true + 0.2 * torch.randn(10)
        found = track.track(decoder, frames, guess)
        before, after = ((decoder(z) - frames).square().mean() for z in (guess, found))
    assert found.shape == guess.shape
    assert after < 0.5 * before


def test_soft_maps_say_where_things_are():
    """The image encoder's features follow a blob that moves."""
    torch.manual_seed(0)
    encoder = ImageEncoder((32, 32, 1), 8, (16, 32))
    images = torch.zeros(2, 1, 32, 32)
    images[0, 0, 4:9, 4:9] = images[1, 0, 20:25, 20:25] = 1
    with torch.no_grad():
        seen = encoder(images)
    assert seen.shape == (2, 8)
    assert not torch.allclose(seen[0], seen[1])


def test_objects_keep_their_names():
    """Of places that come in either order, equally good in each frame, the smooth chain is kept."""
    time = torch.arange(20.0)
    true = torch.stack([torch.stack([time, time], 1), torch.stack([40 - time, 2 * time], 1)], 1)
    candidates = torch.stack([true, true.flip(1)], 1)
    odd = torch.arange(20) % 3 == 0
    candidates[odd] = candidates[odd].flip(1)
    found = track.smoothest(candidates, torch.zeros(20, 2))
    assert torch.equal(found, true) or torch.equal(found, true.flip(1))


def test_a_clear_error_outweighs_a_rough_step():
    """Where one candidate explains a frame far better, it is taken though it is far away."""
    places = torch.zeros(3, 2, 1, 2)
    places[1, 1] = 30.0
    errors = torch.tensor([[0.0, 0.0], [1000.0, 0.0], [0.0, 0.0]])
    assert torch.equal(track.smoothest(places, errors)[1], places[1, 1])
