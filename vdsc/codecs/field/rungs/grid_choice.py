"""Where a chunk needs knots: which even distance looks best, and which spans differ much.

What knots would cost is seen on the chunk with a knot every 2^l frames, what rungs would on frames
that are foretold from the sequence's own, before anything is coded. Frames that are foretold from
coded ones are as wrong as these are, about.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import log
from typing import ClassVar

import numpy as np

from vdsc.codecs.field.field_chunk import FieldChunk
from vdsc.codecs.field.rungs.frame_grid import DEEPEST, FrameGrid
from vdsc.codecs.field.rungs.rung_ladder import RungLadder
from vdsc.core.types import Floats, Values

FIRST, DOUBLE = 5.0, 2.0
"""Bits that a latent of 1 takes, about, and one that is twice as large besides."""

ROUNDED = 1 / 12
"""Squared error of a latent that is not 0."""

UNEVEN = 1.4
"""How much cheaper a span must be at another level than most: uneven knots have less in common."""

HANDED = (1.0, 0.7, 0.7, 0.76, 0.95)
"""What share of the squared error of knots those frames have that are foretold from them, at each
level; measured."""

JOINED = 3
"""Of the error that is handed on and what else a rung costs, the larger one counts most: the norm
of this power."""


BESIDE = 40
"""Bytes of a file that are not in its chunks."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """What errors are worth in bytes: files are as good where size times error^power is the same.

    power: measured on a part of a sequence; usually it is from 1 to 2.
    """

    power: float = 1.4

    LEAST: ClassVar[float] = 1.0
    MOST: ClassVar[float] = 3.0

    @classmethod
    def between(cls, fine: tuple[float, float], coarse: tuple[float, float]) -> Exchange:
        """As sizes and squared errors of two files of one kind are."""
        sizes = [log(max(one[0] + BESIDE, 1.0)) for one in (fine, coarse)]
        errors = [log(max(one[1], 1.0)) for one in (fine, coarse)]
        if errors[1] - errors[0] < 1e-3:
            return cls()
        return cls(min(max((sizes[0] - sizes[1]) / (errors[1] - errors[0]), cls.LEAST), cls.MOST))

    def size(self, size: float, error: float) -> float:
        """How large a chunk of a size and a squared error would be, were its error 1."""
        return float((size + BESIDE) * max(error, 1.0) ** self.power)


def ranked_grids(
    frames: Values, ladder: RungLadder, price: float, exchange: Exchange
) -> list[FrameGrid]:
    """Grids for frames (n, H, W, C) of uint8, the even one that looks best first.

    Then that one but for spans that are much cheaper at another level, and the other even ones.
    price: squared steps of knots that a bit is worth.
    """
    count = len(frames)
    spans = FrameGrid.spans(count)
    if not spans:
        return [FrameGrid(count, ())]
    rungs, left = _rung_costs(frames, ladder, price)
    costs, sizes = [], []
    of_span = np.minimum(np.arange(count) >> DEEPEST, spans - 1)
    for level in range(DEEPEST + 1):
        knots = FrameGrid.even(count, level).knots
        spent, wrong = _knot_costs(frames[knots], ladder, price)
        handed = HANDED[level] * np.interp(np.arange(count), knots, wrong)
        each = (rungs**JOINED + handed**JOINED) ** (1 / JOINED)
        error = each - rungs + left
        each[knots], error[knots] = spent, wrong
        costs.append(np.bincount(of_span, each, spans))
        bits = (each - error).sum() / price
        sizes.append(exchange.size(bits / 8, float(error.sum()) * ladder.params.unit**2))
    order = np.argsort(sizes, kind="stable")
    best, *others = (FrameGrid.even(count, int(level)) for level in order)
    costs[order[0]] = costs[order[0]] / UNEVEN
    mixed = FrameGrid(count, tuple(np.argmin(costs, axis=0).tolist()))
    return [best, *(mixed,) * (mixed != best), *(one for one in others if one != mixed)]


def _knot_costs(knots: Values, ladder: RungLadder, price: float) -> tuple[Floats, Floats]:
    """What each of some frames (k, H, W, C) costs, about, coded as a knot, and its error in that.

    Both in squared steps of knots.
    """
    chunk = FieldChunk(ladder.layout, ladder.params, len(knots))
    found = np.zeros((2, len(knots)))
    for level, latents in zip(chunk.pyramid.levels, chunk.latents(knots), strict=True):
        both = _costs(latents, price)
        of_block = [one.reshape(level.grid[0], -1).sum(axis=1) for one in both]
        if level.number:
            found += np.sum(of_block, axis=1)[:, None] / len(knots)
        else:
            size = level.sizes[0]
            held = np.minimum(size, len(knots) - size * np.arange(level.grid[0]))
            found += np.repeat(of_block / held, held, axis=1)
    return found[0], found[1]


def _rung_costs(frames: Values, ladder: RungLadder, price: float) -> tuple[Floats, Floats]:
    """What each frame costs, about, foretold from those on either side, and its error in that."""
    found = np.zeros((2, len(frames)))
    for rung in FrameGrid.even(len(frames), DEEPEST).rungs():
        chunk = ladder.chunk(frames, rung)
        steps = (chunk.params.unit / ladder.params.unit) ** 2
        for latents in chunk.latents(frames[rung.frames]):
            for one, part in zip(found, _costs(latents, price), strict=True):
                one[rung.frames] += steps * part.reshape(len(rung.frames), -1).sum(axis=1)
    return found[0], found[1]


def _costs(latents: Floats, price: float) -> tuple[Floats, Floats]:
    """Squared error of real latents and the price of their bits, or of 0; and the error alone."""
    square = np.square(latents)
    bits = FIRST + DOUBLE / 2 * np.log2(np.maximum(square, 1.0))
    coded = price * bits + ROUNDED
    return np.minimum(square, coded), np.where(square < coded, square, ROUNDED)
