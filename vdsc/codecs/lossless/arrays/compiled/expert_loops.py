"""`predictor.py` as compiled loops: what each expert expects, and what all learn of a frame."""

from __future__ import annotations

import math

from vdsc.codecs.lossless.arrays.compiled.desk import (
    AGAIN,
    BLEND,
    EXPERTS,
    FAST,
    FEATURE,
    FRAMES,
    GUESS,
    LAST,
    MIXED,
    NOW,
    PARENT,
    PARENTS,
    PAST,
    PLAIN,
    REGRESSIONS,
    SCALE,
    SHIFT,
    SLOW,
    STRAIGHT,
    TARGET,
    TURN,
    USUAL,
)
from vdsc.codecs.lossless.arrays.compiled.feature_loops import look
from vdsc.codecs.lossless.arrays.compiled.moment_loops import learn, predict, solve_all
from vdsc.codecs.lossless.arrays.predictor import (
    AWAY,
    ERROR,
    HUGE,
    JUMP,
    STEP,
    STIRRED,
    WILD,
)
from vdsc.codecs.lossless.arrays.predictor import FAST as QUICKLY
from vdsc.codecs.lossless.arrays.predictor import SLOW as SLOWLY
from vdsc.codecs.lossless.arrays.slots import RARE, SURE
from vdsc.codecs.lossless.arrays.solve import WEIGHT
from vdsc.core.compiled import loop, signed
from vdsc.core.fixed_loops import bit_length, clamp, shifted
from vdsc.core.types import Ints
from vdsc.entropy.stack import TOTAL


@loop
def _set_blend(desk: Ints, plan: Ints, d: int) -> None:
    """How much of each expert is in the blend, which is the last one."""
    blended = plan[EXPERTS] - 1
    low = desk[d, FAST] + desk[d, SLOW]
    for e in range(1, blended):
        low = min(low, desk[d, FAST + e] + desk[d, SLOW + e])
    whole = 0
    for e in range(blended):
        share = (low << 8) // max(desk[d, FAST + e] + desk[d, SLOW + e], 1)
        desk[d, BLEND + e] = share * share
        whole += share * share
    for e in range(blended):
        desk[d, BLEND + e] = (desk[d, BLEND + e] << 8) // max(whole, 1)


@loop
def expect(desk: Ints, plan: Ints, recipes: Ints, d: int) -> None:
    """Find the laws of a channel whose parents have been seen."""
    look(desk, plan, d)
    _set_blend(desk, plan, d)
    _guess(desk, plan, recipes, d)
    for e in range(plan[EXPERTS]):
        error = 5 * desk[d, FAST + e] + 7 * desk[d, SLOW + e]
        desk[d, SCALE + e] = max(error >> (4 + ERROR), 1)
    if plan[MIXED]:
        blend = plan[EXPERTS] - 1
        desk[d, PLAIN] = desk[d, SCALE + blend]
        stirred = _stir(desk, d, plan[PARENTS], GUESS + blend)
        for e in range(plan[EXPERTS]):
            desk[d, SCALE + e] = max(desk[d, SCALE + e] * stirred >> 8, 1)


@loop
def _guess(desk: Ints, plan: Ints, recipes: Ints, d: int) -> None:
    """What each expert expects of channel d."""
    straight, blended = desk[d, STRAIGHT], plan[EXPERTS] - 1
    desk[d, GUESS], desk[d, GUESS + 1] = desk[d, PAST], straight
    back = -desk[d, SHIFT]
    most = HUGE >> max(back, 0)
    for i in range(plan[REGRESSIONS]):
        turn = predict(desk, d, recipes[i]) >> WEIGHT
        desk[d, GUESS + 2 + i] = straight + shifted(clamp(turn, -most, most), back)
    blend = 0
    for e in range(blended):
        blend += clamp(desk[d, GUESS + e] - straight, -HUGE, HUGE) * desk[d, BLEND + e]
    desk[d, GUESS + blended] = straight + (blend >> 8)


@loop
def _stir(desk: Ints, d: int, parents: int, guess: int) -> int:
    """Factor Q8 of scales: the root of how far parents are off, by what was expected."""
    count, off = 1, 256
    for j in range(parents):
        parent = desk[d, PARENT + j]
        if parent >= 0:
            error = min(abs(desk[parent, NOW] - desk[parent, guess]), AWAY)
            off += min((error * 5 << 8) // (7 * desk[parent, PLAIN]), STIRRED << 8)
            count += 1
    factor: int = signed(math.sqrt((off // count) << 8))
    return factor


@loop
def learn_all(
    desk: Ints, sums: Ints, plan: Ints, recipes: Ints, begins: Ints, system: Ints
) -> None:
    """Have all regressions learn from a frame whose levels have been seen."""
    for d in range(desk.shape[0]):
        if abs(desk[d, TURN]) > desk[d, USUAL] << (JUMP - ERROR):
            for f in range(FEATURE, TARGET + 1):
                desk[d, f] = 0
    for i in range(plan[REGRESSIONS]):
        learn(desk, sums, recipes[i], begins, system[0])
        if plan[FRAMES] < 16 or (plan[FRAMES] + i) % 2 == 0:
            solve_all(desk, sums, recipes[i], begins, system)


@loop
def learn_channel(desk: Ints, plan: Ints, d: int, rank: int) -> None:
    """Follow how far each expert was off, what is usual, and how often the rank occurs again."""
    rate = min(SLOWLY, bit_length(plan[FRAMES]) + 1)
    for e in range(plan[EXPERTS]):
        error = min(abs(desk[d, NOW] - desk[d, GUESS + e]), HUGE) << ERROR
        fast, slow = desk[d, FAST + e], desk[d, SLOW + e]
        desk[d, FAST + e] = fast + ((min(error, (fast << WILD) + STEP) - fast) >> QUICKLY)
        desk[d, SLOW + e] = slow + ((min(error, (slow << WILD) + STEP) - slow) >> rate)
    usual, turn, again = desk[d, USUAL], desk[d, TURN], desk[d, AGAIN]
    jump = turn if abs(turn) > usual << (JUMP - ERROR) else 0
    now = min(abs(turn) << ERROR, usual << ERROR)
    desk[d, USUAL] = max(usual + ((now - usual) >> 3), 16 << ERROR)
    same = TOTAL if rank == desk[d, LAST] else 0
    desk[d, AGAIN] = clamp(again + ((same - again) >> 4), RARE, SURE)
    desk[d, LAST] = rank
    for t in range(4, 0, -1):
        desk[d, PAST + t] = desk[d, PAST + t - 1] + jump
    desk[d, PAST] = desk[d, NOW]
