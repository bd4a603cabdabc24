"""Pixels to train the observation network on, each with what the codec knows when it codes it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vdsc.codecs.lossless.video import colour_relations, palette
from vdsc.codecs.lossless.video.grey_layers import LayerPast
from vdsc.codecs.lossless.video.learning_network import ORDER
from vdsc.codecs.lossless.video.passes import PASSES, Grid, Levels, padded
from vdsc.codecs.lossless.video.past import BlockPast
from vdsc.codecs.lossless.video.pixel_features import Sight, sight
from vdsc.core.types import Ints

PixelSample = dict[str, NDArray[np.int16] | NDArray[np.int8]]

FIRST = 0.3
"""The least share of a first frame's pixels that is taken: there are few first frames."""


class KeepingNothing:
    """A tape that gives the encoder's symbols back and writes nothing."""

    def rows(self, symbols: Ints | None, rows: Ints) -> Ints:
        """Return the symbols (N,)."""
        assert symbols is not None
        return symbols

    def uniform(self, value: int | None, size: int) -> int:
        """Return the value."""
        assert value is not None
        return value

    def uniforms(self, values: Ints | None, sizes: Ints) -> Ints:
        """Return the values (N,)."""
        assert values is not None
        return values


def cells(frames: NDArray[np.uint8]) -> tuple[Levels, Levels]:
    """Where the cell of every value of frames (..., C) begins and ends, like the frames."""
    order = ORDER[frames.shape[-1]]
    found = palette.find(frames[..., list(order)])
    if found is None or len(order) == 1:
        low = frames.astype(np.int16)
        return low, low + np.int16(1)
    low, high = np.empty(frames.shape, np.int16), np.empty(frames.shape, np.int16)
    lists = np.zeros(frames.shape[:-1], dtype=np.int64)
    for channel, choices in zip(order, palette.of_colours(*found), strict=True):
        place = choices.places[lists, frames[..., channel]]
        low[..., channel] = choices.edges[lists, place]
        high[..., channel] = choices.edges[lists, place + 1]
        lists = choices.follow[lists, place]
    return low, high


def of_clip(
    frames: NDArray[np.uint8], share: list[float], rng: np.random.Generator
) -> list[list[PixelSample]]:
    """Samples of each pass from a clip (T, H, W, C): a random share of its pixels."""
    out: list[list[PixelSample]] = [[] for _ in range(PASSES)]
    past = (BlockPast if frames.shape[3] == 3 else LayerPast)(frames.shape[1:])
    grid = Grid.of(*frames.shape[1:3])
    edges = cells(frames)
    for t, frame in enumerate(frames.astype(np.int16)):
        planes = [padded(plane) for plane in past.planes(KeepingNothing(), frame)]
        past.keep(frame)
        if np.array_equal(planes[0], padded(frame)):
            continue
        canvas, truth = planes[0].copy(), padded(frame)
        low, high = (padded(edge[t]) for edge in edges)
        for number, where in enumerate(grid.passes):
            part = share[number] if t else max(share[number], FIRST)
            some = where[rng.random(len(where)) < part]
            if len(some):
                seen = sight(canvas, planes, grid, number, some)
                out[number].append(_sample(seen, truth[some], low[some], high[some]))
            canvas[where] = truth[where]
    return out


def _sample(seen: Sight, truth: Levels, low: Levels, high: Levels) -> PixelSample:
    order = ORDER[truth.shape[1]]
    expected = [
        colour_relations.expected(seen, truth, list(order[:i]), order[i]).T
        for i in range(1, len(order))
    ]
    none = np.zeros((len(truth), 0, colour_relations.EXPECTATIONS))
    return {
        "features": seen.features,
        "base": seen.base,
        "copies": seen.copies,
        "values": truth,
        "low": low,
        "high": high,
        "expected": (np.stack(expected, axis=1) if expected else none).astype(np.int16),
    }
