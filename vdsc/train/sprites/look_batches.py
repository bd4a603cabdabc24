"""Pixels of many looks at once, each with what the law of it depends on; in floating point.

The same inputs as `scene/look_canvas.py` gives for one pixel in integers, which a test compares.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from vdsc.codecs.scene.look_canvas import BLOCK, FAR, LADDER, SIDE, TONES, UP, WHITE
from vdsc.codecs.scene.look_network import MARGIN, REACH, greys
from vdsc.core.types import Ints

Pixels = NDArray[np.uint8]
Singles = NDArray[np.float32]
_TOP = UP + FAR
_WIDE = 2 * SIDE + 1
_COUNTED = 64
_SCALE = 32


def cut(picture: Pixels) -> Pixels:
    """A picture (h, w) without the black rows and columns around its ink."""
    rows, columns = (np.flatnonzero(picture.any(axis=axis)) for axis in (1, 0))
    return picture[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def coarse(picture: Pixels, levels: int, dead: float) -> Pixels:
    """A picture in few levels; what is nearer than `dead` of a step stays at the level below."""
    level = np.floor(picture * ((levels - 1) / 255) + (0.5 - dead)).astype(np.int64)
    made: Pixels = greys(levels)[np.maximum(level, 0)].astype(np.uint8)
    return made if made.any() else coarse(picture, levels, 0.0)


def windows(few: Pixels, picture: Pixels) -> tuple[Ints, Pixels]:
    """Windows (N, 49) of a picture in few levels, where any has ink, and what was in the middle."""
    side, rim = 2 * REACH + 1, MARGIN + REACH
    seen = np.lib.stride_tricks.sliding_window_view(np.pad(few, rim), (side, side))
    flat = seen.reshape(-1, side * side)
    inked = flat.any(axis=1)
    return flat[inked].astype(np.int64), np.pad(picture, MARGIN).ravel()[inked]


class LookBatch:
    """Looks side by side, padded with black.

    Args:
        looks: (h, w) each.
        rungs: of each, which of LADDER it is of.
    """

    def __init__(self, looks: Sequence[Pixels], rungs: Ints) -> None:
        self._sizes = np.array([look.shape for look in looks])
        height, width = self._sizes.max(axis=0)
        self._known = np.zeros((len(looks), height + _TOP, width + 2 * SIDE), np.float32)
        for known, look in zip(self._known, looks, strict=True):
            known[_TOP : _TOP + look.shape[0], SIDE : SIDE + look.shape[1]] = look
        self._rungs = rungs
        self._ink = self._known[:, _TOP:, SIDE:-SIDE] > 0
        rows, columns = np.arange(height)[:, None], np.arange(width)
        tall, wide = self._sizes[:, 0, None, None], self._sizes[:, 1, None, None]
        self.places = np.nonzero((rows < tall) & (columns < wide))

    @property
    def greys(self) -> Pixels:
        """The pixels (N,)."""
        look, row, column = self.places
        return self._known[look, row + _TOP, column + SIDE].astype(np.uint8)

    def inputs(self) -> Singles:
        """What is seen from each pixel (N, 161)."""
        parts = (self._near(), self._far(), self._tones(), self._beside(), self._place())
        levels = np.eye(len(LADDER))[self._rungs[self.places[0]]]
        return np.concatenate([*parts, levels], axis=1).astype(np.float32)

    def easy(self) -> NDArray[np.bool_]:
        """Whether all neighbours (N,) are black: such pixels are many and say little."""
        look, row, column = self.places
        around = ((0, -1), (0, -2), (-1, -1), (-1, 0), (-1, 1), (-1, 2), (-2, 0))
        at = [self._known[look, row + _TOP + i, column + SIDE + j] for i, j in around]
        black: NDArray[np.bool_] = ~np.any(at, axis=0)
        return black

    def _near(self) -> Singles:
        look, row, column = self.places
        view = np.lib.stride_tricks.sliding_window_view(self._known, (UP + 1, _WIDE), axis=(1, 2))
        flat = view[look, row + FAR, column].reshape(len(look), -1)
        near: Singles = (flat[:, : UP * _WIDE + SIDE] / 255).astype(np.float32)
        return near

    def _far(self) -> Singles:
        look, row, column = self.places
        view = np.lib.stride_tricks.sliding_window_view(self._known, (FAR, _WIDE), axis=(1, 2))
        blocks = view[look, row, column].reshape(len(look), FAR // BLOCK, BLOCK, -1, BLOCK)
        means: Singles = blocks.mean(axis=(2, 4)).reshape(len(look), -1) / 255
        return means

    def _tones(self) -> Singles:
        look, row, column = self.places
        body = self._known[:, _TOP:, SIDE:-SIDE]
        white = np.stack([body == tone for tone in range(WHITE, 256)], axis=-1)
        flat = white.reshape(len(body), -1, white.shape[-1]).astype(np.float32)
        seen = (flat.cumsum(axis=1) - flat).reshape(white.shape)[look, row, column]
        count = seen.sum(axis=1, keepdims=True)
        few = np.minimum(count, _COUNTED) / _COUNTED
        both: Singles = np.concatenate([seen / np.maximum(count, 1), few], axis=1)
        return both

    def _beside(self) -> Singles:
        look, row, column = self.places
        around = ((0, -1), (-1, 0), (-1, -1), (-1, 1))
        at = [self._known[look, row + _TOP + i, column + SIDE + j] for i, j in around]
        return np.stack([one == tone for one in at for tone in TONES], axis=1).astype(np.float32)

    def _place(self) -> Singles:
        look, row, column = self.places
        tall, wide = self._sizes[look].T
        where = (row, column, tall - 1 - row, wide - 1 - column, tall, wide)
        last = self._ink[np.arange(len(self._ink)), :, self._sizes[:, 1] - 1]
        inked = (
            _before(self._ink[:, :, 0])[look, row] | (self._ink[look, row, 0] & (column > 0)),
            _before(last)[look, row],
            _before(self._ink)[look, row, column],
        )
        scaled = np.stack(where, axis=1) / _SCALE
        return np.concatenate([scaled, np.stack(inked, axis=1)], axis=1).astype(np.float32)


def _before(ink: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Whether there was any ink earlier on the last axis."""
    seen = np.logical_or.accumulate(ink, axis=-1)
    return np.concatenate([np.zeros_like(seen[..., :1]), seen[..., :-1]], axis=-1)
