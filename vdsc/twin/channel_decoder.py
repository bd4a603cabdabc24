"""Latents to channels in fixed point: the linear part of a decoder, and the network beside it.

The checkpoint's scale and offset of each channel are folded into the weights, so what comes out is
in the units of the file: degrees, or the units of positions. Where a channel's scale is very small
or very large, it is in a power of two of these units, the channel's exponent.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vdsc.core.types import Ints
from vdsc.errors import InvalidInput
from vdsc.twin.frame_encoder import Weights
from vdsc.twin.layers import PLACES, Floats, dense, silu

Reals = NDArray[np.float32]

CHANNEL = 24
"""Binary places of a channel until it is rounded to 16."""

_DIGIT = 15  # bits of a latent that one matrix product takes
_FINEST, _COARSEST = 36, 20  # binary places that weights of the linear part may have
_ROOM = 2.0**37  # a channel's rounded weights sum to less
_FARTHEST = 2.0**36  # so does its bias
_PLAIN = -2, 10  # powers of two between which a scale needs no exponent


@dataclass(frozen=True, eq=False)
class ExactSums:
    """A linear layer for large inputs: weight (in, C) with `bits` (C,) places, bias (C,) Q24.

    An input (Q20, up to 2^40 in size) is cut into three digits of 15 bits, so that each product of
    matrices stays below 2^52 and is exact in float64, whatever adds it up.

    Raises:
        InvalidInput: the weights are too large.
    """

    weight: Floats
    bias: Ints
    bits: Ints

    @classmethod
    def of(cls, weight: Floats, bias: Floats) -> ExactSums:
        """Round weight (C, in) and bias (C,), each channel to as many places as keep sums exact."""
        rounded, bits = np.zeros_like(weight), np.zeros(len(weight), np.int64)
        for places in range(_COARSEST, _FINEST + 1):
            finer = np.rint(np.ldexp(weight, places))
            exact = np.abs(finer).sum(axis=1) < _ROOM
            rounded[exact], bits[exact] = finer[exact], places
        if not (bits.all() and (np.abs(bias) < _FARTHEST).all()):
            raise InvalidInput("a channel's weights are too large; retrain the model")
        moved = np.rint(np.ldexp(bias, CHANNEL)).astype(np.int64)
        return cls(np.ascontiguousarray(rounded.T), moved, bits)

    def __call__(self, x: Floats) -> Ints:
        """Inputs (T, in) Q20 to sums (T, C) Q24: rounded down by 15 bits, then half up."""
        units = x.astype(np.int64)
        low = (1 << _DIGIT) - 1
        digits = (units >> 2 * _DIGIT, units >> _DIGIT & low, units & low)
        high, middle, least = (
            (digit.astype(np.float64) @ self.weight).astype(np.int64) for digit in digits
        )
        total = (high << _DIGIT) + middle + (least >> _DIGIT)
        shift = self.bits + (PLACES - _DIGIT - CHANNEL)
        summed: Ints = ((total + (1 << shift >> 1)) >> shift) + self.bias
        return summed


def exponents(scale: Reals) -> Ints:
    """Power of two (C,) that a channel is in: 0 for a scale from 1/4 to 1024, else the scale's."""
    found = np.frexp(scale.astype(np.float64))[1].astype(np.int64) - 1
    low, high = _PLAIN
    return np.where((found >= low) & (found < high), 0, found)


class Channels:
    """Fixed-point `LinearDecoder` and `AngleFrames`: latents (T, D) to channels (T, C) Q16.

    `exponents` (C,) say in which power of two of the file's units each channel is; mostly 0.

    Args:
        weights: the checkpoint's float32 tensors by name.
        scale: (C,) float32, what a network's unit is in the channel's units.
        offset: (C,) float32, the channel's value where the network says 0.
    """

    def __init__(self, weights: Weights, scale: Reals, offset: Reals) -> None:
        self.exponents = exponents(scale)
        unit, shifted = (
            np.ldexp(part.astype(np.float64), -self.exponents) for part in (scale, offset)
        )
        linear, shift = (weights[f"decoder.linear.{part}"] for part in ("weight", "bias"))
        last, end = (weights[f"decoder.bend.4.{part}"] for part in ("weight", "bias"))
        joined = np.concatenate([linear, last], axis=1) * unit[:, None]
        self.joined = ExactSums.of(joined, shift * unit + end * unit + shifted)
        self.hidden = [dense(weights, f"decoder.bend.{i}") for i in (0, 2)]

    def __call__(self, z: Floats) -> Ints:
        """Channels at latents z (T, D), up to 2^36 in size, in units of Q16, not rounded."""
        units = np.rint(z * (1 << PLACES - 16))
        bent = units
        for layer in self.hidden:
            bent = silu(layer(bent))
        total = self.joined(np.concatenate([units, bent], axis=1))
        return (total + (1 << CHANNEL - 17)) >> CHANNEL - 16
