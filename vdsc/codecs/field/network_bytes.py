"""A context network in a file: for each layer a byte a weight, and by what power of two it counts.

    hidden sizes (2 bytes) | of each of three layers: shift (1 byte) | weights (in + 1, out), i1
    the second of them (1 byte) | of the last layer: likewise

A weight is its byte times 2^shift, in Q12.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from math import prod

import numpy as np

from vdsc.codecs.field.context_network import OUTPUTS, WEIGHT, ContextNetwork
from vdsc.codecs.field.surroundings import INPUTS
from vdsc.core.types import Floats
from vdsc.errors import CorruptFile

OWN, KNOWN, ADAPTED, NONE = b"\1", b"\0", b"\2", b"\3"
"""What a chunk's body begins with: a network follows, or it is the one before, or that with the
last layer that follows; or there is none, and all latents are 0."""

_HEAD = 2
_HIGHEST = 12
_LARGEST = 127


def pack(layers: list[Floats]) -> bytes:
    """The bytes of real layers, each rounded to bytes of a common power of two."""
    made = bytes([layers[0].shape[1], layers[1].shape[1]])
    return made + b"".join(_packed(layer) for layer in layers)


def _packed(layer: Floats) -> bytes:
    """The bytes of one real layer."""
    scaled = layer * (1 << WEIGHT)
    largest = max(float(np.abs(scaled).max()), 1.0)
    shift = min(max(int(np.ceil(np.log2(largest / _LARGEST))), 0), _HIGHEST)
    rounded = np.clip(np.rint(scaled * 0.5**shift), -_LARGEST, _LARGEST)
    return bytes([shift]) + rounded.astype("i1").tobytes()


def pack_last(layer: Floats) -> bytes:
    """The bytes of a real last layer for a network that is known."""
    return bytes([len(layer) - 1]) + _packed(layer)


def unpack(data: bytes, at: int) -> tuple[ContextNetwork, int]:
    """The network that begins at a byte, and where it ends; raises CorruptFile."""
    if len(data) < at + _HEAD or not all(data[at : at + _HEAD]):
        raise CorruptFile("a context network is cut short; the file is damaged")
    widths = (INPUTS, data[at], data[at + 1], OUTPUTS)
    at += _HEAD
    layers = []
    for inputs, outputs in pairwise(widths):
        layer, at = _layer(data, at, (inputs + 1, outputs))
        layers.append(layer)
    return ContextNetwork((layers[0], layers[1], layers[2]), own=True), at


def adapted(known: ContextNetwork, data: bytes, at: int) -> tuple[ContextNetwork, int]:
    """A known network with the last layer that begins at a byte, and where that ends.

    Raises CorruptFile.
    """
    first, second, third = known.layers
    if data[at : at + 1] != bytes([len(third) - 1]):
        raise CorruptFile("a last layer fits no network that is known; the file is damaged")
    last, at = _layer(data, at + 1, third.shape)
    return replace(known, layers=(first, second, last)), at


def spent(body: bytes) -> int:
    """Bytes of a chunk's body before its stream; raises CorruptFile."""
    if body[:1] == OWN:
        return unpack(body, 1)[1]
    if body[:1] == ADAPTED and len(body) > 1:
        return _layer(body, 2, (body[1] + 1, OUTPUTS))[1]
    return 1


def _layer(data: bytes, at: int, shape: tuple[int, ...]) -> tuple[Floats, int]:
    size = prod(shape)
    part = data[at : at + size + 1]
    if len(part) <= size or part[0] > _HIGHEST:
        raise CorruptFile("a context network cannot be right; the file is damaged")
    weight = np.frombuffer(part, dtype="i1", offset=1).astype(np.float64)
    return weight.reshape(shape) * float(1 << part[0]), at + size + 1
