"""The frame at an instant between two frames of pixels, which follows what moves.

First all ways that a block may move are tried on halved pictures (`block_search.py`), then each way
is made a little better by the block's own pixels, and both frames, moved towards each other, are
blended over ways and blocks (`moved_pair.py`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from vdsc.codecs.in_between.block_search import BEST, BLOCK, SHARE, ways
from vdsc.codecs.in_between.half_pixels import HalfPixels, continued
from vdsc.codecs.in_between.moved_pair import MovedPair
from vdsc.core.types import Ints, Values

SMALLEST = 16
"""Pixels of a frame along each axis at least."""

PIXELS, LONGEST = 1 << 20, 16
"""Pixels of a frame at most, and how many times as long as the other an axis is at most."""

LARGE = 128
"""From so many pixels along the shorter axis on, and from twice as many, it is halved once more."""

FARTHEST = 6
"""Half pixels from which blocks come beyond the border at most, in sizes of a block."""

WORTH = 8
"""A way that costs 2^8 more weighs half as much."""

CERTAIN = 16
"""The binary logarithm of the weight of the cheapest way."""


def follows(shape: tuple[int, ...], dtype: np.dtype[np.generic]) -> bool:
    """Whether frames of sequences of a shape (T, H, W), or with 1 or 3 channels, are followed."""
    if dtype != np.uint8 or len(shape) not in {3, 4} or shape[3:] not in {(), (1,), (3,)}:
        return False
    short, long = sorted(shape[1:3])
    return short >= SMALLEST and long <= LONGEST * short and short * long <= PIXELS


@dataclass(frozen=True, eq=False)
class FrameBetween:
    """The frame at an instant between two.

    Args:
        frame: (H, W, C) of uint8.
        size: pixels of a block along each axis.
        unlike: (h, w) by how many levels, of all its pixels together, the two differ in a block,
            moved by the way that costs the least.
    """

    frame: Values
    size: int
    unlike: Ints


def between(one: Values, other: Values, share: int) -> Values:
    """The frame (H, W, C) of uint8 that lies 2^16ths of the way from one to the other.

    Args:
        one: (H, W, C) of uint8, 16 and more rows and columns, 1 or 3 channels.
        other: likewise.
        share: 0 to 2^16; at these the frames themselves.
    """
    if share in {0, 1 << SHARE}:
        return other if share else one
    return looked_at(one, other, share).frame


def looked_at(one: Values, other: Values, share: int) -> FrameBetween:
    """What `between` gives for a share between 0 and 2^16, and how unlike the two are."""
    return looked_between(LookedFrame(one), LookedFrame(other), share)


@dataclass(frozen=True, eq=False)
class LookedFrame:
    """A frame (H, W, C) of uint8, and what is made of it once to look for what moves."""

    frame: Values

    @property
    def halvings(self) -> int:
        """How often it is halved."""
        return (int(min(self.frame.shape[:2])) // LARGE).bit_length() + 1

    @property
    def size(self) -> int:
        """Pixels of a block along each axis."""
        return BLOCK << self.halvings

    @cached_property
    def coarse(self) -> Ints:
        """The brightness (h, w) of the halved frame."""
        found = _bright(self._whole.astype(np.int16))
        for _ in range(self.halvings):
            found = _halved(found)
        return found[..., 0]

    @cached_property
    def pixels(self) -> HalfPixels:
        """The frame at half pixels."""
        return HalfPixels.of(self._whole, FARTHEST * self.size)

    @cached_property
    def bright(self) -> HalfPixels:
        """Its brightness at half pixels."""
        return replace(self.pixels, values=_bright(self.pixels.values))

    @cached_property
    def _whole(self) -> Values:
        """The frame, whose last row and column are repeated until its blocks are whole."""
        return continued(self.frame, 0, *(-n % self.size for n in self.frame.shape[:2]))


def looked_between(one: LookedFrame, other: LookedFrame, share: int) -> FrameBetween:
    """The frame between two for a share between 0 and 2^16, and how unlike the two are."""
    rows, columns = one.frame.shape[:2]
    size = one.size
    if (one.frame == other.frame).all():
        none = np.zeros((-(-rows // size), -(-columns // size)), "i8")
        return FrameBetween(one.frame, size, none)
    found = ways(one.coarse, other.coarse, share)
    less = found.costs - found.costs.min(axis=2, keepdims=True)
    weights = (1 << CERTAIN) >> np.minimum(less >> WORTH, CERTAIN + 1)
    bright = MovedPair(one.bright, other.bright, size, share)
    steps = found.steps << one.halvings + 1
    for at in reversed(range(one.halvings)):
        steps[:, :, :BEST], costs = bright.nearer(steps[:, :, :BEST], 1 << at + 1)
    frame = MovedPair(one.pixels, other.pixels, size, share).blended(steps, weights)
    return FrameBetween(frame[:rows, :columns], size, costs.min(axis=2))


def _bright(frame: Ints) -> Ints:
    """The brightness (..., 1) of a frame (..., C), three times that of grey."""
    planes = np.split(frame, frame.shape[-1], axis=-1)
    total: Ints = sum(planes[1:], planes[0]) * (3 // len(planes))
    return total


def _halved(plane: Ints) -> Ints:
    """Means of 2 x 2 pixels."""
    rows = plane[::2] + plane[1::2]
    found: Ints = (rows[:, ::2] + rows[:, 1::2] + 2) >> 2
    return found
