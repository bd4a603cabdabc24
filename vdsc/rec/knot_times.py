"""Knot times of a window as one self-contained code: a byte for the KL of a gap, then blocks."""

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

    def push(
        self, stack: BitStack, pmf: Callable[[Ints], Floats], span: int, *, number: int = 0
    ) -> Sequenced:
        """Push a sample of the target and return its gaps.

        Args:
            stack: where to.
            pmf: the target, gives (N, L) probabilities of the gaps 1..L after knots at ticks (N,).
            span: the last tick, known to both sides.
            number: of the window, 0 to 2**32 - 1, known to both sides.
        """
        ratios = GapRatios.of(self.row, span, pmf)
        sent = self._coder(span, ratios.rate).push(stack, ratios, seed=self.seed, number=number)
        stack.push_uniform(np.array([ratios.rate]), np.array([256]))
        return sent

    def pop(self, stack: BitStack, span: int, *, number: int = 0) -> Ints:
        """Pop ticks (M,).

        Raises:
            CorruptFile: no encoder pushed this.
        """
        rate = int(stack.pop_uniform(np.array([256]))[0])
        if not rate:
            raise CorruptFile("knots of no information are never coded; the file is damaged")
        gaps = self._coder(span, rate).pop(stack, seed=self.seed, number=number)
        return np.append(0, np.cumsum(gaps))

    def _coder(self, span: int, rate: int) -> Blocked:
        return Blocked(GapChain(self.row, span, rate), self.budget, self.most, exact=False)
