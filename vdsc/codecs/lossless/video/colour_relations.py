"""How the channels of pixels go together around a pixel: what its next channel is, given others.

A regression of the next channel on those that are known, one for each pixel. Its samples are the
pixels seen around, those of the last frame made as bright as the nearest have become; the more
alike a sample's known channels are to the pixel's, the more it counts.

Sums are of integers, below 2**53; what follows are single operations of IEEE 754, in the order in
which they stand here.
"""

from __future__ import annotations

from functools import cache

import numpy as np

from vdsc.codecs.lossless.video.law_tables import bounded
from vdsc.codecs.lossless.video.passes import Levels
from vdsc.codecs.lossless.video.pixel_features import Sight
from vdsc.core.types import Floats

PLACES = 4
"""Binary places of an expectation."""

EXPECTATIONS = 2
"""How many there are of a channel."""

LARGEST = float((1 << 11) - 1)
"""The largest size of an expectation, in its last places."""

_FARTHEST = 4095  # squares of differences; beyond, samples count alike
_PULL = float(1 << 15)  # towards slopes that sum to one


def expected(seen: Sight, values: Levels, before: list[int], channel: int) -> Floats:
    """What a channel may be, (2, N) from its base value, in sixteenths of a level.

    The first goes on from the base: it adds to it, for each known channel, the slope times what
    that is from its own base. The second is what the regression itself says.

    Args:
        seen: the pixels.
        values: (N, C) levels, of which the channels `before` are known.
        before: one or two channels.
        channel: the next one.
    """
    around = seen.around.transpose(2, 1, 0).astype(np.float64)
    away = [around[k] - values[:, k] for k in before]
    weight = _likeness(away)
    weight[: seen.nearest] *= 2
    total = weight.sum(axis=0)

    def mean(x: Floats) -> Floats:
        weighted: Floats = (weight * x).sum(axis=0) / total
        return weighted

    goal = around[channel] - seen.base[:, channel]
    high, means = mean(goal), [mean(x) for x in away]
    pull = _PULL / total
    slopes = _slopes(
        [[mean(x * y) - m * n for y, n in _pairs(away, means)] for x, m in _pairs(away, means)],
        [mean(x * goal) - m * high for x, m in _pairs(away, means)],
        pull,
    )
    on, by_seen = np.zeros_like(high), high
    for slope, m, k in zip(slopes, means, before, strict=True):
        on = on + slope * (values[:, k] - seen.base[:, k])
        by_seen = by_seen - slope * m
    both: Floats = np.rint(np.stack((on, by_seen)) * (1 << PLACES))
    return bounded(both, -LARGEST, LARGEST)


def _pairs(away: list[Floats], means: list[Floats]) -> list[tuple[Floats, Floats]]:
    return list(zip(away, means, strict=True))


def _slopes(square: list[list[Floats]], product: list[Floats], pull: Floats) -> list[Floats]:
    """Least squares for one or two known channels, pulled towards slopes that sum to one."""
    if len(product) == 1:
        return [(product[0] + pull) / (square[0][0] + pull)]
    one, two, both = square[0][0] + pull, square[1][1] + pull, square[0][1]
    first, second = (p + pull * 0.5 for p in product)
    whole = one * two - both * both
    return [(first * two - second * both) / whole, (second * one - first * both) / whole]


def _likeness(away: list[Floats]) -> Floats:
    """What samples (J, N) count, whole numbers: their known channels are so far away."""
    far = away[0] * away[0]
    if len(away) > 1:
        far += away[1] * away[1]
        far = np.floor(far * 0.5 + 0.5)
    return _counts().take(np.minimum(far, _FARTHEST).astype(np.intp))


@cache
def _counts() -> Floats:
    return np.array([(1 << 17) // (2 + far) for far in range(_FARTHEST + 1)], dtype=np.float64)
