"""Linear prediction that learns as it goes: decayed moments, solved again and again."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vdsc.codecs.lossless.arrays.solve import solve
from vdsc.core.types import Ints

UNIT = 18
"""A feature of usual size is about 2**18."""

LARGE = UNIT + 6
"""Features lie within 2**24 of 0."""

_BATCH = 1 << 13  # channels whose weights are solved for at once
ROOM = 8  # bits that products lose before those of many channels are summed


@dataclass(frozen=True)
class RegressionRecipe:
    """Which features a regression sees, how fast it forgets, and what holds its weights down.

    Args:
        features: indices into the features of a channel.
        forget: the moments shrink by 2**-forget at each step.
        ridge: diagonals grow by 2**-ridge of themselves
        least: and by 2**least.
        shared: whether the channels of a round have their weights in common.
    """

    features: tuple[int, ...]
    forget: int
    ridge: int
    least: int
    shared: bool = False


class Regression:
    """D regressions of one target each on the same F features."""

    def __init__(self, recipe: RegressionRecipe, rounds: tuple[int, ...]) -> None:
        self.recipe = recipe
        self.rounds = np.array(rounds, dtype=np.int64)
        begins = np.cumsum(self.rounds) - self.rounds
        self.begins: Ints = begins[self.rounds > 0]
        channels = len(self.begins) if recipe.shared else sum(rounds)
        count = len(recipe.features)
        self.rows = np.array((*recipe.features, -1))
        self.moments = np.zeros((count + 1, count + 1, channels), dtype=np.int64)
        self.weights = np.zeros((count, sum(rounds)), dtype=np.int64)

    def learn(self, features: Ints, *, again: bool) -> None:
        """Take in features (A, D), the last being the target, and if `again` solve anew."""
        seen = features[self.rows]
        self.moments -= self.moments >> self.recipe.forget
        for row, feature in enumerate(seen):
            self.moments[row] += self._summed(feature * seen)
        if again:
            weights = self._solved()
            if self.recipe.shared:
                weights = np.repeat(weights, self.rounds[self.rounds > 0], axis=1)
            self.weights = weights

    def _solved(self) -> Ints:
        """Weights (F, D) from the moments, some channels at a time, for the memory."""
        ridge, least = self.recipe.ridge, 1 << self.recipe.least
        parts = range(0, self.moments.shape[2], _BATCH)
        some = [self.moments[:, :, begin : begin + _BATCH] for begin in parts]
        return np.concatenate([solve(one, ridge=ridge, least=least) for one in some], axis=1)

    def _summed(self, products: Ints) -> Ints:
        """Sum products (F+1, D) over the channels of each round, if these share their weights."""
        if not self.recipe.shared:
            return products
        summed: Ints = np.add.reduceat(products >> ROOM, self.begins, axis=1)
        return summed

    def predict(self, features: Ints, channels: slice) -> Ints:
        """Return the target (N,) at Q24 of the features' unit from features (A, N)."""
        chosen = features[self.rows[:-1]]
        target: Ints = (self.weights[:, channels] * chosen).sum(axis=0)
        return target
