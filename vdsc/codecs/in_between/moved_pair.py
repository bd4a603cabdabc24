"""Two frames at half pixels, moved towards an instant between them, block by block."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vdsc.codecs.in_between.block_search import MOST, OUTSIDE, SHARE, moved
from vdsc.codecs.in_between.half_pixels import HalfPixels
from vdsc.core.types import Ints, Values

PARTS = 8
"""Binary places of the weights of a block's ways."""

AT_ONCE = 1 << 16
"""Places that are looked at at once, unless a row of blocks has more."""

_OFFSETS = np.array(sorted(np.ndindex(3, 3), key=lambda at: at != (1, 1)), dtype=np.int64) - 1


@dataclass(frozen=True, eq=False)
class MovedPair:
    """Two pictures (H, W, C) at half pixels, in blocks.

    Args:
        one: the first one.
        other: the second one.
        size: pixels of a block along each axis; H and W are multiples of it.
        share: how many 2^16ths of the way from the first to the second the instant lies.
    """

    one: HalfPixels
    other: HalfPixels
    size: int
    share: int

    def nearer(self, steps: Ints, by: int) -> tuple[Ints, Ints]:
        """Ways (h, w, n, 2) of blocks in half pixels, each moved by `by` where that costs less.

        And what each then costs (h, w, n).
        """
        tried = steps[:, :, :, None] + by * _OFFSETS
        best = np.empty(steps.shape[:3], dtype=np.int64)
        least = np.empty_like(best)
        for rows in self._strips(tried[..., 0]):
            some = tried[rows]
            first, second, inside = self._patches(some.reshape(*some.shape[:2], -1, 2), rows, 0)
            cost = np.abs(first - second)[..., 0]
            np.minimum(cost, MOST, out=cost)
            np.copyto(cost, OUTSIDE, where=~(inside[0] & inside[1]))
            whole = np.einsum("hwnyx->hwn", cost, dtype=np.int32).reshape(some.shape[:4])
            best[rows], least[rows] = whole.argmin(axis=-1), whole.min(axis=-1)
        return steps + by * _OFFSETS[best], least

    def blended(self, steps: Ints, weights: Ints) -> Values:
        """The picture (H, W, C) of uint8 that ways (h, w, n, 2) with weights (h, w, n) make."""
        total = weights.sum(axis=2, keepdims=True)
        parts = ((weights << PARTS + 1) + total) // (2 * total)
        parts[..., 0] += (1 << PARTS) - parts.sum(axis=2)
        size, (height, width) = self.size, steps.shape[:2]
        ramp = np.concatenate([x := 2 * np.arange(size) + 1, x[::-1]])
        window = (ramp[:, None] * ramp)[..., None]
        whole = np.zeros(((height + 1) * size, (width + 1) * size, self.one.values.shape[-1]), "i8")
        for rows in self._strips(steps[..., 0], 4):
            made = self._mixed(steps[rows], parts[rows], rows)
            made *= window
            add_windows(made, whole[rows.start * size :])
        around = [_added(ramp, n) for n in (height, width)]
        weight = (around[0][:, None] * around[1])[..., None] << SHARE + PARTS
        half = slice(size // 2, -size // 2)
        found = (2 * whole + weight)[half, half] // (2 * weight)[half, half]
        pixels: Values = np.clip(found, 0, 255).astype(np.uint8)
        return pixels

    def _mixed(self, steps: Ints, parts: Ints, rows: slice) -> Ints:
        """Windows (h, w, 2 size, 2 size, C) of rows of blocks, with 24 binary places."""
        first, second, (here, there) = self._patches(steps, rows, self.size // 2)
        _fill(first, second, there & ~here)
        _fill(second, first, here & ~there)
        # Ways are mixed before the frames are: the same sum, by 32 bits and fewer products.
        few = parts.astype(np.int32)
        mixed: list[Ints] = [np.einsum("hwnyxc,hwn->hwyxc", x, few) for x in (first, second)]
        found, other = (x.astype(np.int64) for x in mixed)
        found *= (1 << SHARE) - self.share
        other *= self.share
        found += other
        return found

    def _strips(self, steps: Ints, windows: int = 1) -> Iterator[slice]:
        """Rows of blocks so few that they are tried, or mixed, at once in little memory."""
        row = windows * self.size**2 * steps[0].size
        many = max(1, AT_ONCE // row)
        for begin in range(0, len(steps), many):
            yield slice(begin, min(len(steps), begin + many))

    def _patches(
        self, steps: Ints, rows: slice, around: int
    ) -> tuple[Ints, Ints, tuple[NDArray[np.bool_], NDArray[np.bool_]]]:
        """Both pictures where blocks come from and go to, with so many pixels around them.

        Each (h, w, n, side, side, C), and which places (h, w, n, side, side) lie in each.
        """
        back, ahead = moved(steps, self.share)
        y = 2 * (self.size * np.arange(rows.start, rows.stop) - around)[:, None, None]
        x = 2 * (self.size * np.arange(steps.shape[1]) - around)[:, None]
        side = self.size + 2 * around
        first, here = self.one.patches(y - back[..., 0], x - back[..., 1], side)
        second, there = self.other.patches(y + ahead[..., 0], x + ahead[..., 1], side)
        return first, second, (here, there)


def _fill(values: Ints, other: Ints, where: NDArray[np.bool_]) -> None:
    """Set values (..., C) to other ones where they are meant (...)."""
    places, channels = np.flatnonzero(where), values.shape[-1]
    values.reshape(-1, channels)[places] = other.reshape(-1, channels)[places]


def add_windows(windows: Ints, whole: Ints) -> None:
    """Add windows (h, w, 2 size, 2 size, C), each a block after the one before, to a picture."""
    height, width, side, _, channels = windows.shape
    size = side // 2
    for y in (0, size):
        for x in (0, size):
            part = windows[:, :, y : y + size, x : x + size].transpose(0, 2, 1, 3, 4)
            part = part.reshape(height * size, width * size, channels)
            whole[y : y + height * size, x : x + width * size] += part


def _added(ramp: Ints, blocks: int) -> Ints:
    """The sum of as many ramps (2 size,) as blocks, each a block after the one before."""
    size = len(ramp) // 2
    whole = np.zeros((blocks + 1) * size, dtype=np.int64)
    whole[:-size] += np.tile(ramp[:size], blocks)
    whole[size:] += np.tile(ramp[size:], blocks)
    return whole
