"""What is known of a look when one of its pixels is coded: the inputs of its law.

A look is read row after row. Its box touches ink on all four sides, so what the law sees is where
the pixel lies in the box, and whether the sides met so far have been touched.
"""

from __future__ import annotations

import numpy as np

from vdsc.codecs.scene.sprite_track import Pixels
from vdsc.core.types import Floats
from vdsc.twin.layers import UNIT

UP, SIDE = 6, 7
"""Rows above, and columns to either side, whose pixels are seen one by one."""

FAR, BLOCK = 12, 3
"""Rows above those that are seen in blocks of 3 x 3 pixels, by their means."""

LADDER = (2, 3, 4, 6, 8, 12, 16, 256)
"""How many levels of grey a look may have; the last is all."""

FINE = LADDER[-1]
"""All levels of grey."""

TONES = (0, 252, 253, 254, 255)
"""Levels that a neighbour's equality with is an input."""

WHITE = 250
"""From here on a level counts as white; how often each occurred is an input."""

_TOP = UP + FAR
_SEEN = UP * (2 * SIDE + 1) + SIDE
_PLACES = 5  # binary places of a position in the box
_BLOCKS = (FAR // BLOCK, BLOCK, (2 * SIDE + 1) // BLOCK, BLOCK)
_GREYS = (np.arange(256) * UNIT + 127) // 255


class Canvas:
    """The pixels of one look known so far, and what the law of the next one depends on.

    Args:
        size: rows and columns of the look.
        levels: how many levels of grey it has, one of LADDER.
    """

    def __init__(self, size: tuple[int, int], levels: int) -> None:
        self.size = size
        self._known = np.zeros((size[0] + _TOP, size[1] + 2 * SIDE), dtype=np.int64)
        self._whites = np.zeros(256 - WHITE, dtype=np.int64)
        self._levels = np.array([UNIT * (levels == one) for one in LADDER])

    def put(self, row: int, column: int, grey: int) -> None:
        """Learn a pixel, 0 to 255; they come row after row."""
        self._known[row + _TOP, column + SIDE] = grey
        if grey >= WHITE:
            self._whites[grey - WHITE] += 1

    @property
    def look(self) -> Pixels:
        """The pixels (h, w)."""
        return self._known[_TOP:, SIDE:-SIDE].astype(np.uint8)

    def inputs(self, row: int, column: int) -> Floats:
        """What is seen from a pixel, activations (161,)."""
        across = slice(column, column + 2 * SIDE + 1)
        near = _GREYS[self._known[row + FAR : row + _TOP + 1, across].ravel()[:_SEEN]]
        blocks = self._known[row : row + FAR, across].reshape(_BLOCKS).sum(axis=(1, 3)).ravel()
        far = (blocks * UNIT) // (255 * BLOCK * BLOCK)
        parts = (near, far, self._tones(), self._beside(row, column), self._place(row, column))
        return np.concatenate([*parts, self._levels]).astype(np.float64)

    def _tones(self) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
        """The shares of the whites so far, and how many there are."""
        count = int(self._whites.sum())
        shares = (self._whites * UNIT) // max(count, 1)
        return np.append(shares, min(count, 64) * UNIT >> 6)

    def _beside(self, row: int, column: int) -> list[int]:
        """Which tones the pixels to the left, above, and above to both sides have."""
        known, i, j = self._known, row + _TOP, column + SIDE
        four = (known[i, j - 1], known[i - 1, j], known[i - 1, j - 1], known[i - 1, j + 1])
        return [UNIT * int(grey == tone) for grey in four for tone in TONES]

    def _place(self, row: int, column: int) -> list[int]:
        """Where the pixel lies in its box, and where there is ink already."""
        height, width = self.size
        where = (row, column, height - 1 - row, width - 1 - column, height, width)
        ink = self._known[_TOP : _TOP + row + 1, SIDE:-SIDE] > 0
        inked = (ink[:, 0].any(), ink[:, -1].any(), ink[row].any())
        return [n * UNIT >> _PLACES for n in where] + [UNIT * int(one) for one in inked]
