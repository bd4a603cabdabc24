"""What a user may ask of the codec of sprites, and which looks that means."""

from __future__ import annotations

from dataclasses import dataclass

from vdsc.codecs.scene.look_canvas import FINE
from vdsc.errors import InvalidInput

RUNGS = (
    (2, 0.3), (2, 0.25), (2, 0.2), (2, 0.15), (2, 0.12), (2, 0.06), (2, 0.02), (3, 0.25),
    (3, 0.15), (3, 0.05), (4, 0.2), (4, 0.08), (6, 0.1), (8, 0.1), (12, 0.1), (16, 0.1),
    (FINE, 0.0),
)  # fmt: skip
"""Levels of grey, and squared steps between two of them that a bit is worth, by quality."""

MOST = 100


@dataclass(frozen=True, slots=True)
class SpriteSettings:
    """What a user may ask of the codec of sprites.

    model: a checkpoint's name or folder, "" for the first one of sprites. quality: 1 to 100, size
    against error.

    Raises:
        InvalidInput: a quality is none of these.
    """

    model: str = ""
    quality: int = 75

    def __post_init__(self) -> None:
        if type(self.quality) is not int or not 1 <= self.quality <= MOST:
            raise InvalidInput(f"quality must be a whole number from 1 to 100, not {self.quality}")

    @property
    def rung(self) -> tuple[int, float]:
        """Levels of grey, and what a bit is worth in squared greys."""
        levels, share = RUNGS[(self.quality - 1) * len(RUNGS) // MOST]
        return levels, share * (255 / (levels - 1)) ** 2
