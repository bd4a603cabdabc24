"""Ranks of channels, frame after frame, on and off the stack."""

from __future__ import annotations

import numpy as np

from vdsc.codecs.lossless.arrays.alphabet import Alphabet
from vdsc.codecs.lossless.arrays.channel_plan import ChannelPlan
from vdsc.codecs.lossless.arrays.mixture import POINT, Laws
from vdsc.codecs.lossless.arrays.predictor import Predictor
from vdsc.codecs.lossless.arrays.slots import RARE, Slots
from vdsc.core.types import Ints
from vdsc.entropy.stack import TOTAL, BitStack


def push(
    stack: BitStack, ranks: Ints, alphabet: Alphabet, plan: ChannelPlan, past: Predictor | None
) -> Predictor:
    """Push ranks (T, D) in the plan's order of channels; return what the next frames build on."""
    levels = alphabet.levels(ranks)
    predictor = past or Predictor(plan, levels[0], ranks[0])
    first = 0 if past else 1
    last, again = np.empty_like(ranks), np.empty_like(ranks)
    laws: list[Laws] = []
    everything = slice(0, ranks.shape[1])
    for at in range(first, len(ranks)):
        last[at], again[at] = predictor.last, predictor.again
        predictor.begin()
        predictor.see(levels[at], everything)
        laws.append(predictor.law(everything))
        predictor.end(levels[at], ranks[at])
    for at in reversed(range(first, len(ranks))):
        for group in reversed(plan.groups()):
            chosen = laws[at - first].part(group)
            slots = Slots.of(alphabet, chosen, last=last[at, group], again=again[at, group])
            slots.push(stack, ranks[at, group])
    if not past:
        _start(alphabet, plan).push(stack, ranks[0])
    return predictor


def pop(
    stack: BitStack, frames: int, alphabet: Alphabet, plan: ChannelPlan, past: Predictor | None
) -> tuple[Ints, Predictor]:
    """Pop ranks (T, D), the inverse of `push`.

    Raises:
        CorruptFile: a rank that the alphabet does not have.
    """
    ranks = np.empty((frames, sum(plan.rounds)), dtype=np.int64)
    levels = np.empty_like(ranks)
    predictor = past
    for at in range(frames):
        if predictor is None:
            ranks[0] = _start(alphabet, plan).pop(stack)
            levels[0] = alphabet.levels(ranks[0])
            predictor = Predictor(plan, levels[0], ranks[0])
            continue
        predictor.begin()
        for group in plan.groups():
            last, again = predictor.last[group], predictor.again[group]
            slots = Slots.of(alphabet, predictor.law(group), last=last, again=again)
            ranks[at, group] = slots.pop(stack)
            levels[at, group] = alphabet.levels(ranks[at, group])
            predictor.see(levels[at, group], group)
        predictor.end(levels[at], ranks[at])
    assert predictor is not None
    return ranks, predictor


def _start(alphabet: Alphabet, plan: ChannelPlan) -> Slots:
    """How the first frame is coded: levels around 0, of the plan's digits."""
    zero = np.zeros(sum(plan.rounds), dtype=np.int64)
    scale = np.full_like(zero, 1 << max(plan.start - 1, 0) << POINT)
    laws = Laws(zero[None], scale[None], np.full_like(zero, TOTAL)[None])
    return Slots.of(alphabet, laws, last=zero, again=zero + RARE)
