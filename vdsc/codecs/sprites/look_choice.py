"""For the encoder: a look in few levels of grey, each pixel's chosen by its error and its bits."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np

from vdsc.codecs.scene.look_canvas import FINE, Canvas
from vdsc.codecs.scene.look_network import LookNetworks, greys
from vdsc.codecs.scene.sprite_track import Pixels
from vdsc.core.types import Ints

_DEAD = 0.06  # of a level: what is nearer to the level below stays below
Pair = tuple[int, int]


@dataclass(frozen=True, eq=False)
class CoarseLook:
    """A look (h, w) of few levels, and where in the one that it stands for it begins."""

    look: Pixels
    corner: Pair


def coarse_look(look: Pixels, networks: LookNetworks, levels: int, exchange: float) -> CoarseLook:
    """What is told of a look (h, w): squared grey levels plus `exchange` x bits are few.

    A box is shrunk to what is left of its ink; where nothing would be, the brightest pixel stays.
    """
    if levels == FINE:
        return CoarseLook(look, (0, 0))
    tight = _tight(_nearest(look, levels), (0, 0), look)
    inside = look[_window(tight)]
    return _tight(_thrifty(inside, networks, levels, exchange), tight.corner, look)


def _window(one: CoarseLook) -> tuple[slice, slice]:
    (row, column), (height, width) = one.corner, one.look.shape
    return slice(row, row + height), slice(column, column + width)


def _nearest(look: Pixels, levels: int) -> Pixels:
    """Each pixel as the grey of its nearest level, or a little below."""
    level = np.floor(look * ((levels - 1) / 255) + (0.5 - _DEAD)).astype(np.int64)
    nearest: Pixels = greys(levels)[np.maximum(level, 0)].astype(np.uint8)
    return nearest


def _thrifty(look: Pixels, networks: LookNetworks, levels: int, exchange: float) -> Pixels:
    """One pixel after another, each given those before it."""
    size, each = (look.shape[0], look.shape[1]), greys(levels)
    canvas = Canvas(size, levels)
    for row, column in product(*map(range, size)):
        frequencies = networks.rows(canvas.inputs(row, column)[None], levels)[0]
        error = np.square(each - int(look[row, column])).astype(np.float64)
        cost = error - exchange * np.log2(frequencies)
        canvas.put(row, column, int(each[int(np.argmin(cost))]))
    return canvas.look


def _tight(look: Pixels, corner: Pair, whole: Pixels) -> CoarseLook:
    """The ink of a look that begins at `corner` of the whole one; never nothing."""
    ink: Ints = np.argwhere(look)
    if not len(ink):
        row, column = np.unravel_index(int(whole.argmax()), whole.shape)
        return CoarseLook(np.full((1, 1), 255, np.uint8), (int(row), int(column)))
    (top, left), (bottom, right) = ink.min(axis=0), ink.max(axis=0)
    cut = look[top : bottom + 1, left : right + 1]
    return CoarseLook(cut, (corner[0] + int(top), corner[1] + int(left)))
