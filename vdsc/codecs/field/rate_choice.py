"""Latents that are worth their bits: each is chosen when it is coded, knowing its law."""

from __future__ import annotations

import numpy as np

from vdsc.codecs.field.field_chunk import PLACES
from vdsc.codecs.field.latent_code import LatentCode, code_tops
from vdsc.codecs.field.latent_law import LatentLaws
from vdsc.codecs.field.surroundings import LatentView
from vdsc.core.types import Floats, Ints
from vdsc.entropy.tape import Tape


def chosen(
    code: LatentCode, wanted: list[Floats], price: float, shrink: int, tape: Tape | None = None
) -> list[Ints]:
    """Latents of each level near the wanted ones, in steps; put on a tape, too, if there is one.

    Of the nearest whole number, the one nearer to 0, and 0, each latent is the one with the least
    squared error plus `price` times its bits.
    """
    last = code.pyramid.levels[-1]
    tops = np.rint(wanted[-1][:, : last.channels]).astype(np.int64)
    inward = shrink / (1 << PLACES)
    if tape is not None:
        code_tops(tape, tops.ravel(), tops.size)

    def pick(number: int, places: Ints, view: LatentView, outputs: Floats) -> Ints:
        real = wanted[number][view.blocks[:, None], places]
        laws = LatentLaws.of(outputs)
        found = _cheapest(np.abs(real).ravel(), laws, price, inward)
        found = np.where(real < 0, -1, 1) * found.reshape(real.shape)
        if tape is not None:
            laws.code(tape, found.ravel())
        return found

    return code.walk(tops, pick)


def _cheapest(size: Floats, laws: LatentLaws, price: float, inward: float) -> Ints:
    """Whole numbers (N,) >= 0 near sizes (N,)."""
    nearest = np.floor(size + inward + 0.5).astype(np.int64)
    nearest = np.where(nearest == 1, (size > 0.5).astype(np.int64), nearest)
    some = np.flatnonzero(nearest)
    laws = LatentLaws(laws.zero[some], laws.one[some], laws.rest[some])
    real, best = size[some], nearest[some]
    least = _cost(real, best, laws, price, inward)
    for other in (best - 1, np.zeros_like(best)):
        cost = _cost(real, other, laws, price, inward)
        best = np.where(cost < least, other, best)
        least = np.minimum(cost, least)
    nearest[some] = best
    return nearest


def _cost(real: Floats, latents: Ints, laws: LatentLaws, price: float, inward: float) -> Floats:
    error = real - (latents - inward * (latents > 0))
    return error * error + price * laws.costs(latents)
