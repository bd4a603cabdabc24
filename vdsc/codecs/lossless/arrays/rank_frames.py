"""Ranks of channels, frame after frame, on and off the stack."""

from __future__ import annotations

import numpy as np

from vdsc.codecs.lossless.arrays.alphabet import Alphabet
from vdsc.codecs.lossless.arrays.channel_plan import ChannelPlan
from vdsc.codecs.lossless.arrays.compiled.frame_loop_choice import CHOICE
from vdsc.codecs.lossless.arrays.mixture import POINT, Laws
from vdsc.codecs.lossless.arrays.predictor import Predictor
from vdsc.codecs.lossless.arrays.slots import RARE, Slots
from vdsc.core.types import Ints
from vdsc.entropy.stack import TOTAL, BitStack


def push(
    stack: BitStack, ranks: Ints, alphabet: Alphabet, plan: ChannelPlan, past: Predictor | None
) -> Predictor:
    """Push ranks (T, D) in the plan's order of channels; return what the next frames build on."""
    predictor = past or Predictor(plan, alphabet.levels(ranks[0]), ranks[0])
    later = ranks if past else ranks[1:]
    coding = CHOICE.coding(later.shape, len(plan.rounds))
    (coding.push if coding else _push)(stack, later, alphabet, predictor)
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
    if past is None:
        ranks[0] = _start(alphabet, plan).pop(stack)
    predictor = past or Predictor(plan, alphabet.levels(ranks[0]), ranks[0])
    later = ranks if past else ranks[1:]
    coding = CHOICE.coding(later.shape, len(plan.rounds))
    (coding.pop if coding else _pop)(stack, later, alphabet, predictor)
    return ranks, predictor


def _push(stack: BitStack, ranks: Ints, alphabet: Alphabet, predictor: Predictor) -> None:
    """Push ranks (T, D), which the predictor learns."""
    levels, groups = alphabet.levels(ranks), predictor.groups
    last, again = np.empty_like(ranks), np.empty_like(ranks)
    laws: list[Laws] = []
    everything = slice(0, ranks.shape[1])
    for at in range(len(ranks)):
        last[at], again[at] = predictor.last, predictor.again
        predictor.begin()
        predictor.see(levels[at], everything)
        laws.append(predictor.law(everything))
        predictor.end(levels[at], ranks[at])
    for at in reversed(range(len(ranks))):
        for group in reversed(groups):
            chosen = laws[at].part(group)
            slots = Slots.of(alphabet, chosen, last=last[at, group], again=again[at, group])
            slots.push(stack, ranks[at, group])


def _pop(stack: BitStack, ranks: Ints, alphabet: Alphabet, predictor: Predictor) -> None:
    """Pop ranks (T, D) into an array for them, and have the predictor learn them."""
    levels = np.empty_like(ranks)
    for at in range(len(ranks)):
        predictor.begin()
        for group in predictor.groups:
            last, again = predictor.last[group], predictor.again[group]
            slots = Slots.of(alphabet, predictor.law(group), last=last, again=again)
            ranks[at, group] = slots.pop(stack)
            levels[at, group] = alphabet.levels(ranks[at, group])
            predictor.see(levels[at, group], group)
        predictor.end(levels[at], ranks[at])


def _start(alphabet: Alphabet, plan: ChannelPlan) -> Slots:
    """How the first frame is coded: levels around 0, of the plan's digits."""
    zero = np.zeros(sum(plan.rounds), dtype=np.int64)
    scale = np.full_like(zero, 1 << max(plan.start - 1, 0) << POINT)
    laws = Laws(zero[None], scale[None], np.full_like(zero, TOTAL)[None])
    return Slots.of(alphabet, laws, last=zero, again=zero + RARE)
