"""Where the sprites of a video are: matched filters around what the posterior says.

The inference network places objects to a few pixels; correlating each frame with the sprites
themselves places them exactly, and tells two objects that the network took for each other apart.
"""

from __future__ import annotations

import torch
from torch import Tensor

from vdsc.model.adam import Adam
from vdsc.model.frame_decoder import SpriteDecoder

ROUNDS = 3
LOOK_STEPS = 25
JERK = 0.05  # energy that a chain of places pays for each squared pixel of a step
FAR = 400.0  # squared pixels beyond which a longer step costs no more
PULL = 0.01  # energy that a match pays for each squared pixel away from the posterior's place


def track(decoder: SpriteDecoder, x: Tensor, path: Tensor) -> Tensor:
    """The path (T, D) of frames x (T, H, W, C), its places matched and its looks refitted.

    Looks are taken to be constant over the frames: their mean starts the search.
    """
    split = path.unflatten(-1, (decoder.objects, -1))
    guess, looks = decoder.place(path), split[..., 2:].mean(0)
    place = guess
    for _ in range(ROUNDS):
        place = match(decoder, x, sprites_of(decoder, looks), guess)
        looks = fit_looks(decoder, x, place, looks)
    found = [place / decoder.reach, looks.expand(len(x), -1, -1)]
    return torch.cat(found, -1).flatten(1)


def sprites_of(decoder: SpriteDecoder, looks: Tensor) -> Tensor:
    """Sprites (objects, C, g, g) of looks (objects, L)."""
    empty = looks.new_zeros(decoder.objects, 2)
    return decoder.sprites(torch.cat([empty, looks], -1).flatten()[None])[0]


def match(decoder: SpriteDecoder, x: Tensor, sprites: Tensor, guess: Tensor) -> Tensor:
    """Whole-pixel places (T, objects, 2) that explain the frames and move smoothly.

    The objects are placed in either order, each where its sprite explains most of what the others
    leave; which object is which is then decided over the whole clip, since two sprites that are
    not yet told apart explain a frame as well when they are swapped.
    """
    order = list(range(decoder.objects))
    tries = [settle(decoder, x, sprites, guess, turn) for turn in (order, order[::-1])]
    tries += [place.flip(1) for place in tries]
    errors = torch.stack([residual(decoder, x, sprites, place) for place in tries], 1)
    return smoothest(torch.stack(tries, 1), errors)


def smoothest(places: Tensor, errors: Tensor) -> Tensor:
    """Of candidates (T, K, objects, 2) with errors (T, K), the chain (T, objects, 2) of least cost.

    A step costs JERK for each squared pixel moved, up to FAR of them; by dynamic programming.
    """
    moved = (places[1:, :, None] - places[:-1, None]).square().sum((3, 4))
    steps = JERK * moved.clamp_max(FAR)
    best, back = errors[0], []
    for step, error in zip(steps, errors[1:], strict=True):
        total, came = (best + step).min(1)
        best = total + error
        back.append(came)
    at = best.argmin()
    chosen = [at]
    for came in reversed(back):
        at = came[at]
        chosen.append(at)
    return places[torch.arange(len(places)), torch.stack(chosen[::-1])]


def settle(
    decoder: SpriteDecoder, x: Tensor, sprites: Tensor, guess: Tensor, order: list[int]
) -> Tensor:
    """Places (T, objects, 2) after two rounds of placing the objects in this order."""
    place, shown = guess.clone(), torch.zeros(len(sprites), len(x), *decoder.frame).to(x)
    for _ in range(2):
        for i in order:
            others = shown.sum(0) - shown[i]
            rest = (x - others).clamp_min(0)
            place[:, i] = best_place(decoder, rest, sprites[i], guess[:, i])
            shown[i] = draw_one(decoder, sprites[i], place[:, i])
    return place


def best_place(decoder: SpriteDecoder, rest: Tensor, sprite: Tensor, guess: Tensor) -> Tensor:
    """Whole-pixel places (T, 2) where the sprite explains most of `rest` (T, H, W, C)."""
    heat = correlate(rest.permute(0, 3, 1, 2), sprite).sum(1)
    rows = torch.arange(heat.shape[1]).to(rest) - heat.shape[1] // 2
    columns = torch.arange(heat.shape[2]).to(rest) - heat.shape[2] // 2
    away = (rows - guess[:, :1]).square()[:, :, None] + (columns - guess[:, 1:]).square()[:, None]
    best = (heat - PULL * away).flatten(1).argmax(1)
    return torch.stack([rows[best // len(columns)], columns[best % len(columns)]], -1)


def correlate(images: Tensor, sprite: Tensor) -> Tensor:
    """Inner products (T, C, H + 1, W + 1) of images (T, C, H, W) with a sprite (C, g, g).

    Entry (i, j) has the sprite's centre i - H/2 and j - W/2 pixels from the middle. By the
    Fourier transform on a frame so large that nothing wraps onto another place.
    """
    height, width, size = *images.shape[-2:], sprite.shape[-1]
    room = (height + size, width + size)
    product = torch.fft.rfft2(images, s=room) * torch.fft.rfft2(sprite, s=room).conj()
    whole: Tensor = torch.fft.irfft2(product, s=room)
    rows = (torch.arange(height + 1) - size // 2) % room[0]
    columns = (torch.arange(width + 1) - size // 2) % room[1]
    return whole[..., rows, :][..., columns]


def draw_one(decoder: SpriteDecoder, sprite: Tensor, place: Tensor) -> Tensor:
    """One sprite (C, g, g) at places (T, 2): (T, H, W, C)."""
    many = sprite.expand(len(place), 1, *sprite.shape)
    return decoder.draw(many, place[:, None])


def residual(decoder: SpriteDecoder, x: Tensor, sprites: Tensor, place: Tensor) -> Tensor:
    """Squared error (T,) of frames with the sprites at places (T, objects, 2)."""
    drawn = decoder.draw(sprites.expand(len(x), *sprites.shape), place)
    return (drawn - x).square().flatten(1).sum(1)


def fit_looks(decoder: SpriteDecoder, x: Tensor, place: Tensor, looks: Tensor) -> Tensor:
    """Looks (objects, L) by gradient descent with the places held, on some of the frames."""
    some = torch.linspace(0, len(x) - 1, min(len(x), 24)).long()
    with torch.enable_grad():
        free = looks.detach().clone().requires_grad_()
        optimiser = Adam([free])
        for _ in range(LOOK_STEPS):
            loss = residual(decoder, x[some], sprites_of(decoder, free), place[some]).sum()
            optimiser.step(loss, 0.1)
    return free.detach()
