"""All that loops work on, an array with a row for each channel, and how a predictor fills it.

A loop writes `desk[d, FAST + e]` for what the predictor calls `fast[e, d]`.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate

import numpy as np

from vdsc.codecs.lossless.arrays.predictor import Predictor
from vdsc.codecs.lossless.arrays.regression import Regression, RegressionRecipe
from vdsc.core.types import Ints

_PARENTS, _EXPERTS, _FEATURES, _WEIGHTS = 4, 6, 16, 28  # at most

_COLUMNS = {
    "past": 5, "usual": 1, "again": 1, "last": 1,
    "fast": _EXPERTS, "slow": _EXPERTS, "score": _EXPERTS,
    "parent": _PARENTS, "relative": _PARENTS, "coarse": 1, "fold": 1, "limit": 1, "origin": 1,
    "guess": _EXPERTS, "scale": _EXPERTS, "share": _EXPERTS, "blend": _EXPERTS, "plain": 1,
    "now": 1, "straight": 1, "turn": 1, "shift": 1, "powers": 3, "were": 3,
    "feature": _FEATURES, "target": 1, "weight": _WEIGHTS,
    "level": 1, "centre": 1, "digits": 1, "symbol": 1, "excess": 1, "least": 1,
    "begin": 1, "index": 1, "size": 1, "skip": 1,
}  # fmt: skip
_PLACES = dict(zip(_COLUMNS, accumulate(_COLUMNS.values(), initial=0), strict=False))

# What carries over from frame to frame, as in `Predictor`.
PAST, USUAL, AGAIN, LAST = (_PLACES[name] for name in ("past", "usual", "again", "last"))
FAST, SLOW, SCORE, WEIGHTS = (_PLACES[name] for name in ("fast", "slow", "score", "weight"))

# What never changes, as in `Features`; a parent that is missing is -1.
PARENT, RELATIVE, COARSE = _PLACES["parent"], _PLACES["relative"], _PLACES["coarse"]
FOLD, LIMIT, ORIGIN = _PLACES["fold"], _PLACES["limit"], _PLACES["origin"]

# What belongs to one frame, as in `Predictor` and `Features`.
GUESS, SCALE, SHARE, BLEND, PLAIN = (
    _PLACES[name] for name in ("guess", "scale", "share", "blend", "plain")
)
NOW, STRAIGHT, TURN, SHIFT = (_PLACES[name] for name in ("now", "straight", "turn", "shift"))
POWERS, WERE, FEATURE, TARGET = (_PLACES[name] for name in ("powers", "were", "feature", "target"))

# What belongs to one rank, as in `Slots`: how many low digits, what lies beyond the cells.
LEVEL, CENTRE, DIGITS, SYMBOL = (_PLACES[name] for name in ("level", "centre", "digits", "symbol"))
EXCESS, LEAST, BEGIN, INDEX, SIZE, SKIP = (
    _PLACES[name] for name in ("excess", "least", "begin", "index", "size", "skip")
)

# The numbers of a plan, and those of a regression, before the columns of its features.
FRAMES, RELATED, CURVED, MIXED, PARENTS, EXPERTS, REGRESSIONS = range(7)
COUNT, FORGET, RIDGE, FLOOR, SHARED, SUMS, WEIGHT, COLUMNS = range(8)


@dataclass(frozen=True, eq=False)
class Desk:
    """What a predictor knows, as loops take it.

    channels: (D, K), a row each. sums: (D, M), the lower triangles of all regressions' moments;
    those of rounds are in the first rows. plan: its numbers. recipes: (R, 8 + features). begins:
    the first channel of each round that has any, and one past the last.
    """

    channels: Ints
    sums: Ints
    plan: Ints
    recipes: Ints
    begins: Ints

    @classmethod
    def of(cls, predictor: Predictor) -> Desk:
        """A copy of all that a predictor knows."""
        features, regressions = predictor.features, predictor.regressions
        parents, experts = len(features.parents), len(predictor.fast)
        channels = np.zeros((features.shift.size, sum(_COLUMNS.values())), dtype=np.int64)
        for place, values in _kept(predictor):
            channels[:, place : place + len(values)] = values.T
        scales = (features.coarse, features.fold, features.limit, features.centre)
        channels[:, COARSE : ORIGIN + 1] = np.stack(scales, axis=1)
        channels[:, PARENT : PARENT + parents] = np.where(features.has, features.parents, -1).T
        channels[:, RELATIVE : RELATIVE + parents] = features.relative.T
        flags = int(features.related), int(features.curved), int(predictor.mixed)
        plan = np.array([predictor.frames, *flags, parents, experts, len(regressions)])
        recipes = _recipes([one.recipe for one in regressions])
        sums = np.zeros((len(channels), _triangles(recipes)), dtype=np.int64)
        for numbers, one in zip(recipes, regressions, strict=True):
            sums[: one.moments.shape[2], _part(numbers)] = one.moments[_triangle(one)].T
        ends = np.unique(np.cumsum(regressions[0].rounds))
        begins = np.concatenate((np.zeros(1, dtype=np.int64), ends[ends > 0]))
        return cls(channels, sums, plan, recipes, begins)

    def give_back(self, predictor: Predictor) -> None:
        """Have the predictor know what the loops have learned."""
        for place, values in _kept(predictor):
            values[:] = self.channels[:, place : place + len(values)].T
        predictor.frames = int(self.plan[FRAMES])
        for numbers, one in zip(self.recipes, predictor.regressions, strict=True):
            rows, columns = _triangle(one)
            one.moments[rows, columns] = self.sums[: one.moments.shape[2], _part(numbers)].T
            one.moments[columns, rows] = one.moments[rows, columns]


def _kept(predictor: Predictor) -> list[tuple[int, Ints]]:
    """Where the arrays (n, D) of a predictor go that frames change, apart from the moments."""
    predictor.last = predictor.last.copy()  # it may be the caller's
    single = ((USUAL, predictor.usual), (AGAIN, predictor.again), (LAST, predictor.last))
    kept = [(place, values[None]) for place, values in single]
    kept += [(PAST, predictor.past), (FAST, predictor.fast), (SLOW, predictor.slow)]
    kept.append((SCORE, predictor.scores.scores))
    place = WEIGHTS
    for one in predictor.regressions:
        kept.append((place, one.weights))
        place += len(one.weights)
    return kept


def _recipes(recipes: list[RegressionRecipe]) -> Ints:
    """The numbers of regressions, and where their features are."""
    made = np.zeros((len(recipes), COLUMNS + _FEATURES + 1), dtype=np.int64)
    sums, weight = 0, WEIGHTS
    for numbers, one in zip(made, recipes, strict=True):
        count = len(one.features) + 1
        numbers[:COLUMNS] = count, one.forget, one.ridge, one.least, one.shared, sums, weight
        numbers[COLUMNS : COLUMNS + count] = *(FEATURE + f for f in one.features), TARGET
        sums, weight = sums + count * (count + 1) // 2, weight + count - 1
    return made


def _triangles(recipes: Ints) -> int:
    """How many sums all regressions have together."""
    return int((recipes[:, COUNT] * (recipes[:, COUNT] + 1) // 2).sum())


def _part(numbers: Ints) -> slice:
    """Where the sums of one regression are."""
    begin, count = int(numbers[SUMS]), int(numbers[COUNT])
    return slice(begin, begin + count * (count + 1) // 2)


def _triangle(regression: Regression) -> tuple[Ints, Ints]:
    """The rows and columns of the lower triangle of a regression's moments, row after row."""
    rows, columns = np.tril_indices(len(regression.moments))
    return rows, columns
