"""What a user may ask of the linear codec."""

from __future__ import annotations

import math
from dataclasses import dataclass

from vdsc.errors import InvalidInput


@dataclass(frozen=True, slots=True)
class LinearSettings:
    """What a user may ask of the linear codec.

    quality: 1 to 100, size against error: ten more make the steps half as large, and 30 makes them
    as large as the spread of the channels. knots: "placed" where they save most, or "even".
    steps: in the place of a quality, the step of all channels, or one of each, in their own units.

    Raises:
        InvalidInput: a value is none of these.
    """

    quality: int = 75
    knots: str = "placed"
    steps: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        if type(self.quality) is not int or not 1 <= self.quality <= 100:
            raise InvalidInput(f"quality must be a whole number from 1 to 100, not {self.quality}")
        if self.knots not in {"placed", "even"}:
            raise InvalidInput(f"knots must be 'placed' or 'even', not {self.knots!r}")
        if not all(math.isfinite(step) and step > 0 for step in self.steps):
            raise InvalidInput("steps must be above zero")
