"""Which colours a clip can hold, channel after channel, and the cell of levels that each fills.

In a clip of few colours (GIF footage), the first channel takes few values, the second fewer
given the first, and so on. Each value owns the cell of levels around it, up to a boundary towards
the next value that leaves more room to the more frequent one; the law of a channel gives a value
the mass of its cell. Without a palette each of the 256 values owns itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import isqrt

import numpy as np
from numpy.typing import NDArray

from vdsc.codecs.lossless.video.edges import Edges
from vdsc.core.types import Ints

LEVELS = 256
MOST = 1024
"""A palette has fewer colours than this, or there is none."""


@dataclass(frozen=True, eq=False)
class Choices:
    """What one channel can be, in L lists, one for each choice of the channels before.

    Args:
        edges: (L, 257) where cells begin and end, the last one repeated.
        table: the same, as laws read them.
        values: (L, 256) the value in each cell.
        places: (L, 256) the cell that holds a level.
        sizes: (L,) cells in a list.
        follow: (L, 256) the list of the next channel, by cell.
    """

    edges: NDArray[np.int16]
    table: Edges
    values: NDArray[np.int16]
    places: NDArray[np.int16]
    sizes: Ints
    follow: Ints


Palette = tuple[Choices, ...]


def plain(channels: int) -> Palette:
    """Every value of every channel."""
    levels = np.arange(LEVELS + 1, dtype=np.int16)[None]
    values, follow = levels[:, :-1], np.zeros((1, LEVELS), dtype=np.int64)
    return (
        Choices(levels, Edges.of(levels), values, values, np.array([LEVELS]), follow),
    ) * channels


def of_colours(colours: Ints, classes: Ints) -> Palette:
    """The palette of sorted colours (n, C), channels in coding order, used about 2**class times."""
    counts = np.left_shift(1, classes)
    owner, made = np.zeros(len(colours), dtype=np.int64), []
    for column in colours.T:
        keys, entry = np.unique(owner * LEVELS + column, return_inverse=True)
        used = np.bincount(entry, counts).astype(np.int64)
        made.append(_choices(keys // LEVELS, keys % LEVELS, used))
        owner = entry
    return tuple(made)


def _choices(owner: Ints, value: Ints, used: Ints) -> Choices:
    """Lists of the values (m,) that belong to owners (m,), both in rising order."""
    lists = int(owner[-1]) + 1
    first = np.searchsorted(owner, np.arange(lists + 1))
    cell = np.arange(len(owner)) - first[owner]
    edges = np.full((lists, LEVELS + 1), LEVELS, dtype=np.int16)
    edges[owner, cell] = _starts(owner, value, used)
    values = np.zeros((lists, LEVELS), dtype=np.int16)
    values[owner, cell] = value
    follow = np.zeros((lists, LEVELS), dtype=np.int64)
    follow[owner, cell] = np.arange(len(owner))
    levels = np.arange(LEVELS)
    places = np.stack([np.searchsorted(row[:-1], levels, side="right") - 1 for row in edges])
    return Choices(edges, Edges.of(edges), values, places.astype(np.int16), np.diff(first), follow)


def _starts(owner: Ints, value: Ints, used: Ints) -> Ints:
    """Where the cells (m,) of values (m,) begin: 0, or between a value and the one before."""
    weight = np.array([isqrt(int(n) << 8) for n in used])
    left, both = weight[:-1], weight[:-1] + weight[1:]
    gap = value[1:] - value[:-1] - 1
    between = value[:-1] + 1 + (gap * left + both // 2) // both
    return np.concatenate(([0], np.where(owner[1:] == owner[:-1], between, 0)))


def find(frames: NDArray[np.uint8]) -> tuple[Ints, Ints] | None:
    """The palette of frames (..., C), if their colours are few enough to pay."""
    colours, classes = counted(frames)
    few = len(colours) < min(MOST, frames.size // frames.shape[-1] // 64)
    return (colours, classes) if few else None


def counted(frames: NDArray[np.uint8]) -> tuple[Ints, Ints]:
    """Sorted colours (n, C) of frames (..., C) and their classes (n,)."""
    flat = frames.reshape(-1, frames.shape[-1]).astype(np.int64)
    powers = LEVELS ** np.arange(flat.shape[1])[::-1]
    keys, counts = np.unique(flat @ powers, return_counts=True)
    classes = np.array([int(n).bit_length() - 1 for n in counts])
    return keys[:, None] // powers % LEVELS, classes


def holds(palette: tuple[Ints, Ints], found: tuple[Ints, Ints]) -> bool:
    """Whether the colours of a palette are all that were found, or more."""
    return bool(np.isin(keys(found[0]), keys(palette[0])).all())


def keys(colours: Ints) -> Ints:
    """Colours (n, C) as numbers in their order."""
    made: Ints = colours @ LEVELS ** np.arange(colours.shape[1])[::-1]
    return made
