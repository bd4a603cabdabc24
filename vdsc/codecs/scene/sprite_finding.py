"""For the encoder: the sprites of a clip, and how many there are."""

from __future__ import annotations

import numpy as np

from vdsc.codecs.scene.mending import PATCHES
from vdsc.codecs.scene.sprite_clip import MOST_PIXELS, SpriteClip
from vdsc.codecs.scene.sprite_track import MOST_WRONG, Pixels, find

COUNTS = (2, 1, 3)
"""How many sprites are looked for, in this order."""

_BLACK = 0.5  # of the pixels, at least so many are black


def found_clip(x: Pixels) -> SpriteClip | None:
    """The clip that draws frames x (T, H, W), all but a few pixels; None if none was found."""
    if np.count_nonzero(x) > _BLACK * x.size or len(x) * MOST_WRONG >= PATCHES or not x.any():
        return None
    for count in COUNTS:
        scene = find(x, count)
        if scene is not None and max(one.size for one in scene.sprites) <= MOST_PIXELS:
            return SpriteClip(scene.sprites, scene.places)
    return None
