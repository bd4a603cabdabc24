"""What a search for knots is told of the file that they are for."""

from __future__ import annotations

from dataclasses import dataclass

from vdsc.core.types import Ints
from vdsc.model.price import Price


@dataclass(frozen=True, slots=True)
class KnotWish:
    """What a search for knots is told of the file that they are for.

    effort: 1 to 9. ticks (T,): of the prior's clock at the frames. laws: the price of steps of 1,
    2, ... ticks. usual: knots per frame that go with such cells. longest: frames between two knots.
    """

    effort: int
    ticks: Ints
    laws: Price
    usual: float
    longest: int
