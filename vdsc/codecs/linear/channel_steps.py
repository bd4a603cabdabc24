"""How finely each channel is coded: its step, in integers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vdsc.codecs.linear.linear_params import COARSEST, FINEST
from vdsc.container import varint
from vdsc.core.types import Floats, Ints
from vdsc.errors import CorruptFile

QUARTERS = (4096, 4871, 5793, 6889)
"""round(2^(12 + i/4)): a step in units of 2^e."""


@dataclass(frozen=True, eq=False)
class Steps:
    """The steps of C channels, each 2^(j / 4) with an integer j.

    units: (C,) a step in units. knots: (C,) a step of knots in units. exponents: (C,) the unit is
    two to this power.
    """

    units: Ints
    knots: Ints
    exponents: Ints

    @classmethod
    def of(cls, quarters: Ints, finer: int) -> Steps:
        """From j (C,); the steps of knots are those of j - finer."""
        exact, knots = np.array(QUARTERS), quarters - finer
        smaller = exact[knots & 3] >> (quarters >> 2) - (knots >> 2)
        return cls(exact[quarters & 3], smaller, (quarters >> 2) - 12)

    @classmethod
    def same(cls, channels: int, quarters: int, finer: int) -> Steps:
        """The same j for so many channels."""
        return cls.of(np.full(channels, quarters, dtype=np.int64), finer)

    @property
    def real(self) -> Floats:
        """Steps (C,) as they are."""
        steps: Floats = np.ldexp(self.units.astype(np.float64), self.exponents)
        return steps

    @property
    def real_knots(self) -> Floats:
        """Steps (C,) of knots as they are."""
        steps: Floats = np.ldexp(self.knots.astype(np.float64), self.exponents)
        return steps


def pack(quarters: Ints) -> bytes:
    """How the j (C,) differ from channel to channel, as varints."""
    return b"".join(varint.put_signed(step) for step in np.diff(quarters).tolist())


def unpack(body: bytes, first: int, channels: int) -> tuple[Ints, int]:
    """The inverse of `pack` at the start of a body, and where it ends; raises CorruptFile."""
    found, at = [first], 0
    for _ in range(channels - 1):
        step, at = varint.get_signed(body, at)
        found.append(found[-1] + step)
    if min(found) < FINEST or max(found) > COARSEST:
        raise CorruptFile("a channel's step cannot be right; the file is damaged")
    return np.array(found, dtype=np.int64), at
