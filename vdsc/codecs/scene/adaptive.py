"""Bits and small alphabets on a tape, under probabilities that are given or learned."""

from __future__ import annotations

import numpy as np

from vdsc.core.fixed import CERTAIN
from vdsc.entropy import frequencies as tables
from vdsc.entropy.stack import TOTAL
from vdsc.entropy.tape import Tape


def bit(tape: Tape, value: int | None, share: int) -> int:
    """One bit that is 1 with probability share / 2**16, 0 < share < 2**16."""
    given = None if value is None else np.array([value])
    return int(tape.rows(given, np.array([[TOTAL - share, share]]))[0])


def learned_bit(tape: Tape, value: int | None, seen: list[int]) -> int:
    """One bit under counts of 0 and 1 seen before, to one of which it adds two."""
    share = min(max((seen[1] << 16) // (seen[0] + seen[1]), 16), TOTAL - 16)
    found = bit(tape, value, share)
    seen[found] += 2
    return found


class Counts:
    """A symbol of a small alphabet under counts that grow with what was seen.

    Args:
        start: counts before anything was seen, positive.
        step: what each symbol adds to its count.
    """

    def __init__(self, start: list[int], step: int = 32) -> None:
        self._counts, self._step = np.array(start, dtype=np.int64), step

    def code(self, tape: Tape, value: int | None) -> int:
        """Encode or decode one symbol and update the adaptive model."""
        sums = np.cumsum(self._counts)
        row = tables.share(sums[:-1] * CERTAIN // sums[-1])
        given = None if value is None else np.array([value])
        found = int(tape.rows(given, row[None])[0])
        self._counts[found] += self._step
        return found
