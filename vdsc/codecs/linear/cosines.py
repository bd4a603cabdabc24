"""Frames of a field as a sum of cosines along their axes: a separable transform in integers.

The inverse, which decoders use, is a product of integers; the forward one, for encoders, is its
own inverse in real numbers, so that nothing but rounding is between them.
"""

from __future__ import annotations

from functools import cached_property
from math import isqrt, prod

import numpy as np

from vdsc.codecs.linear.sines import SHARE, sine
from vdsc.core.types import Floats, Ints
from vdsc.errors import CorruptFile

SHORTEST, LONGEST = 4, 512
"""Lengths of the axes along which a frame is transformed."""

BITS = 16
"""Bits after the point of a cosine."""

LOW = 24
"""Bits of a number's lower part, where the whole is too large for one exact product."""

EXACT, WHOLE = 1 << 53, 1 << 62
"""Integers below are exact in double precision, and in 64 bits."""


def matrix(size: int) -> Ints:
    """(size, size) orthonormal cosines, frequencies by points, in units of 2**-16."""
    number = np.arange(size)
    phase = (2 * number + 1) * number[:, None] * (1 << SHARE - 1) // size + (1 << SHARE - 1)
    waves = sine(phase) * isqrt((2 << 32) // size)
    waves[0] = (isqrt((1 << 32) // size)) << SHARE
    made: Ints = waves + (1 << SHARE - 1) >> SHARE
    return made


class Cosines:
    """The transform of frames of a shape; coefficients come in the order of their frequencies."""

    def __init__(self, shape: tuple[int, ...]) -> None:
        self._shape = shape
        self._axes = [i for i, size in enumerate(shape, 1) if SHORTEST <= size <= LONGEST]
        waves = np.zeros(shape, dtype=np.int64)
        whole = prod(shape[i - 1] for i in self._axes)
        for i in self._axes:
            number = np.arange(shape[i - 1]) * (whole // shape[i - 1])
            waves += number.reshape(-1, *[1] * (len(shape) - i))
        self._order = np.argsort(waves.ravel(), kind="stable")

    @property
    def axes(self) -> int:
        """Along how many axes frames are transformed."""
        return len(self._axes)

    @cached_property
    def _matrices(self) -> dict[int, Ints]:
        return {size: matrix(size) for size in {self._shape[i - 1] for i in self._axes}}

    def forward(self, frames: Floats) -> Floats:
        """Coefficients (n, C) of frames (n, C)."""
        found = frames.reshape(-1, *self._shape)
        for axis in self._axes:
            way = np.linalg.inv(self._matrices[self._shape[axis - 1]] / (1 << BITS))
            found = np.moveaxis(np.moveaxis(found, axis, -1) @ way, -1, axis)
        made: Floats = found.reshape(len(frames), -1)[:, self._order]
        return made

    def inverse(self, coefficients: Ints) -> Ints:
        """Frames (n, C) of coefficients (n, C); raises CorruptFile for impossibly large ones."""
        found = np.empty_like(coefficients)
        found[:, self._order] = coefficients
        found = found.reshape(-1, *self._shape)
        for axis in self._axes:
            waves = self._matrices[self._shape[axis - 1]]
            made = product(np.moveaxis(found, axis, -1), waves)
            found = np.moveaxis(made + (1 << BITS - 1) >> BITS, -1, axis)
        return np.ascontiguousarray(found.reshape(len(coefficients), -1))


def product(numbers: Ints, waves: Ints) -> Ints:
    """Numbers (..., N) times a matrix (N, N), exactly; raises CorruptFile where it cannot be."""
    largest, grown = int(np.abs(numbers).max(initial=0)), int(np.abs(waves).sum(axis=0).max())
    if largest * grown >= WHOLE:
        raise CorruptFile("coefficients are impossibly large; the file is damaged")
    real = waves.astype(np.float64)
    if largest * grown < EXACT:  # sums of integers below 2^53 are the same in any order
        found: Ints = (numbers.astype(np.float64) @ real).astype(np.int64)
        return found
    high, low = numbers >> LOW, numbers & (1 << LOW) - 1
    found = (high.astype(np.float64) @ real).astype(np.int64) << LOW
    return found + (low.astype(np.float64) @ real).astype(np.int64)
