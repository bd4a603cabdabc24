"""Where blocks of a frame lay in known frames, and the frame that is foretold so; integers.

Windows of two blocks' size around each block are taken from where it came from; they overlap and
fade into each other, so that no edge of a block shows.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vdsc.codecs.in_between.frame_between import LookedFrame
from vdsc.codecs.in_between.moved_pair import add_windows
from vdsc.core.types import Ints, Values

BOTH, BEFORE, AFTER = range(3)
"""Where a block comes from: the mean of both known frames, or one of them."""

FARTHEST = 3
"""Half pixels that a block moves at most along an axis, in sizes of a block."""


@dataclass(frozen=True, eq=False)
class BlockMoves:
    """Of each block of a frame, where it comes from.

    Args:
        modes: (h, w) BOTH, BEFORE or AFTER.
        steps: (h, w, 2) half pixels from where it is to where it lay in the frame before. In the
            one after it lies the other way, as much farther or nearer as that frame is.
    """

    modes: Ints
    steps: Ints


@dataclass(frozen=True, eq=False)
class Sides:
    """The known frames that one is foretold from.

    Args:
        before: the one before it.
        back: how many frames it is away.
        after: the one after it, if both are known.
        ahead: how many frames that is away.
    """

    before: LookedFrame
    back: int
    after: LookedFrame | None = None
    ahead: int = 1

    @property
    def usual(self) -> int:
        """Where most blocks come from."""
        return BEFORE if self.after is None else BOTH

    @property
    def most(self) -> int:
        """Half pixels that a block moves at most along an axis."""
        return FARTHEST * self.before.size

    def onward(self, steps: Ints) -> Ints:
        """Where blocks lie in the frame after, given where they lay in the one before."""
        return np.clip(-scaled(steps, self.ahead, self.back), -self.most, self.most)


def scaled(steps: Ints, distance: int, known: int) -> Ints:
    """Steps over so many frames, given those over another number of frames; rounded half up."""
    found: Ints = (2 * steps * distance + known) // (2 * known)
    return found


def foretold(sides: Sides, moves: BlockMoves) -> tuple[Values, Ints]:
    """The frame (H, W, C) of uint8 that moves foretell.

    And by how many levels, of all its pixels together, the two known frames differ in a block
    (h, w) that comes from both; 0 elsewhere.
    """
    before, size = sides.before, sides.before.size
    rows, columns, channels = before.frame.shape
    modes = np.pad(moves.modes, 1, mode="edge")
    steps = np.pad(moves.steps, ((1, 1), (1, 1), (0, 0)), mode="edge")
    at = [2 * size * np.arange(-1, n - 1) - size for n in modes.shape]
    y, x = at[0][:, None], at[1]
    first: Ints = before.pixels.patches(y + steps[..., 0], x + steps[..., 1], 2 * size)[0]
    total: Ints = first.astype(np.int32) << 1
    unlike = np.zeros(moves.modes.shape, dtype=np.int64)
    if sides.after is not None:
        ahead = sides.onward(steps)
        second, _ = sides.after.pixels.patches(y + ahead[..., 0], x + ahead[..., 1], 2 * size)
        own = slice(size // 2, -size // 2)
        apart = np.abs(first - second)[1:-1, 1:-1, own, own].sum(axis=(2, 3, 4), dtype=np.int64)
        unlike = np.where(moves.modes == BOTH, apart * (3 // channels), 0)
        which, twice = modes[..., None, None, None], second.astype(np.int32) << 1
        total = np.where(which == BEFORE, total, np.where(which == AFTER, twice, first + second))
    rising = 2 * np.arange(size, dtype=np.int32) + 1
    ramp = np.concatenate((rising, rising[::-1]))
    windows = total * (ramp[:, None] * ramp)[..., None]
    height, width = modes.shape
    whole = np.zeros(((height + 1) * size, (width + 1) * size, channels), dtype=np.int32)
    add_windows(windows, whole)
    begin, weight = 3 * size // 2, 2 * (2 * size) ** 2
    part = whole[begin : begin + rows, begin : begin + columns]
    frame: Values = np.clip((2 * part + weight) // (2 * weight), 0, 255).astype(np.uint8)
    return frame, unlike
