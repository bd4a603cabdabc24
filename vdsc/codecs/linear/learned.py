"""What a sequence teaches the next one of its collection: laws, and where it began."""

from __future__ import annotations

import copy
from dataclasses import dataclass

import numpy as np

from vdsc.codecs.linear.channel_steps import Steps
from vdsc.codecs.linear.knot_code import KnotCode
from vdsc.core.types import Floats, Ints

FARTHEST = 2.0**52
"""Steps that a first knot of another sequence may be from 0, to be of use."""


@dataclass(frozen=True, eq=False)
class LearnedLaws:
    """The laws after a sequence, its first knots (C,) as reals, and whether they are transformed.

    first is None where no chunk was coded.
    """

    code: KnotCode
    first: Floats | None
    transformed: bool

    def laws(self) -> KnotCode:
        """A copy of the laws, to learn on."""
        return copy.deepcopy(self.code)


def reals(knots: Ints, steps: Steps) -> Floats:
    """Knots (C,) in reals, infinite where they are too large for a double."""
    with np.errstate(over="ignore"):
        found: Floats = knots * steps.real_knots
    return found


def origin_of(learned: LearnedLaws | None, steps: Steps, *, transformed: bool) -> Ints | None:
    """First knots (C,) of another sequence in the steps of this one, None where they are no help.

    A product and a quotient of float64, rounded: the same on every machine.
    """
    if learned is None or learned.first is None or learned.transformed != transformed:
        return None
    with np.errstate(over="ignore"):
        near = np.rint(learned.first / steps.real_knots)
    if not (np.abs(near) < FARTHEST).all():
        return None
    origin: Ints = near.astype(np.int64)
    return origin
