"""Where a chunk needs knots: of each span, the level that is about the cheapest.

What knots would cost is seen on the chunk with a knot every 2^l frames, what rungs would on frames
that are foretold from the sequence's own, before anything is coded. Frames that are foretold from
coded ones are as wrong as these are, about.
"""

from __future__ import annotations

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


def ranked_grids(frames: Values, ladder: RungLadder, price: float) -> list[FrameGrid]:
    """Grids for frames (n, H, W, C) of uint8, first the one whose spans are each the cheapest.

    Then even ones, the cheapest first; price: squared steps of knots that a bit is worth.
    """
    count = len(frames)
    spans = FrameGrid.spans(count)
    if not spans:
        return [FrameGrid(count, ())]
    rungs, costs = _rung_costs(frames, ladder, price), []
    of_span = np.minimum(np.arange(count) >> DEEPEST, spans - 1)
    for level in range(DEEPEST + 1):
        knots = FrameGrid.even(count, level).knots
        spent, wrong = _knot_costs(frames[knots], ladder, price)
        handed = HANDED[level] * np.interp(np.arange(count), knots, wrong)
        each = (rungs**JOINED + handed**JOINED) ** (1 / JOINED)
        each[knots] = spent
        costs.append(np.bincount(of_span, each, spans))
    order = np.argsort(np.sum(costs, axis=1), kind="stable")
    costs[order[0]] = costs[order[0]] / UNEVEN
    found = FrameGrid(count, tuple(np.argmin(costs, axis=0).tolist()))
    even = [FrameGrid.even(count, int(level)) for level in order]
    return [found, *(one for one in even if one.levels != found.levels)]


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


def _rung_costs(frames: Values, ladder: RungLadder, price: float) -> Floats:
    """What each frame costs, about, foretold from those on either side; in squared steps."""
    found = np.zeros(len(frames))
    for rung in FrameGrid.even(len(frames), DEEPEST).rungs():
        chunk = ladder.chunk(frames, rung)
        steps = (chunk.params.unit / ladder.params.unit) ** 2
        for latents in chunk.latents(frames[rung.frames]):
            spent, _ = _costs(latents, price)
            found[rung.frames] += steps * spent.reshape(len(rung.frames), -1).sum(axis=1)
    return found


def _costs(latents: Floats, price: float) -> tuple[Floats, Floats]:
    """Squared error of real latents and the price of their bits, or of 0; and the error alone."""
    square = np.square(latents)
    bits = FIRST + DOUBLE / 2 * np.log2(np.maximum(square, 1.0))
    coded = price * bits + ROUNDED
    return np.minimum(square, coded), np.where(square < coded, square, ROUNDED)
