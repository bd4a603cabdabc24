"""Networks in fixed point: integers in float64, which any order of summation leaves exact.

An activation x is the integer rint(x * 2**20) ("Q20"), held in float64 so that BLAS may multiply;
partial sums stay below 2**52, so threads, batches and instructions change nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vdsc.core.types import Ints
from vdsc.errors import InvalidInput
from vdsc.quant.normal import logistic_cdf

Floats = NDArray[np.float64]
"""Integers held in float64, Q20 where nothing else is said."""

PLACES = 20
"""Binary places of an activation: these networks enlarge a rounding by up to a thousand times."""

UNIT = 1 << PLACES
REACH = float(UNIT << 7)
"""Activations are clipped to 128 in size."""

FINEST, COARSEST = 24, 8
"""Binary places that weights may have."""

_ROOM = float(1 << 52)


@dataclass(frozen=True, eq=False)
class Dense:
    """A linear layer: weight (in, out) and bias (out,) with `bits` and `bits` + 20 binary places.

    Raises:
        InvalidInput: the weights are so large that sums would not be exact.
    """

    weight: Floats
    bias: Floats
    bits: int

    @classmethod
    def of(cls, weight: NDArray[Any], bias: NDArray[Any]) -> Dense:
        """Round weight (out, in) and bias (out,), floats, to as many places as keep sums exact."""
        wide, shift = weight.astype(np.float64), bias.astype(np.float64) * UNIT
        for bits in range(FINEST, COARSEST - 1, -1):
            rounded, moved = np.rint(wide * (1 << bits)), np.rint(shift * (1 << bits))
            if bool((np.abs(rounded).sum(axis=1) * REACH + np.abs(moved) < _ROOM).all()):
                return cls(np.ascontiguousarray(rounded.T), moved, bits)
        raise InvalidInput("a layer's weights are too large for exact sums; retrain the model")

    def __call__(self, x: Floats) -> Floats:
        """(..., in) to (..., out), rounded half up."""
        flat = np.clip(x, -REACH, REACH).reshape(-1, self.weight.shape[0])
        out = np.floor((flat @ self.weight + self.bias) * 0.5**self.bits + 0.5)
        return out.reshape(*x.shape[:-1], -1)


def dense(weights: dict[str, NDArray[Any]], name: str) -> Dense:
    """The linear layer called `name` of a checkpoint's weights; a convolution's goes by `conv`."""
    return Dense.of(weights[f"{name}.weight"], weights[f"{name}.bias"])


def times(one: Floats, other: Floats) -> Floats:
    """The product of two activations, rounded half up; exact while it is below 2**12."""
    rounded: Floats = np.floor(one * other * (1 / UNIT) + 0.5)
    return rounded


def sigmoid(x: Floats) -> Floats:
    """1 / (1 + e^-x), from the integer table of the logistic distribution."""
    return ((sigmoid30(x) + (1 << 29 - PLACES)) >> (30 - PLACES)).astype(np.float64)


def sigmoid30(x: Floats) -> Ints:
    """1 / (1 + e^-x), Q30."""
    return logistic_cdf(x.astype(np.int64) >> (PLACES - 16))


def tanh(x: Floats) -> Floats:
    """2 sigmoid(2 x) - 1."""
    return ((sigmoid30(2 * x) + (1 << 28 - PLACES)) >> (29 - PLACES)).astype(np.float64) - UNIT


def silu(x: Floats) -> Floats:
    """The activation x sigmoid(x)."""
    wide = np.clip(x, -REACH, REACH)
    share = sigmoid30(wide)
    return ((wide.astype(np.int64) * share + (1 << 29)) >> 30).astype(np.float64)


def unfold(x: Floats, size: int, stride: int, padding: int) -> Floats:
    """(N, H, W, C) to the patches (N, h, w, size * size * C) that a convolution reads."""
    padded = np.pad(x, ((0, 0), (padding, padding), (padding, padding), (0, 0)))
    seen = np.lib.stride_tricks.sliding_window_view(padded, (size, size), axis=(1, 2))
    patches = seen[:, ::stride, ::stride].transpose(0, 1, 2, 4, 5, 3)
    return patches.reshape(*patches.shape[:3], -1)


@dataclass(frozen=True, eq=False)
class Conv:
    """A convolution as patches times a matrix: kernel side, stride and padding in pixels."""

    layer: Dense
    size: int
    stride: int = 1
    padding: int = 0

    @classmethod
    def of(cls, weights: dict[str, NDArray[Any]], name: str, stride: int, padding: int) -> Conv:
        """Take the convolution called `name`, its weight (out, C, k, k)."""
        kernel = weights[f"{name}.weight"]
        flat = kernel.transpose(0, 2, 3, 1).reshape(len(kernel), -1)
        return cls(Dense.of(flat, weights[f"{name}.bias"]), kernel.shape[-1], stride, padding)

    def __call__(self, x: Floats) -> Floats:
        """(N, H, W, C) to (N, h, w, out)."""
        return self.layer(unfold(x, self.size, self.stride, self.padding))


def to_units(q16: Ints) -> Floats:
    """Q16 integers as activations."""
    return q16.astype(np.float64) * (UNIT >> 16)


def to_q16(x: Floats) -> Ints:
    """Activations as Q16 integers, rounded half up."""
    return (x.astype(np.int64) + (1 << PLACES - 17)) >> (PLACES - 16)
