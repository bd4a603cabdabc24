"""Arrivals of a Poisson process in order: what the schemes without branches look at."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from vdsc.core.types import Floats, Ints
from vdsc.entropy import BitStack
from vdsc.errors import LimitExceeded
from vdsc.rec.channel import Found
from vdsc.rec.codes import LAST, pop_index, push_index
from vdsc.rec.noise import Noise, coordinates, waits

_SMALL, _LARGE = 1 << 6, 1 << 14


@dataclass(frozen=True, eq=False)
class Batch:
    """Neighbouring arrivals: the number of the first (from 1), times (N,) and coordinates (N,)."""

    first: int
    times: Floats
    u: Ints


def batches(noise: Noise) -> Iterator[Batch]:
    """Yield arrivals in batches that grow; arrival n reads words 2 (n - 1) and the next, stream 0.

    Times are of rate 1 and floats: only encoders use them.
    """
    first, time, size = 1, 0.0, _SMALL
    while first <= LAST:
        size = min(size, LAST + 1 - first)
        words = noise.words(0, 2 * (first - 1), 2 * size)
        times = time + np.cumsum(waits(words[1::2]))
        yield Batch(first, times, coordinates(words[::2]))
        first, time, size = first + size, float(times[-1]), min(4 * size, _LARGE)


@dataclass(frozen=True)
class IndexCode:
    """Codes an arrival as its number from 1.

    Args:
        expected: the KL that both sides expect, sixteenths of a bit.
        heavy: whether late arrivals are likely, as in greedy rejection.
    """

    expected: int
    heavy: bool = False

    def push(self, stack: BitStack, place: int, noise: Noise) -> None:
        """Push the number of an arrival; the noise plays no part."""
        del noise
        push_index(stack, place, self.expected, heavy=self.heavy)

    def pop(self, stack: BitStack, noise: Noise) -> Found:
        """Pop the number of an arrival and look it up.

        Raises:
            CorruptFile: it is above 2**22.
        """
        index = pop_index(stack, self.expected, heavy=self.heavy)
        return Found(index, int(coordinates(noise.words(0, 2 * (index - 1), 1))[0]), index)


def exhausted() -> LimitExceeded:
    """Return what to raise after the last arrival."""
    return LimitExceeded(f"no sample among {LAST} arrivals; use a branching scheme, or a nearer P")
