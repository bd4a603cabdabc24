"""Knot times drawn from the posterior by relative entropy coding: the decoder knows no posterior.

Chen et al. 2022, section 3.3, leave this step open; the code is that of docs/rec.md. A byte before
the stack holds the KL of a gap.
"""

from __future__ import annotations

from dataclasses import dataclass

from vdsc.codecs.knots.body import kl_of_a_gap
from vdsc.core.types import Floats, Ints
from vdsc.entropy import BitStack
from vdsc.rec import DrawnKnots as Draw
from vdsc.rec import GapRatios, KnotTimes

__all__ = ["BUDGET", "MOST", "Draw", "DrawnTimes"]

BUDGET = 160
"""Sixteenths of a bit of KL in one block: a number of the format."""

MOST = 1 << 15
"""Candidates of a block that the encoder looks at; the best so far is taken after them."""


@dataclass(frozen=True, eq=False)
class DrawnTimes:
    """Codes knot times as samples, under a row of gap frequencies (L,) and a shared seed."""

    row: Ints
    seed: int = 0

    def weigh(self, law: Floats) -> GapRatios:
        """Weigh the law (N, L) of the gap after a knot at frames 0..N-1 against the row."""
        return self._code.weigh(lambda ticks: law[ticks], len(law))

    def draw(self, law: Floats, first: int) -> Draw:
        """Draw the knots of the window that begins with frame `first` and has N more."""
        return self._code.find(lambda ticks: law[ticks], len(law), number=_number(first))

    def push(self, stack: BitStack, draw: Draw) -> bytes:
        """Push a draw, and return the byte that goes before the stack."""
        self._code.push(stack, draw)
        return bytes([draw.rate])

    def pop(self, stack: BitStack, head: bytes, span: int, first: int) -> Ints:
        """Pop knots (M,) of the window of frames first..first + span; raises CorruptFile."""
        return self._code.pop(stack, kl_of_a_gap(head), span, number=_number(first))

    @property
    def _code(self) -> KnotTimes:
        return KnotTimes(self.row, self.seed, BUDGET, MOST)


def _number(first: int) -> int:
    """The number of a window: windows under one seed have different noise."""
    return first % (1 << 32)
