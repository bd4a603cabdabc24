"""Which axis of an array is time for the predictor, and how a long thin array becomes wide."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from vdsc.codecs.lossless.arrays.alphabet import Alphabet
from vdsc.codecs.lossless.arrays.neighbours import MANY_CHANNELS, MOST
from vdsc.core.types import Ints
from vdsc.quant.ordinal import Numbers

_WIDE = 128  # channels that are worth the work of a step
_LONG = 256  # steps that a lane should have at least
_MARGIN = 0.25  # bits a value that another axis must save
_MARGIN_BESIDE_NEIGHBOURS = (
    3  # the same, where neighbouring channels say more of each other than the past does
)
_SAMPLE = 1 << 16


@dataclass(frozen=True)
class Layout:
    """Steps run along `axis`; they are cut into `lanes` consecutive parts, side by side.

    Where the lanes do not come out even, the last value is repeated.
    """

    axis: int
    lanes: int

    def spread(self, values: Numbers) -> Numbers:
        """Return the matrix (S, C) of an array (T, ...)."""
        moved = np.moveaxis(values, self.axis, 0)
        flat = moved.reshape(len(moved), -1)
        steps, channels = self.matrix(values.shape)
        missing = steps * self.lanes - len(flat)
        whole = np.concatenate((flat, np.repeat(flat[-1:], missing, axis=0)))
        parts = whole.reshape(self.lanes, steps, -1)
        return parts.transpose(1, 0, 2).reshape(steps, channels)

    def gather(self, matrix: Numbers, shape: tuple[int, ...]) -> Numbers:
        """Return the array of this shape, the inverse of `spread`."""
        parts = matrix.reshape(len(matrix), self.lanes, -1).transpose(1, 0, 2)
        length = shape[self.axis]
        flat = parts.reshape(-1, parts.shape[2])[:length]
        others = shape[: self.axis] + shape[self.axis + 1 :]
        return np.ascontiguousarray(np.moveaxis(flat.reshape(length, *others), 0, self.axis))

    def matrix(self, shape: tuple[int, ...]) -> tuple[int, int]:
        """Return the shape (S, C) of the matrix of an array of this shape."""
        length = shape[self.axis]
        return -(-length // self.lanes), math.prod(shape) // length * self.lanes


def choose(values: Numbers, alphabet: Alphabet) -> Layout:
    """Return the layout whose steps change the levels least, the first axis when in doubt."""
    levels = alphabet.levels(alphabet.ranks(_sampled(values)))
    costs = [_cost(levels, axis) for axis in range(levels.ndim)]
    flat = math.prod(values.shape[1:])
    margin = (
        _MARGIN
        if not MANY_CHANNELS < flat <= MOST or values.ndim < 3
        else _MARGIN_BESIDE_NEIGHBOURS
    )
    axis = int(np.argmin([cost + margin * (place > 0) for place, cost in enumerate(costs)]))
    steps, channels = Layout(axis, 1).matrix(values.shape)
    return Layout(axis, max(min(_WIDE // channels, steps // _LONG), 1))


def _sampled(values: Numbers) -> Numbers:
    """A corner of the values, no larger than is needed for a choice."""
    corner = [1] * values.ndim
    while math.prod(corner) < min(_SAMPLE, values.size):
        short = (axis for axis in range(values.ndim) if corner[axis] < values.shape[axis])
        axis = min(short, key=corner.__getitem__)
        corner[axis] = min(2 * corner[axis], values.shape[axis])
    return values[tuple(slice(0, size) for size in corner)]


def _cost(levels: Ints, axis: int) -> float:
    """Bits that a value's change along the axis takes, about; many for an axis of length 1."""
    if levels.shape[axis] < 2:
        return math.inf
    return float(np.log2(1 + np.abs(np.diff(levels, axis=axis))).mean())
