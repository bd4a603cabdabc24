"""A clip of sprites as numbers: their looks, once, and where they are in each frame."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vdsc.codecs.scene.look_canvas import FINE
from vdsc.codecs.scene.look_network import MARGIN, LookNetworks
from vdsc.codecs.scene.sprite_track import Pixels
from vdsc.core.types import Ints

MOST_PIXELS = 1 << 14
"""Pixels that a look has at most: each is decoded by itself."""

FINEST = 8
"""Positions are told to 2**-8 of a pixel at most."""


@dataclass(frozen=True, eq=False)
class SpriteClip:
    """Sprites that move over black.

    looks: greys (h, w) of each, of `levels` levels. corners: (T, objects, 2), the row and column of
    the upper left pixel of each look, in units of 2**-places of a pixel.
    """

    looks: list[Pixels]
    corners: Ints
    levels: int = FINE
    places: int = 0

    def drawn(self, networks: LookNetworks, size: tuple[int, int]) -> Pixels:
        """The frames (T, H, W): the sum of the sprites, between pixels by straight lines."""
        made = [networks.drawn(look, self.levels) for look in self.looks]
        edge = MARGIN if self.levels != FINE else 0
        total = np.zeros((len(self.corners), size[0] + 2 * _RIM, size[1] + 2 * _RIM), np.int64)
        for i, picture in enumerate(made):
            for t, (row, column) in enumerate((self.corners[:, i] >> self.places).tolist()):
                fraction = self.corners[t, i] & ((1 << self.places) - 1)
                moved = between(picture.astype(np.int64), fraction, self.places)
                top, left = row - edge + _RIM, column - edge + _RIM
                total[t, top : top + moved.shape[0], left : left + moved.shape[1]] += moved
        unit = 2 * self.places
        grey = (total[:, _RIM:-_RIM, _RIM:-_RIM] + (1 << unit >> 1)) >> unit
        frames: Pixels = np.minimum(grey, 255).astype(np.uint8)
        return frames


_RIM = MARGIN + 1  # what a sprite within its frame may reach beyond it


def between(picture: Ints, fraction: Ints, places: int) -> Ints:
    """A picture (h, w) moved down and right by (2,) parts of a pixel, times 4**places: one larger.

    With 0 places the picture as it is.
    """
    if not places:
        return picture
    one = 1 << places
    down, right = int(fraction[0]), int(fraction[1])
    below, above = np.pad(picture, ((1, 0), (0, 0))), np.pad(picture, ((0, 1), (0, 0)))
    tall = above * (one - down) + below * down
    moved: Ints = np.pad(tall, ((0, 0), (0, 1))) * (one - right)
    moved += np.pad(tall, ((0, 0), (1, 0))) * right
    return moved
