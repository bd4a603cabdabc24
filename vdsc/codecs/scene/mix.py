"""Adaptive binary probabilities from several contexts, mixed by integers (logistic mixing).

Each context has a probability of its own that learns quickly at first; a small gated network of
integers weighs them (Mahoney 2005). All numbers are Python integers, probabilities
and weights in Q16.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from vdsc.core.fixed import ONE, exp_minus

_LEAST = 24  # the smallest probability that is coded, Q16
_FAR = 2047  # stretched probabilities are Q8 and this large at most
_RATE = 12  # how fast weights learn: a shift


class Mixer:
    """Probability that the next bit is 1, given the numbers of its contexts.

    Args:
        inputs: how many contexts each bit has.
        slowest: a probability moves by at least 1 / slowest of its error.
    """

    def __init__(self, inputs: int, slowest: int = 60) -> None:
        self._seen: dict[tuple[int, ...], list[int]] = {}
        self._weights: dict[int, list[int]] = {}
        self._first = [(ONE * 10 // 8) // inputs] * inputs
        self._slowest = slowest
        self._now: list[list[int]] = []
        self._heard: list[int] = []
        self._gate: list[int] = []
        self._share = ONE >> 1

    def predict(self, contexts: Sequence[tuple[int, ...]], gate: int) -> int:
        """Q16 probability of a 1 under these contexts; `gate` chooses the weights."""
        self._now = [self._seen.setdefault(context, [ONE >> 1, 0]) for context in contexts]
        stretched = stretches()
        self._heard = [
            stretched[p >> 4] * (count + 1) // (count + 3) if count < 30 else stretched[p >> 4]
            for p, count in self._now
        ]
        self._gate = self._weights.setdefault(gate, list(self._first))
        dot = sum(w * s for w, s in zip(self._gate, self._heard, strict=True)) >> 16
        self._share = squash(dot)
        return min(max(self._share, _LEAST), ONE - _LEAST)

    def learn(self, bit: int) -> None:
        """Take in the bit that was predicted last."""
        error = (bit << 16) - self._share
        for i, heard in enumerate(self._heard):
            self._gate[i] += (heard * error) >> _RATE
        for state in self._now:
            share, count = state
            pace = min(count, self._slowest)
            state[0] = share + ((bit * (ONE - 1) - share) * 2) // (2 * pace + 3)
            state[1] = count + 1


def squash(x: int) -> int:
    """Q16 of 1 / (1 + e^-(x / 256))."""
    return _squashes()[min(max(x, -_FAR), _FAR) + _FAR]


@cache
def _squashes() -> list[int]:
    tails = [exp_minus(abs(x), 256) for x in range(-_FAR, _FAR + 1)]
    one = 1 << 96
    shares = [(ONE << 96) // (one + tail) for tail in tails]
    return [s if x > _FAR else ONE - s for x, s in enumerate(shares)]


@cache
def stretches() -> list[int]:
    """The inverse of `squash` at (i + 1/2) / 4096 for i < 4096: Q8 of log(p / (1 - p))."""
    table, at = [], -_FAR
    for i in range(4096):
        while at < _FAR and squash(at) < 16 * i + 8:
            at += 1
        table.append(at)
    return table
