"""Frames of pixels at instants between two of them, as `Sampling` has other values."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vdsc.codecs.field.sampling import SHARE
from vdsc.codecs.in_between.frame_between import between
from vdsc.core.types import Ints, Values
from vdsc.errors import CorruptFile

REACH = 1
"""Frames on either side of an instant that its frame is made of."""


@dataclass(frozen=True, eq=False)
class Followed:
    """Which two frames each of m frames lies between.

    Args:
        before: (m,) the number of the first one.
        share: (m,) how many 2^16ths of the way to the next one.
        count: of all frames.
    """

    before: Ints
    share: Ints
    count: int

    def span(self, begin: int, end: int) -> tuple[int, int] | None:
        """First and one-past-last of the frames begin..end-1 that are needed, if any is."""
        low = self.before[self.share < 1 << SHARE]
        high = np.minimum(self.before + 1, self.count - 1)[self.share > 0]
        needed = np.concatenate((low, high))
        needed = needed[(needed >= begin) & (needed < end)]
        return (int(needed.min()), int(needed.max()) + 1) if needed.size else None

    def __call__(self, frames: Values, numbers: Ints) -> Values:
        """Frames (m, H, W, C) of uint8 of those (n, H, W, C) of some rising numbers.

        Raises CorruptFile where one that is needed is not there.
        """
        made = np.empty((len(self.before), *frames.shape[1:]), dtype=np.uint8)
        for i, (number, share) in enumerate(zip(self.before, self.share, strict=True)):
            pair = [number + (share == 1 << SHARE), min(number + (share > 0), self.count - 1)]
            at = np.minimum(np.searchsorted(numbers, pair), len(numbers) - 1)
            if not len(numbers) or (numbers[at] != pair).any():
                raise CorruptFile("frames have one time, or it falls; ask for the file's own times")
            made[i] = between(frames[at[0]], frames[at[1]], int(share))
        return made
