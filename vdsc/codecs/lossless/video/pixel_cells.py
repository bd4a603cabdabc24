"""Which cell of its list a value fills: one symbol, or three where it is not as expected.

Symbols 0 to 15 are the 16 cells around the likeliest value; 16 is none of them, and is followed by
one of 16 groups of 16 cells and one of the 16.
"""

from __future__ import annotations

import numpy as np

from vdsc.codecs.lossless.video import edges
from vdsc.codecs.lossless.video.law import ALL, PixelDistribution
from vdsc.codecs.lossless.video.palette import LEVELS, Choices
from vdsc.codecs.lossless.video.passes import Levels
from vdsc.core.types import Floats, Ints
from vdsc.entropy.tape import Tape

FAN = 16


def code(
    tape: Tape,
    law: PixelDistribution,
    choices: Choices,
    lists: Ints,
    copies: Levels,
    sought: Levels | None,
) -> Ints:
    """Code cells (N,).

    Args:
        tape: where they go, or come from.
        law: of the N values.
        choices: the lists of cells.
        lists: (N,) which list each value is in.
        copies: (N, E) the values that the law may copy.
        sought: (N,) the cells, when encoding.
    """
    filled = choices.places[lists[:, None], copies].astype(np.int64)
    size, cells = choices.sizes[lists], np.zeros(len(lists), dtype=np.int64)
    some = np.flatnonzero(size > 1)
    if not len(some):
        return cells
    law, lists, filled, size = law.only(some), lists[some], filled[some], size[some]
    truth = None if sought is None else sought[some].astype(np.int64)
    centre = choices.places[lists, law.likeliest(copies[some])].astype(np.int64)
    start = np.minimum(np.maximum(centre - FAN // 2, 0), np.maximum(size - FAN, 0))
    mass = _masses(law, choices, lists, filled, start, 1)
    inside = None if truth is None else _symbols(truth - start)
    symbols = tape.rows(inside, edges.rows(_with_rest(mass)))
    found = start + symbols
    far = np.flatnonzero((symbols == FAN) & (size > FAN))
    if len(far):
        known = mass[far][:, [0, FAN]]
        rest = None if truth is None else truth[far]
        parts = law.only(far), choices, lists[far], filled[far]
        found[far] = _far(tape, known, rest, *parts)
    cells[some] = np.minimum(found, size - 1)
    return cells


def _far(
    tape: Tape,
    known: Floats,
    truth: Ints | None,
    law: PixelDistribution,
    choices: Choices,
    lists: Ints,
    filled: Ints,
) -> Ints:
    """Cells (n,) that are not between the masses `known` (n, 2)."""
    first = np.zeros(len(lists), dtype=np.int64)
    for step in (FAN, 1):
        mass = _masses(law, choices, lists, filled, first, step)
        mass -= np.minimum(np.maximum(mass, known[:, :1]), known[:, 1:]) - known[:, :1]
        part = None if truth is None else (truth - first) // step
        first += step * tape.rows(part, edges.rows(mass))
    return first


def _masses(
    law: PixelDistribution, choices: Choices, lists: Ints, filled: Ints, first: Ints, step: int
) -> Floats:
    """The masses (n, 17) below the edges of 16 runs of `step` cells, from the cell `first` on."""
    at = np.minimum(first[:, None] + np.arange(FAN + 1) * step, LEVELS)
    edges = choices.table.take(at + lists[:, None] * (LEVELS + 1))
    return law.below(edges, filled, first, step)


def _with_rest(mass: Floats) -> Floats:
    """Masses (n, 18): below each of 17 edges, then below everything."""
    out = np.empty((len(mass), FAN + 2))
    np.subtract(mass, mass[:, :1], out=out[:, :-1])
    out[:, -1] = ALL
    return out


def _symbols(away: Ints) -> Ints:
    """The cells (n,) of a window, or 16 outside it."""
    return np.where((away >= 0) & (away < FAN), away, FAN)
