"""What a user may ask of the codec `field`."""

from __future__ import annotations

import math
from dataclasses import dataclass

from vdsc.codecs.field.field_params import SENT, SOUGHT
from vdsc.errors import InvalidInput

CHOSEN, ALL = "chosen", "all"
EVERY = {"2": 1, "4": 2, "8": 3, "16": 4}
"""Levels of grids with a knot in so many frames."""

MOTIONS = {"sought": SOUGHT, "sent": SENT}
"""Ways that frames between knots are foretold."""

MOST_BLOCKS = 255
"""Blocks of a tile at most."""


@dataclass(frozen=True, slots=True)
class FieldSettings:
    """What a user may ask of the codec `field`.

    quality: 1 to 100, size against error: ten more make the steps half as large (below 20, five
    more), and 30 makes them as large as the spread of the values. step: instead of a quality, the
    step of the latents in the values' own unit. blocks: samples of a block along each axis, powers
    of two, () for usual ones by the number of axes. price: squared steps that a bit is worth; 0
    rounds each latent to the nearest. effort: 0 to 9, how long a network of the array's own is
    fitted, which from 5 on is tried beside a checkpoint's. model: a checkpoint, "" for one that
    fits. own: a network of the array's own, whatever fits. base: a checkpoint that draws what lies
    beneath, of kind implicit (tiles of pictures; files were larger with it) or sketch (colour
    video), "" for a sketch where that is smaller; `model` may name it, too. sketch: whether one may
    be taken by itself. grid: which frames of video of pixels are knots, the others being foretold
    from these: "chosen" where that pays, or "2", "4", "8" or "16" for one in so many, where a
    checkpoint can; "all" for all; "" for "chosen" or "all", as is cheaper. motion: how
    the others are foretold: "sought" by motion that a decoder looks for, "sent" by motion that the
    file tells, from frame to frame; "" for what is cheaper. base_blocks: blocks of 16 bits that a
    tile gives to its base at most.

    Raises:
        InvalidInput: a value is none of these.
    """

    quality: int = 75
    step: float = 0.0
    blocks: tuple[int, ...] = ()
    price: float = 0.13
    effort: int = 5
    model: str = ""
    own: bool = False
    base: str = ""
    base_blocks: int = 4
    sketch: bool = True
    grid: str = ""
    motion: str = ""

    def __post_init__(self) -> None:
        if type(self.quality) is not int or not 1 <= self.quality <= 100:
            raise InvalidInput(f"quality must be a whole number from 1 to 100, not {self.quality}")
        if not math.isfinite(self.step) or self.step < 0:
            raise InvalidInput("step must be above zero")
        if not 0 <= self.price <= 1:
            raise InvalidInput(f"price must be from 0 to 1, not {self.price}")
        if type(self.effort) is not int or not 0 <= self.effort <= 9:
            raise InvalidInput(f"effort must be a whole number from 0 to 9, not {self.effort}")
        if type(self.base_blocks) is not int or not 0 <= self.base_blocks <= MOST_BLOCKS:
            words = f"base_blocks must be a whole number from 0 to {MOST_BLOCKS}"
            raise InvalidInput(f"{words}, not {self.base_blocks}")
        if self.grid not in {"", CHOSEN, ALL, *EVERY}:
            words = ", ".join((CHOSEN, ALL, *EVERY))
            raise InvalidInput(f"grid must be one of {words}, not {self.grid!r}")
        if self.motion not in {"", *MOTIONS}:
            words = " or ".join(MOTIONS)
            raise InvalidInput(f"motion must be {words}, not {self.motion!r}")
