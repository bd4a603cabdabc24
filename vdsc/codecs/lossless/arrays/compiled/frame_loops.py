"""`rank_frames.py` as compiled loops: the frames of a chunk after its first."""

from __future__ import annotations

import numpy as np

from vdsc.codecs.lossless.arrays.compiled.cell_loops import begin_laws, place
from vdsc.codecs.lossless.arrays.compiled.desk import (
    EXCESS,
    FRAMES,
    INDEX,
    LEAST,
    LEVEL,
    MIXED,
    SIZE,
    SYMBOL,
)
from vdsc.codecs.lossless.arrays.compiled.expert_loops import (
    expect,
    learn_all,
    learn_channel,
)
from vdsc.codecs.lossless.arrays.compiled.feature_loops import begin_features, see
from vdsc.codecs.lossless.arrays.compiled.place_loops import level_of
from vdsc.codecs.lossless.arrays.compiled.places import Places
from vdsc.codecs.lossless.arrays.compiled.round_loops import (
    find_symbol,
    pop_round,
    pop_symbol,
    push_round,
    split_rank,
)
from vdsc.codecs.lossless.arrays.compiled.score_loops import Lines, learn_scores, set_shares
from vdsc.core.compiled import loop
from vdsc.core.types import Ints
from vdsc.entropy.stack_loops import Bits, roomy

CODES = (SYMBOL, LEAST, EXCESS, INDEX, SIZE)
"""What the encoder keeps of each rank until all are known."""

_WORDS = 9  # that a rank takes at most
_ROW, _SYSTEM, _EXPERTS = 66, 20, 6


def code_frames(
    bits: Bits,
    ranks: Ints,
    codes: Ints,
    places: Places,
    desk: Ints,
    sums: Ints,
    plan: Ints,
    recipes: Ints,
    begins: Ints,
    lines: Lines,
    curves: Ints,
) -> tuple[Bits, int]:
    """Pop ranks (T, D) if there is no room for codes (T, D, 5), else push them, last first.

    Returns the stack, which may have moved, and 0 or what is wrong with it.
    """
    row, system = np.zeros(_ROW, np.int64), np.zeros((_SYSTEM, _SYSTEM), np.int64)
    everywhere, laws = np.zeros(_EXPERTS, np.int64), np.zeros((_EXPERTS, 6), np.int64)
    for t in range(ranks.shape[0]):
        begin_features(desk, plan)
        set_shares(desk, plan, curves, everywhere)
        for r in range(begins.size - 1):
            for d in range(begins[r], begins[r + 1]):
                expect(desk, plan, recipes, d)
                place(desk, plan, places, d)
                count = begin_laws(desk, plan, d, laws)
                if codes.size:
                    symbol = split_rank(desk, places, d, ranks[t, d])
                    find_symbol(desk, places, lines, laws, count, row, d, symbol)
                    _keep(codes, t, desk, d)
                else:
                    pop_symbol(bits, desk, places, lines, laws, count, row, d)
            if not codes.size:
                wrong = pop_round(bits, desk, places, ranks, t, begins[r], begins[r + 1])
                if wrong:
                    return bits, wrong
            for d in range(begins[r], begins[r + 1]):
                desk[d, LEVEL] = level_of(places, ranks[t, d])
                see(desk, plan, d)
        _learn(ranks, t, desk, sums, plan, recipes, begins, lines, curves, system)
    return _push(bits, codes, desk, begins), 0


@loop
def _learn(
    ranks: Ints,
    t: int,
    desk: Ints,
    sums: Ints,
    plan: Ints,
    recipes: Ints,
    begins: Ints,
    lines: Lines,
    curves: Ints,
    system: Ints,
) -> None:
    """Learn from frame t."""
    plan[FRAMES] += 1
    if plan[MIXED]:
        for d in range(desk.shape[0]):
            learn_scores(desk, plan, lines, curves, d)
    learn_all(desk, sums, plan, recipes, begins, system)
    for d in range(desk.shape[0]):
        learn_channel(desk, plan, d, ranks[t, d])


@loop
def _keep(codes: Ints, t: int, desk: Ints, d: int) -> None:
    """Keep what is to be pushed of a rank."""
    for i in range(len(CODES)):
        codes[t, d, i] = desk[d, CODES[i]]


@loop
def _push(bits: Bits, codes: Ints, desk: Ints, begins: Ints) -> Bits:
    """Push what has been kept."""
    for t in range(codes.shape[0] - 1, -1, -1):
        bits = roomy(bits, _WORDS * desk.shape[0])
        for d in range(desk.shape[0]):
            for i in range(len(CODES)):
                desk[d, CODES[i]] = codes[t, d, i]
        for r in range(begins.size - 2, -1, -1):
            push_round(bits, desk, begins[r], begins[r + 1])
    return bits
