"""Knot times drawn from the posterior by relative entropy coding: the decoder knows no posterior.

    encode  q(T | x) -search-> knots and, block by block, the number of a candidate -push-> stack
    decode  stack -pop-> numbers -shared noise-> the same candidates -> knots

Chen et al. 2022, section 3.3, leave this step open; the code is that of docs/rec.md.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vdsc.codecs.knots.body import tells
from vdsc.core.types import Floats, Ints
from vdsc.entropy import BitStack
from vdsc.rec import Blocked, GapChain, GapRatios, Sequenced

BUDGET = 160
"""Sixteenths of a bit of KL in one block: a number of the format."""

MOST = 1 << 15
"""Candidates of a block that the encoder looks at; the best so far is taken after them."""

HEAD = 1
"""Bytes before the stack: the KL of a gap in sixteenths of a bit, 1 to 255."""


@dataclass(frozen=True, eq=False)
class Draw:
    """A sample of a window's knots (M,): the KL of its law in bits, that of a gap, its blocks."""

    knots: Ints
    kl: float
    rate: int
    blocks: Sequenced


@dataclass(frozen=True, eq=False)
class DrawnTimes:
    """Codes knot times as samples, under a row of gap frequencies (L,) and a shared seed."""

    row: Ints
    seed: int = 0

    def weigh(self, law: Floats) -> GapRatios:
        """Weigh the law (N, L) of the gap after a knot at frames 0..N-1 against the row."""
        return GapRatios.of(self.row, len(law), lambda ticks: law[ticks])

    def draw(self, law: Floats, first: int) -> Draw:
        """Draw the knots of the window that begins with frame `first` and has N more."""
        ratios = self.weigh(law)
        coder = self._coder(len(law), ratios.rate)
        found = coder.find(ratios, seed=self.seed, number=_number(first))
        return Draw(_knots(found.values), ratios.kl[0], ratios.rate, found)

    def push(self, stack: BitStack, draw: Draw) -> bytes:
        """Push a draw, and return the byte that goes before the stack."""
        Blocked.write(stack, draw.blocks)
        return bytes([draw.rate])

    def pop(self, stack: BitStack, head: bytes, span: int, first: int) -> Ints:
        """Pop knots (M,) of the window of frames first..first + span; raises CorruptFile."""
        coder = self._coder(span, tells(head))
        return _knots(coder.pop(stack, seed=self.seed, number=_number(first)))

    def _coder(self, span: int, rate: int) -> Blocked:
        return Blocked(GapChain(self.row, span, rate), BUDGET, MOST, exact=False)


def _number(first: int) -> int:
    """Tell windows under one seed apart."""
    return first % (1 << 32)


def _knots(gaps: Ints) -> Ints:
    return np.append(0, np.cumsum(gaps))
