"""Many small variables in blocks: candidates are sequences, and one index names a whole block.

One sample at a time pays its overhead, a bit or two, on every variable; a block pays it once.
Within a block this is the Poisson functional representation (`PFR`) on the space of sequences.
Blocks as such are those of Havasi, Peharz and Hernandez-Lobato 2019 (Minimal random code learning,
ICLR).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from vdsc.core.types import Floats, Ints
from vdsc.entropy import BitStack
from vdsc.errors import InvalidInput, LimitExceeded
from vdsc.rec.chain import Chain, Ratios
from vdsc.rec.codes import BIT, LAST, pop_index, push_index
from vdsc.rec.noise import Noise, coordinates, waits

_SMALL, _LARGE = 1 << 9, 1 << 13
_MARGIN = 32  # times 2**KL candidates, where nothing must be proven


@dataclass(frozen=True)
class Block:
    """A block that was found: its variables' number and KL (sixteenths), its index from 1.

    `settled` says that no later candidate could have won, so that the sample is exact.
    """

    count: int
    expected: int
    index: int
    steps: int
    settled: bool


@dataclass(frozen=True)
class Sequenced:
    """The values (M,) of a chain and its blocks."""

    values: Ints
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Blocked:
    """Codes a chain block after block, each at about KL + log2(KL + 1) + 1 bits.

    Candidate n of block b takes its arrival time from word n - 1 of stream 0 of
    `Noise(seed, 2**32 number + b)`, and its variable j from that of stream j + 1. A candidate is
    dropped as soon as the bounds of the variables to come say that it cannot win, so most cost one
    variable.

    Exact where a search settles: 2**Dinf candidates of a block on average. With `exact` false it
    ends with the best of 32 times 2**KL candidates, or of `most` if these are fewer, and the
    sample's law is off by the probability that a later one would have won, in total variation.

    Args:
        chain: what both sides know.
        budget: of KL in one block, sixteenths of a bit, known to both sides.
        most: candidates of a block, at most 2**22; the encoder's own choice.
        exact: whether to fail where `most` candidates do not settle a block; the encoder's too.
    """

    chain: Chain
    budget: int = 8 * BIT
    most: int = 1 << 20
    exact: bool = True

    def __post_init__(self) -> None:
        if not (1 <= self.budget <= 20 * BIT and 1 <= self.most <= LAST):
            raise InvalidInput("a block takes a budget of 1 to 320, and 1 to 2**22 candidates")

    def push(self, stack: BitStack, ratios: Ratios, *, seed: int, number: int = 0) -> Sequenced:
        """Push a sample of the target: `find` and `write` in one."""
        found = self.find(ratios, seed=seed, number=number)
        self.write(stack, found)
        return found

    def find(self, ratios: Ratios, *, seed: int, number: int = 0) -> Sequenced:
        """Find a sample of the target; each `number` < 2**32 has its own noise.

        Raises:
            LimitExceeded: `most` candidates do not settle a block that must be, or none of them is
                possible under the target.
        """
        state = 0
        values: list[Ints] = []
        blocks: list[Block] = []
        while (group := self.chain.group(state, self.budget))[0]:
            noise = Noise(seed, (number << 32) + len(blocks))
            blocks.append(self._search(ratios, state, group, noise))
            drawn, state = self._draw(state, group[0], blocks[-1].index, noise)
            values.append(drawn)
        return Sequenced(_joined(values), tuple(blocks))

    @staticmethod
    def write(stack: BitStack, found: Sequenced) -> None:
        """Push what was found, so that the first block is popped first."""
        for block in reversed(found.blocks):
            push_index(stack, block.index, block.expected, heavy=True)

    def pop(self, stack: BitStack, *, seed: int, number: int = 0) -> Ints:
        """Pop the values (M,) that `push` returned.

        Raises:
            CorruptFile: no encoder pushed this.
        """
        state = 0
        values: list[Ints] = []
        while (group := self.chain.group(state, self.budget))[0]:
            index = pop_index(stack, group[1], heavy=True)
            noise = Noise(seed, (number << 32) + len(values))
            drawn, state = self._draw(state, group[0], index, noise)
            values.append(drawn)
        return _joined(values)

    def _draw(self, state: int, count: int, index: int, noise: Noise) -> tuple[Ints, int]:
        """Return the values of one candidate, as far as the chain goes, and the state after it."""
        at, values = np.array([state]), []
        for stream in range(1, count + 1):
            u = coordinates(noise.words(stream, index - 1, 1))
            value, after = self.chain.step(at, u)
            if after[0] == at[0]:
                break
            values.append(value)
            at = after
        return _joined(values), int(at[0])

    def _search(self, ratios: Ratios, state: int, group: tuple[int, int], noise: Noise) -> Block:
        """Find the candidate of least time by ratio."""
        bounds = ratios.bounds(group[0])
        least, index, steps = np.inf, 1, 0
        most = self.candidates(group[1])
        for first, times in _arrivals(noise, most):
            alive, race = self._race(ratios, bounds, state, (first, times, least), noise)
            if alive.size and race.min() < least:
                least, index = float(race.min()), first + int(alive[race.argmin()])
            steps = first + times.size - 1
            if times[-1] - bounds[-1, state] >= least:
                return Block(*group, index, steps, settled=True)
        if self.exact or least == np.inf:
            raise LimitExceeded(f"{most} candidates do not settle a block; lower its budget")
        return Block(*group, index, steps, settled=False)

    def candidates(self, expected: int) -> int:
        """How many are looked at for a KL in sixteenths of a bit: without proof, 32 times 2**KL."""
        return self.most if self.exact else min(self.most, _MARGIN << -(-expected // BIT))

    def _race(
        self,
        ratios: Ratios,
        bounds: Floats,
        state: int,
        batch: tuple[int, Floats, float],
        noise: Noise,
    ) -> tuple[Ints, Floats]:
        """Return which of a batch's candidates may win, and log2 of their times by ratios."""
        first, race, least = batch
        alive, at = np.arange(race.size), np.full(race.size, state)
        for stream in range(1, bounds.shape[0]):
            begin, end = int(alive[0]), int(alive[-1]) + 1
            words = noise.words(stream, first - 1 + begin, end - begin)
            u = coordinates(words if alive.size == words.size else words[alive - begin])
            value, after = self.chain.step(at, u)
            race = race - ratios.log_ratio(at, value)
            keep = race - bounds[-1 - stream, after] < least
            done = not (after[keep] > at[keep]).any()
            alive, at, race = alive[keep], after[keep], race[keep]
            if done:  # none is left, or all have reached the end
                break
        return alive, race


def _arrivals(noise: Noise, most: int) -> Iterator[tuple[int, Floats]]:
    """Yield the number of a batch's first candidate, from 1, and log2 of all arrival times."""
    first, time, size = 1, 0.0, _SMALL
    while first <= most:
        size = min(size, most + 1 - first)
        times = time + np.cumsum(waits(noise.words(0, first - 1, size)))
        yield first, np.log2(times)
        first, time, size = first + size, float(times[-1]), min(4 * size, _LARGE)


def _joined(parts: list[Ints]) -> Ints:
    return np.concatenate([np.zeros(0, dtype=np.int64), *parts])
