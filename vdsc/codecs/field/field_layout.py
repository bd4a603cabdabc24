"""Which axes of a sequence are coordinates and which one holds channels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod

import numpy as np

from vdsc.codecs.field.pyramid import Shape
from vdsc.core.sequence import Outline
from vdsc.errors import InvalidInput

CHANNELS = 4
"""A last axis of at most so many entries holds channels."""

AXES = 4
"""Coordinates at most."""

USUAL = {0: 1, 1: 64, 2: 16, 3: 8, 4: 4}
"""Samples of a block along each axis, by the number of axes that have more than one entry."""

LARGEST = 512
"""Samples of a block along an axis at most."""

LATENTS = 2048
"""Latents of a block at most: what is known of its places grows with their square."""

COLOURS = 3
"""Red, green and blue, which are told apart by brightness and two differences."""


@dataclass(frozen=True)
class FieldLayout:
    """A sequence (T, ...) as an array (*shape, channels) over coordinates, the first one time."""

    shape: Shape
    channels: int
    colours: bool

    @classmethod
    def of(cls, outline: Outline) -> FieldLayout:
        """The layout of a sequence of numbers; raises InvalidInput for more than four axes."""
        shape, last = outline.shape, outline.shape[-1]
        apart = len(shape) > 1 and last <= CHANNELS
        axes = shape[:-1] if apart else shape
        if outline.dtype.kind not in "fiu":
            raise InvalidInput(f"codec 'field' takes numbers, not {outline.dtype}")
        if len(axes) > AXES or not prod(shape):
            words = f"codec 'field' takes 1 to {AXES} coordinates, not an array {shape}"
            raise InvalidInput(f"{words}; reshape it, or leave out --codec")
        channels = last if apart else 1
        colours = channels == COLOURS and outline.dtype == np.uint8
        return cls(tuple(axes), channels, colours)

    def waves(self, *, apart: bool) -> list[int]:
        """Axes along which blocks have several samples; apart: not the first."""
        return [a for a, n in enumerate(self.shape) if n > 1 and not (apart and a == 0)]

    def spread(self, along: Sequence[int], *, apart: bool) -> Shape:
        """Samples of a block along all axes, given those along the `waves`; () for ()."""
        found = dict(zip(self.waves(apart=apart), along, strict=True)) if along else {}
        return tuple(found.get(a, 1) for a in range(len(self.shape))) if found else ()

    def part(self, frames: int) -> Shape:
        """The coordinates of so many frames."""
        return (frames, *self.shape[1:])

    def blocks(self, asked: tuple[int, ...] = (), *, apart: bool = False) -> Shape:
        """Samples of a block along each axis; raises InvalidInput for impossible ones.

        apart: whether frames have nothing in common, unless sizes are asked for.
        """
        usual = USUAL[len(self.waves(apart=apart))]
        sizes = asked or (1,) * apart + (usual,) * len(self.shape[apart:])
        if len(sizes) != len(self.shape):
            raise InvalidInput(f"{len(sizes)} sizes of blocks for {len(self.shape)} axes")
        if any(n < 1 or n > LARGEST or n & (n - 1) for n in sizes):
            raise InvalidInput(f"blocks have powers of two up to {LARGEST} samples, not {sizes}")
        lengths = [1 << n.bit_length() - 1 for n in self.shape]
        sizes = tuple(min(pair) for pair in zip(sizes, lengths, strict=True))
        if prod(sizes) * self.channels > LATENTS:
            raise InvalidInput(f"a block has {LATENTS} values at most, not {sizes}")
        return sizes
