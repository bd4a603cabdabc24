"""Knot times of a window drawn from a posterior that only the encoder knows.

    encode  q(T | x) -find-> knots and, block by block, the number of a candidate -push-> stack
    decode  stack -pop-> numbers -shared noise-> the same candidates -> knots

The decoder needs one number beside the stack, the KL of a gap. Who owns the stream decides where it
stands: before the stack, as in files of `vdsde`, or on it (`push_rate`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from vdsc.core.types import Floats, Ints
from vdsc.entropy import BitStack
from vdsc.errors import CorruptFile
from vdsc.rec.blocked import Blocked, Sequenced
from vdsc.rec.codes import BIT
from vdsc.rec.gap_ratios import GapChain, GapRatios


@dataclass(frozen=True, eq=False)
class DrawnKnots:
    """A sample of a window's knots.

    Args:
        knots: (M,) ticks from 0 to the window's span.
        kl: bits of KL of all gaps together.
        rate: the KL of one gap, 1 to 255 sixteenths of a bit; the decoder must know it.
        blocks: what is pushed.
    """

    knots: Ints
    kl: float
    rate: int
    blocks: Sequenced


@dataclass(frozen=True, eq=False)
class KnotTimes:
    """Codes ticks 0 = t_0 < ... < t_{M-1} = span by relative entropy coding under one proposal.

    Args:
        row: (L,) frequencies of the gaps 1..L under the proposal, each >= 1, sum 2**16.
        seed: shared by both sides.
        budget: of KL in one block, sixteenths of a bit, the same on both sides.
        most: candidates of a block, the encoder's own choice; the best so far is taken after them.
    """

    row: Ints
    seed: int = 0
    budget: int = 10 * BIT
    most: int = 1 << 15

    def weigh(self, pmf: Callable[[Ints], Floats], span: int) -> GapRatios:
        """Weigh a target against the proposal; `find` says what pmf and span are."""
        return GapRatios.of(self.row, span, pmf)

    def find(self, pmf: Callable[[Ints], Floats], span: int, *, number: int = 0) -> DrawnKnots:
        """Find a sample of the target.

        Args:
            pmf: the target, gives (N, L) probabilities of the gaps 1..L after knots at ticks (N,).
            span: the last tick, known to both sides.
            number: of the window, 0 to 2**32 - 1, known to both sides.
        """
        ratios = self.weigh(pmf, span)
        found = self._coder(span, ratios.rate).find(ratios, seed=self.seed, number=number)
        return DrawnKnots(_knots(found.values), ratios.kl[0], ratios.rate, found)

    def push(self, stack: BitStack, drawn: DrawnKnots) -> None:
        """Push what was found, but for its rate."""
        Blocked.write(stack, drawn.blocks)

    def pop(self, stack: BitStack, rate: int, span: int, *, number: int = 0) -> Ints:
        """Pop ticks (M,).

        Raises:
            CorruptFile: no encoder pushed this, or the rate is 0.
        """
        if not rate:
            raise CorruptFile("knots of no information are never coded; the file is damaged")
        gaps = self._coder(span, rate).pop(stack, seed=self.seed, number=number)
        return _knots(gaps)

    def _coder(self, span: int, rate: int) -> Blocked:
        return Blocked(GapChain(self.row, span, rate), self.budget, self.most, exact=False)


def push_rate(stack: BitStack, rate: int) -> None:
    """Push the KL of a gap, 1 to 255 sixteenths of a bit, as one byte."""
    stack.push_uniform(np.array([rate]), np.array([256]))


def pop_rate(stack: BitStack) -> int:
    """Pop what `push_rate` pushed."""
    return int(stack.pop_uniform(np.array([256]))[0])


def _knots(gaps: Ints) -> Ints:
    return np.append(0, np.cumsum(gaps))
