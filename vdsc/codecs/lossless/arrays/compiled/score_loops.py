"""`mixture.py` as compiled loops: laws in cells, shares of experts, and what levels have cost."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vdsc.codecs.lossless.arrays.compiled.desk import (
    EXPERTS,
    FAST,
    GUESS,
    LEVEL,
    MIXED,
    SCALE,
    SCORE,
    SHARE,
    SLOW,
)
from vdsc.codecs.lossless.arrays.mixture import (
    ALL,
    FAR,
    FARTHEST,
    FORGET,
    OCTAVE,
    POINT,
    WIDE,
    logarithms,
    powers,
)
from vdsc.core.compiled import loop, signed, unsigned
from vdsc.core.fixed import CERTAIN
from vdsc.core.fixed_loops import bit_length, clamp
from vdsc.core.types import Ints
from vdsc.entropy.stack import TOTAL
from vdsc.quant.normal import logistic_lines

Lines = NDArray[np.int32]
"""(n, 2) heights and rises of the logistic law."""

_FOLD = CERTAIN.bit_length() - 1
_POWERS, _LOGARITHMS = 0, 1


def tables() -> tuple[Lines, Ints]:
    """The logistic law, and powers and logarithms (2, 256)."""
    return logistic_lines().astype(np.int32), np.stack((powers(), logarithms()))


@loop
def logistic(lines: Lines, x: int) -> int:
    """The logistic distribution function of x Q16, Q30."""
    far = abs(x)
    i = unsigned(min(far >> 8, lines.shape[0] - 1))  # which says that it counts from the front
    height: int = signed(lines[i, 0]) + (signed(lines[i, 1]) * (far & 255) >> 8)
    return height if x >= 0 else CERTAIN - height


@loop
def lead_of(desk: Ints, plan: Ints, d: int) -> int:
    """The expert with the largest share of channel d, the first of equal ones."""
    lead = 0
    for e in range(1, plan[EXPERTS]):
        if desk[d, SHARE + e] > desk[d, SHARE + lead]:
            lead = e
    return lead


@loop
def digits(scale: int) -> int:
    """The least k with 4 2**k 2**6 >= scale."""
    return bit_length((scale - 1) // (WIDE << POINT))


@loop
def middle_of(mean: int, centre: int, shift: int, far: int) -> int:
    """A mean in cells Q16 of 2**shift levels from a centre on; no more than `far` Q6 aside."""
    aside = clamp(mean - (centre << POINT), -far, far) << (16 - POINT)
    half = 1 << 15 >> shift if shift > 0 else 0
    return clamp((aside >> shift) + half, -FAR, FAR)


@loop
def width_of(scale: int, shift: int) -> int:
    """A scale in cells Q16."""
    return max(scale << (16 - POINT) >> shift, 1)


@loop
def set_shares(desk: Ints, plan: Ints, curves: Ints, everywhere: Ints) -> None:
    """Find the shares Q16 of all experts, which sum to 2**16."""
    if plan[MIXED]:
        for e in range(plan[EXPERTS]):
            everywhere[e] = 0
            for d in range(desk.shape[0]):
                everywhere[e] += desk[d, SCORE + e]
            everywhere[e] = everywhere[e] // desk.shape[0] * ALL >> 8
        for d in range(desk.shape[0]):
            _set_shares(desk, plan, curves, everywhere, d)
    else:
        for d in range(desk.shape[0]):
            _set_best(desk, plan, d)


@loop
def _set_shares(desk: Ints, plan: Ints, curves: Ints, everywhere: Ints, d: int) -> None:
    """Shares of channel d by the scores."""
    most = desk[d, SCORE] + everywhere[0]
    for e in range(1, plan[EXPERTS]):
        most = max(most, desk[d, SCORE + e] + everywhere[e])
    whole, rest = 0, TOTAL
    for e in range(plan[EXPERTS]):
        behind = min(most - desk[d, SCORE + e] - everywhere[e], 17 * OCTAVE)
        desk[d, SHARE + e] = curves[_POWERS, behind % OCTAVE] >> behind // OCTAVE
        whole += desk[d, SHARE + e]
    for e in range(plan[EXPERTS]):
        desk[d, SHARE + e] = (desk[d, SHARE + e] << 16) // whole
        rest -= desk[d, SHARE + e]
    desk[d, SHARE + lead_of(desk, plan, d)] += rest


@loop
def _set_best(desk: Ints, plan: Ints, d: int) -> None:
    """The expert with the least error has all of channel d."""
    best = 0
    for e in range(1, plan[EXPERTS]):
        error = desk[d, FAST + e] + desk[d, SLOW + e]
        if error < desk[d, FAST + best] + desk[d, SLOW + best]:
            best = e
    for e in range(plan[EXPERTS]):
        desk[d, SHARE + e] = TOTAL if e == best else 0


@loop
def learn_scores(desk: Ints, plan: Ints, lines: Lines, curves: Ints, d: int) -> None:
    """Take the level of channel d, which the laws expected."""
    lead = lead_of(desk, plan, d)
    centre, shift = (desk[d, GUESS + lead] + 32) >> POINT, digits(desk[d, SCALE + lead])
    half = (1 << shift) >> 1
    cell = clamp((desk[d, LEVEL] - centre + half) >> shift, -FARTHEST, FARTHEST)
    for e in range(plan[EXPERTS]):
        middle = middle_of(desk[d, GUESS + e], centre, shift, FAR << POINT)
        width = width_of(desk[d, SCALE + e], shift)
        above = logistic(lines, ((((2 * cell + 1) << 15) - middle) << 16) // width)
        below = logistic(lines, ((((2 * cell - 1) << 15) - middle) << 16) // width)
        mass = max(above - below, 1)
        whole = bit_length(mass) - 1
        logarithm = curves[_LOGARITHMS, (mass << 8 >> whole) - OCTAVE]
        score = desk[d, SCORE + e]
        desk[d, SCORE + e] = score - (score * FORGET >> 6) + (whole - _FOLD) * OCTAVE + logarithm
