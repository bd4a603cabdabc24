"""A context network in a file: for each layer a byte a weight, and by what power of two it counts.

    hidden sizes (2 bytes) | of each of three layers: shift (1 byte) | weights (in + 1, out), i1

A weight is its byte times 2^shift, in Q12.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from vdsc.codecs.field.context_network import OUTPUTS, WEIGHT, ContextNetwork
from vdsc.codecs.field.surroundings import INPUTS
from vdsc.core.types import Floats
from vdsc.errors import CorruptFile

OWN, KNOWN = b"\1", b"\0"
"""What a chunk's body begins with: a network follows, or it is the one before."""

_HEAD = 2
_HIGHEST = 12
_LARGEST = 127


def pack(layers: list[Floats]) -> bytes:
    """The bytes of real layers, each rounded to bytes of a common power of two."""
    made = bytes([layers[0].shape[1], layers[1].shape[1]])
    for layer in layers:
        scaled = layer * (1 << WEIGHT)
        largest = max(float(np.abs(scaled).max()), 1.0)
        shift = min(max(int(np.ceil(np.log2(largest / _LARGEST))), 0), _HIGHEST)
        rounded = np.clip(np.rint(scaled * 0.5**shift), -_LARGEST, _LARGEST)
        made += bytes([shift]) + rounded.astype("i1").tobytes()
    return made


def unpack(data: bytes, at: int) -> tuple[ContextNetwork, int]:
    """The network that begins at a byte, and where it ends; raises CorruptFile."""
    if len(data) < at + _HEAD or not all(data[at : at + _HEAD]):
        raise CorruptFile("a context network is cut short; the file is damaged")
    widths = (INPUTS, data[at], data[at + 1], OUTPUTS)
    at += _HEAD
    layers = []
    for inputs, outputs in pairwise(widths):
        size = (inputs + 1) * outputs
        part = data[at : at + size + 1]
        if len(part) <= size or part[0] > _HIGHEST:
            raise CorruptFile("a context network cannot be right; the file is damaged")
        weight = np.frombuffer(part, dtype="i1", offset=1).astype(np.float64)
        layers.append(weight.reshape(inputs + 1, outputs) * float(1 << part[0]))
        at += size + 1
    return ContextNetwork((layers[0], layers[1], layers[2])), at
