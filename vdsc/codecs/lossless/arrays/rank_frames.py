"""Ranks of channels, frame after frame, on and off the stack."""

from __future__ import annotations

import numpy as np

from vdsc.codecs.lossless.arrays.alphabet import Alphabet
from vdsc.codecs.lossless.arrays.channel_plan import ChannelPlan
from vdsc.codecs.lossless.arrays.predictor import Predictor
from vdsc.codecs.lossless.arrays.slots import POINT, RARE, Slots
from vdsc.core.types import Ints
from vdsc.entropy.stack import BitStack


def push(
    stack: BitStack, ranks: Ints, alphabet: Alphabet, plan: ChannelPlan, past: Predictor | None
) -> Predictor:
    """Push ranks (T, D) in the plan's order of channels; return what the next frames build on."""
    levels = alphabet.levels(ranks)
    predictor = past or Predictor(plan, levels[0], ranks[0])
    first = 0 if past else 1
    mean, scale, last, again = (np.empty_like(ranks) for _ in range(4))
    everything = slice(0, ranks.shape[1])
    for at in range(first, len(ranks)):
        last[at], again[at] = predictor.last, predictor.again
        predictor.begin()
        predictor.see(levels[at], everything)
        mean[at], scale[at] = predictor.law(everything)
        predictor.end(levels[at], ranks[at])
    for at in reversed(range(first, len(ranks))):
        for group in reversed(plan.groups()):
            laws = {"mean": mean, "scale": scale, "last": last, "again": again}
            chosen = {name: law[at, group] for name, law in laws.items()}
            Slots.of(alphabet, **chosen).push(stack, ranks[at, group])
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
            mean, scale = predictor.law(group)
            last, again = predictor.last[group], predictor.again[group]
            slots = Slots.of(alphabet, mean=mean, scale=scale, last=last, again=again)
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
    return Slots.of(alphabet, mean=zero, scale=scale, last=zero, again=zero + RARE)
