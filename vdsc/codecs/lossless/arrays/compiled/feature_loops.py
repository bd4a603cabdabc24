"""`channel_features.py` as compiled loops."""

from __future__ import annotations

from vdsc.codecs.lossless.arrays.channel_features import CURVED as BENT
from vdsc.codecs.lossless.arrays.channel_features import OWN
from vdsc.codecs.lossless.arrays.compiled.desk import (
    COARSE,
    CURVED,
    FEATURE,
    FOLD,
    LEVEL,
    LIMIT,
    NOW,
    ORIGIN,
    PARENT,
    PARENTS,
    PAST,
    POWERS,
    RELATED,
    RELATIVE,
    SHIFT,
    STRAIGHT,
    TARGET,
    TURN,
    USUAL,
    WERE,
)
from vdsc.codecs.lossless.arrays.mixture import POINT
from vdsc.codecs.lossless.arrays.predictor import ERROR
from vdsc.codecs.lossless.arrays.regression import LARGE, UNIT
from vdsc.core.compiled import loop
from vdsc.core.fixed_loops import bit_length, clamp, shifted
from vdsc.core.types import Ints


@loop
def put(value: int, shift: int) -> int:
    """A value of the feature's size, times 2**shift, clipped."""
    by = clamp(shift, LARGE - 62, LARGE)
    bound = 1 << (LARGE - by)
    return shifted(clamp(value, -bound, bound), by)


@loop
def begin_features(desk: Ints, plan: Ints) -> None:
    """Fill in what the past says of the next frame."""
    for d in range(desk.shape[0]):
        shift = UNIT - bit_length(desk[d, USUAL] >> ERROR)
        one, two = desk[d, PAST] - desk[d, PAST + 1], desk[d, PAST + 1] - desk[d, PAST + 2]
        three, four = desk[d, PAST + 2] - desk[d, PAST + 3], desk[d, PAST + 3] - desk[d, PAST + 4]
        desk[d, SHIFT], desk[d, STRAIGHT] = shift, desk[d, PAST] + one
        desk[d, FEATURE] = put(one, shift)
        desk[d, FEATURE + 1] = put(one - two, shift)
        desk[d, FEATURE + 2] = put(one - 2 * two + three, shift)
        desk[d, FEATURE + 3] = put(one - 3 * two + 3 * three - four, shift)
        if plan[RELATED]:
            for j in range(plan[PARENTS]):
                parent, slope = desk[d, PARENT + j], 0
                if parent >= 0:
                    slope = desk[parent, PAST] - desk[parent, PAST + 1]
                desk[d, FEATURE + OWN + j] = put(slope, shift - desk[d, RELATIVE + j])
        if plan[CURVED]:
            bend(desk, d, desk[d, PAST], WERE)


@loop
def look(desk: Ints, plan: Ints, d: int) -> None:
    """Fill in the features of a channel whose parents have been seen."""
    if not plan[RELATED]:
        return
    now = FEATURE + OWN + plan[PARENTS]
    bent = now + plan[PARENTS]
    for j in range(plan[PARENTS]):
        parent, shift = desk[d, PARENT + j], desk[d, SHIFT] - desk[d, RELATIVE + j]
        desk[d, now + j] = put(desk[parent, TURN], shift) if parent >= 0 else 0
        if plan[CURVED] and j < BENT:
            for power in range(2):
                turn = 0
                if parent >= 0:
                    turn = desk[parent, POWERS + 1 + power] - desk[parent, WERE + 1 + power]
                desk[d, bent + BENT * power + j] = put(turn, shift)
    if plan[CURVED]:
        one, other, turn = desk[d, PARENT], desk[d, PARENT + 1], 0
        if other >= 0:
            turn = _product(desk, one, other, POWERS) - _product(desk, one, other, WERE)
        desk[d, bent + 2 * BENT] = put(turn, desk[d, SHIFT] - desk[d, RELATIVE])


@loop
def see(desk: Ints, plan: Ints, d: int) -> None:
    """Take the level of a channel."""
    desk[d, NOW] = desk[d, LEVEL] << POINT
    desk[d, TURN] = desk[d, NOW] - desk[d, STRAIGHT]
    desk[d, TARGET] = put(desk[d, TURN], desk[d, SHIFT])
    if plan[CURVED]:
        bend(desk, d, desk[d, NOW], POWERS)


@loop
def bend(desk: Ints, d: int, level: int, to: int) -> None:
    """x, x^2 and x^3 of the distance x from the middle, scaled to slopes of about 1."""
    fold, coarse, limit = desk[d, FOLD], desk[d, COARSE], desk[d, LIMIT]
    x = clamp((level - desk[d, ORIGIN]) >> POINT >> coarse, -limit, limit)
    square = x * x
    desk[d, to] = x
    desk[d, to + 1] = (square << POINT) >> fold << coarse
    desk[d, to + 2] = ((square >> fold) * x << POINT) >> fold << coarse


@loop
def _product(desk: Ints, one: int, other: int, of: int) -> int:
    """The product x y of two channels, scaled as x is."""
    product = desk[one, of] * desk[other, of] << POINT
    found: int = product >> desk[other, FOLD] << desk[one, COARSE]
    return found
