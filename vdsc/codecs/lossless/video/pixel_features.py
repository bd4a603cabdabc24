"""What the observation network sees around a pixel."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vdsc.codecs.lossless.video import law_tables as tables
from vdsc.codecs.lossless.video.passes import CENTRE, NEAR, PAST, SQUARE, Grid, Levels


@dataclass(frozen=True, eq=False)
class Sight:
    """N pixels of one pass.

    Args:
        features: (N, F) differences from the base values, as they are and companded.
        base: (N, C) a first guess.
        copies: (N, E, C) values that the pixel may repeat: the predictions, then the four nearest.
        around: (N, J, C) levels near the pixel, then 3 x 3 of the first prediction, made as bright.
        nearest: how many of those around are the nearest ones: 4, or 0 in the first pass.
    """

    features: NDArray[np.int8]
    base: Levels
    copies: Levels
    around: Levels
    nearest: int


def sight(
    canvas: Levels, planes: list[Levels], grid: Grid, number: int, where: NDArray[np.int64]
) -> Sight:
    """Look around the pixels at flat addresses `where` (N,), all of pass `number`.

    Args:
        canvas: (., C) the padded frame as far as it is known, elsewhere planes[0].
        planes: padded predictions of the whole frame, (., C) each; the first is the best.
        grid: addresses.
        number: which pass.
        where: which pixels.
    """

    def take(plane: Levels, steps: NDArray[np.int64]) -> Levels:
        return plane.take(where[:, None] + steps, axis=0)

    cross = grid.steps(CENTRE)
    past = take(planes[0], grid.steps(PAST[number]))
    others = [take(plane, cross) for plane in planes[1:]]
    near = take(canvas, grid.steps(NEAR[number]))
    four = near[:, :4]
    before = take(planes[0], grid.steps(NEAR[number][:4]))
    base, brighter = past[:, 0], np.zeros_like(past[:, 0])
    if NEAR[number]:
        mean = _quarter(four)
        brighter = mean - _quarter(before)
        base = _base(past[:, 0], mean, brighter)
    low = base[:, None]
    now, rest = past[:, :1], [other[:, :1] for other in others]
    close = [four - low, four - before, now - low, past[:, 1:5] - now]
    close += [one - low for one in rest] + [one - now for one in rest]
    wide = np.concatenate((near, past, *others), axis=1) - low
    count = len(where)
    bent = tables.companded().take(np.concatenate(close, axis=1).reshape(count, -1) + 511)
    straight = np.clip(wide.reshape(count, -1), -127, 127)
    features = np.concatenate((straight, bent), axis=1, dtype=np.int8, casting="unsafe")
    around = np.concatenate((near, past[:, :SQUARE] + brighter[:, None]), axis=1)
    copies = np.concatenate((now, *rest, four), axis=1)
    return Sight(features, base, copies, around, four.shape[1])


def _quarter(four: Levels) -> Levels:
    """The mean of four levels, (N, 4, C) to (N, C)."""
    mean: Levels = (four.sum(axis=1, dtype=np.int16) + np.int16(2)) >> 2
    return mean


def _base(past: Levels, mean: Levels, brighter: Levels) -> Levels:
    """The median of the past, the mean of the four nearest, and the past as bright as they are."""
    low, high = np.minimum(past, mean), np.maximum(past, mean)
    median: Levels = np.maximum(low, np.minimum(high, past + brighter))
    return median
