"""Laws of several experts, mixed by what levels have cost under each of them lately.

law of a channel = sum over experts of share x logistic law(mean, scale)
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from vdsc.core.fixed import CERTAIN, bit_length, clamp
from vdsc.core.types import Ints
from vdsc.entropy.stack import TOTAL
from vdsc.quant.normal import logistic_cdf

POINT = 6
"""Bits after the point of an expected level and its scale."""

WIDE = 4
"""A scale of more cells than this gets low bits."""

FAR = 1 << 30
"""No mean is farther from the centre, in cells Q16."""

FORGET = 4  # scores shrink by 4/64 at each step
ALL = 160  # 256ths of the mean score of all channels that count for each of them
OCTAVE = 256  # a score counts 256ths of a bit
FARTHEST = 1 << 14  # cells


@dataclass(frozen=True, eq=False)
class Laws:
    """What E experts expect of N levels: mean and scale Q6, and their shares Q16, (E, N) each."""

    mean: Ints
    scale: Ints
    share: Ints

    def part(self, some: slice) -> Laws:
        """The laws of some of the levels."""
        return Laws(self.mean[:, some], self.scale[:, some], self.share[:, some])

    @property
    def lead(self) -> tuple[Ints, Ints]:
        """Mean and scale (N,) of the expert with the largest share, the first of equal ones."""
        first = self.share.argmax(axis=0)[None]
        mean, scale = (np.take_along_axis(part, first, 0)[0] for part in (self.mean, self.scale))
        return mean, scale

    def cells(self, centre: Ints, shift: Ints) -> tuple[Ints, Ints]:
        """Mean and scale (E, N), in cells Q16 of 2**shift levels from a centre (N,) on.

        A mean alone lies within half a level of the centre, or counts as if.
        """
        far = 32 if len(self.mean) == 1 else FAR << POINT
        aside = clamp(self.mean - (centre << POINT), -far, far) << (16 - POINT)
        middle = (aside >> shift) + ((1 << 15 >> shift) * (shift > 0))
        width = np.maximum(self.scale << (16 - POINT) >> shift, 1)
        return clamp(middle, -FAR, FAR), width


def digits(scale: Ints) -> Ints:
    """The least k (N,) with 4 2**k 2**6 >= scale (N,)."""
    return bit_length((scale - 1) // (WIDE << POINT))


class Scores:
    """What levels have cost under E experts of D channels, in -1/256 bits (E, D)."""

    def __init__(self, experts: int, channels: int) -> None:
        self.scores = np.zeros((experts, channels), dtype=np.int64)

    def shares(self) -> Ints:
        """Shares (E, D) Q16 of the experts, which sum to 2**16."""
        everywhere = self.scores.sum(axis=1, keepdims=True) // self.scores.shape[1]
        scores = self.scores + (everywhere * ALL >> 8)
        behind = np.minimum(scores.max(axis=0) - scores, 17 * OCTAVE)
        weight = powers()[behind % OCTAVE] >> behind // OCTAVE
        share: Ints = (weight << 16) // weight.sum(axis=0)
        first = share.argmax(axis=0)[None]
        rest = TOTAL - share.sum(axis=0) + np.take_along_axis(share, first, 0)[0]
        np.put_along_axis(share, first, rest[None], 0)
        return share

    def learn(self, laws: Laws, levels: Ints) -> None:
        """Take levels (D,) that these laws expected."""
        mean, scale = laws.lead
        centre, shift = (mean + 32) >> POINT, digits(scale)
        half = (np.int64(1) << shift) >> 1
        cell = clamp((levels - centre + half) >> shift, -FARTHEST, FARTHEST)
        middle, width = laws.cells(centre, shift)
        ends = (((2 * cell + side) << 15) - middle for side in (1, -1))
        above, below = (logistic_cdf((end << 16) // width) for end in ends)
        self.scores -= self.scores * FORGET >> 6
        self.scores += _log2(np.maximum(above - below, 1))


def _log2(mass: Ints) -> Ints:
    """-1/256 bits that masses (...) Q30, >= 1, are worth, rounded down."""
    whole = bit_length(mass) - 1
    part = (mass << 8 >> whole) - OCTAVE
    found: Ints = (whole - (CERTAIN.bit_length() - 1)) * OCTAVE + logarithms()[part]
    return found


@cache
def logarithms() -> Ints:
    """floor(256 log2(1 + i / 256)), i = 0 to 255, from Python's integers."""
    found = [((OCTAVE + i) ** OCTAVE).bit_length() - 1 - 8 * OCTAVE for i in range(OCTAVE)]
    return np.array(found, dtype=np.int64)


@cache
def powers() -> Ints:
    """The largest n with n**256 <= 2**(256 x 16 - i), 2**16 x 2**(-i / 256), i = 0 to 255."""
    found = []
    for i in range(OCTAVE):
        low, high, most = 1 << 15, 1 << 16, 1 << (16 * OCTAVE - i)
        while low < high:
            middle = (low + high + 1) >> 1
            low, high = (middle, high) if middle**OCTAVE <= most else (low, middle - 1)
        found.append(low)
    return np.array(found, dtype=np.int64)
