"""The integer twin of path and frame decoder: knots to frames, bit for bit; equation (9)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from vdsc.core.types import Ints
from vdsc.twin import layers as fixed
from vdsc.twin.frame_encoder import Weights
from vdsc.twin.layers import PLACES, Conv, Floats, dense, silu, times
from vdsc.twin.path import Bridge, spline

_REACH_DENOMINATOR = 173
GROWTH = 3
"""How many times pictures double in size."""

BATCH = 64
"""Frames drawn in one go; the result does not depend on it."""


class Vectors:
    """Twin of `LinearDecoder`: z (T, D) Q16 to channels (T, C) Q16."""

    def __init__(self, weights: Weights) -> None:
        self.linear = dense(weights, "decoder.linear")
        self.bend = [dense(weights, f"decoder.bend.{i}") for i in (0, 2, 4)]

    def __call__(self, z: Ints) -> Ints:
        """W z + b + bend(z)."""
        straight = bent = fixed.to_units(z)
        for layer in self.bend[:-1]:
            bent = silu(layer(bent))
        return fixed.to_q16(self.linear(straight) + self.bend[-1](bent))


class Sprites:
    """Twin of `SpriteDecoder`: z (T, D) Q16 to planes (T, H, W, P) Q16 in [0, 1]."""

    def __init__(self, net: Mapping[str, Any], weights: Weights) -> None:
        self.frame: tuple[int, ...] = tuple(net["frame"])
        self.planes = _planes(net)
        self.objects, self.glimpse = int(net["objects"]), int(net["glimpse"])
        self.layers = [dense(weights, f"decoder.sprite.{i}") for i in (0, 2, 4)]

    def places(self, z: Ints) -> Ints:
        """Sprite centres (T, objects, 2) Q16 in pixels from the middle of the frame."""
        unit = z.reshape(len(z), self.objects, -1)[..., :2]
        return unit * (50 * (self.frame[0] - 28)) // _REACH_DENOMINATOR

    def sprites(self, z: Ints) -> Floats:
        """Sprites (T, objects, g, g, P) in [0, 1] units, drawn once where all look alike."""
        looks = z.reshape(len(z), self.objects, -1)[..., 2:]
        if len(z) > 1 and (looks == looks[0]).all():
            one = self._drawn(looks[:1])
            return np.broadcast_to(one, (len(z), *one.shape[1:]))
        return self._drawn(looks)

    def _drawn(self, looks: Ints) -> Floats:
        """Sprites (T, objects, g, g, P) of what latents (T, objects, .) Q16 say of their looks."""
        drawn = fixed.to_units(looks)
        for layer in self.layers[:-1]:
            drawn = silu(layer(drawn))
        flat = fixed.sigmoid(self.layers[-1](drawn))
        shape = (*flat.shape[:2], self.planes, self.glimpse, self.glimpse)
        return np.moveaxis(flat.reshape(shape), 2, -1)

    def __call__(self, z: Ints) -> Ints:
        """Sum of the shifted sprites, cut at 1, some frames at a time."""
        return np.concatenate([self._some(z[i : i + BATCH]) for i in range(0, len(z), BATCH)])

    def _some(self, z: Ints) -> Ints:
        places, sprites = self.places(z), self.sprites(z)
        drawn = np.zeros((len(z), *self.frame[:2], self.planes))
        for i in range(self.objects):
            rows = shifted(sprites[:, i], places[:, i, 0], self.frame[0])
            drawn += shifted(rows.swapaxes(1, 2), places[:, i, 1], self.frame[1]).swapaxes(1, 2)
        return fixed.to_q16(np.minimum(drawn, fixed.UNIT))


def shifted(sprites: Floats, places: Ints, size: int) -> Floats:
    """Sprites (N, g, ...) with their middle moved to places (N,) Q16 on `size` rows, bilinearly.

    Row i reads the sprite at i - place - (size - 1) / 2 + (g - 1) / 2; nothing lies outside it.
    """
    side = sprites.shape[1]
    start = ((side - size) << 15) - places
    whole, part = start >> 16, (start & 0xFFFF) << (PLACES - 16)
    padded = np.pad(sprites, ((0, 0), (1, 2), *[(0, 0)] * (sprites.ndim - 2)))
    at = whole[:, None] + np.arange(size)
    along = np.arange(len(sprites))[:, None]
    low = padded[along, np.clip(at + 1, 0, side + 1)]
    high = padded[along, np.clip(at + 2, 0, side + 1)]
    share = part.astype(np.float64).reshape(-1, *[1] * (sprites.ndim - 1))
    mixed: Floats = low + times(high - low, share)
    return mixed


class Pictures:
    """Twin of `PictureDecoder`: z (T, D) Q16 to planes (T, H, W, P) Q16 in [0, 1]."""

    def __init__(self, net: Mapping[str, Any], weights: Weights) -> None:
        self.spread = [dense(weights, f"decoder.spread.{i}") for i in (0, 2)]
        self.grow = [Conv.of(weights, f"decoder.grow.{i}", 1, 1) for i in range(GROWTH)]
        self.least = (int(net["frame"][0]) >> GROWTH, int(net["frame"][1]) >> GROWTH)

    def __call__(self, z: Ints) -> Ints:
        """Planes of all frames, some at a time."""
        return np.concatenate([self._some(z[i : i + BATCH]) for i in range(0, len(z), BATCH)])

    def _some(self, z: Ints) -> Ints:
        flat = self.spread[1](silu(self.spread[0](fixed.to_units(z))))
        made = flat.reshape(len(z), -1, *self.least).transpose(0, 2, 3, 1)
        for grow in self.grow:
            made = _beside(grow(silu(made)))
        return fixed.to_q16(fixed.sigmoid(made))


def _beside(x: Floats) -> Floats:
    """Four pixels laid side by side in place of each: (N, h, w, 4 C) to (N, 2 h, 2 w, C)."""
    count, height, width, many = x.shape
    split = x.reshape(count, height, width, many // 4, 2, 2)
    return split.transpose(0, 1, 4, 2, 5, 3).reshape(count, 2 * height, 2 * width, many // 4)


def _planes(net: Mapping[str, Any]) -> int:
    """Numbers that are drawn of each pixel: under a mixture, a doubt beside each level."""
    return int(net["frame"][2]) * (2 if net.get("parts") else 1)


def _decoder(net: Mapping[str, Any], weights: Weights) -> Sprites | Pictures | Vectors:
    if net["decoder"] == "pictures":
        return Pictures(net, weights)
    return Sprites(net, weights) if net["decoder"] == "sprites" else Vectors(weights)


class Synth:
    """Twin of the decoder side of a checkpoint: knots to the path to frames.

    Args:
        net: the checkpoint's `net` settings.
        weights: its float32 tensors by name.
        nu: the diffusion (D,), Q96, that bridges need.
    """

    def __init__(self, net: Mapping[str, Any], weights: Weights, nu: list[int]) -> None:
        self.draw = _decoder(net, weights)
        bridged = net["interpolation"] == "bridge"
        self.bridge = Bridge(nu, float(net["fps"])) if bridged else None

    def path(self, knots: Ints, values: Ints) -> Ints:
        """z^(t) (T, D) Q16 at ticks 0 to knots[-1] from knots (M,) with values (M, D) Q16."""
        if self.bridge is None:
            return spline(knots, values)
        return self.bridge(knots, values)
