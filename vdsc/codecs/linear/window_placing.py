"""Where knots save most: dynamic programming over windows, with what each is likely to cost.

    cost of a window = squared error in steps + EXCHANGE x bits of its knots and coefficients

The rounding is in it: each coefficient is rounded as the coder is likely to round it.
"""

from __future__ import annotations

from bisect import bisect_left
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from vdsc.codecs.linear.bridges import less_line, waves
from vdsc.codecs.linear.knot_code import LENGTHS
from vdsc.codecs.linear.rounding import EXCHANGE
from vdsc.core.types import Floats

GRID = 16
"""Knots lie at multiples of so many frames, but for the last."""

TRIED = (32, 48, 64, 96, 128, 192, 256)
"""Lengths of windows that are tried."""

STILL, QUIET = (512, 1024, 2048, 4096), 0.01
"""Lengths that are tried where nothing moves, and by how many steps less than which nothing does
from a frame to the next."""

DEAD = 0.83
"""Coefficients below are likely to become 0."""

WINDOW = 6
"""Bits of a window beside those of its integers."""

AT_ONCE = 1 << 22
"""Values that are looked at together."""


def numbers(frames: list[int]) -> list[int]:
    """Numbers in LENGTHS of the windows between knots at these frames."""
    return [bisect_left(LENGTHS, end - begin) for begin, end in pairwise(frames)]


def even(steps: int, length: int) -> list[int]:
    """Frames of knots that are `length` steps apart, the last window being shorter."""
    return [*range(0, steps, length), steps]


def still(x: Floats) -> NDArray[np.bool_]:
    """Which channels (C,) of a path (n, C) in steps do not move."""
    return np.asarray((np.abs(np.diff(x, axis=0)) < QUIET).all(axis=0))


def placed(x: Floats, finer: int) -> list[int]:
    """Frames of the knots of a path x (n, C) in steps; knots are 2^(finer / 4) times finer."""
    steps = len(x) - 1
    count = -(-steps // GRID)
    best, came = np.full(count + 1, np.inf), np.zeros(count + 1, dtype=np.int64)
    best[0] = 0
    found = {length // GRID: _costs(x, length, finer) for length in TRIED if length < steps}
    last = {
        size: _cost(x[None, (count - size) * GRID :], finer)[0]
        for size in range(1, min(TRIED[-1] // GRID, count) + 1)
    }
    quiet = _quiet(x, count)
    for at in range(1, count + 1):
        ways = last if at == count else {k: v[at - k] for k, v in found.items() if at - k >= 0}
        rest = [at] if at == count else []
        calm = [
            k for k in [s // GRID for s in STILL] + rest if k <= min(quiet[at], STILL[-1] // GRID)
        ]
        for size, cost in [*ways.items(), *((k, EXCHANGE * WINDOW) for k in calm)]:
            if best[at - size] + cost < best[at]:
                best[at], came[at] = best[at - size] + cost, at - size
    knots = [count]
    while knots[-1]:
        knots.append(int(came[knots[-1]]))
    return [*(GRID * k for k in knots[:0:-1]), steps]


def _quiet(x: Floats, count: int) -> list[int]:
    """Over how many whole units of GRID nothing has moved at each of their ends."""
    moves = np.append(False, (np.abs(np.diff(x, axis=0)) >= QUIET).any(axis=1))
    moved = np.maximum.accumulate(np.where(moves, np.arange(len(x)), 0))
    ends = np.minimum(GRID * np.arange(count + 1), len(x) - 1)
    since = np.arange(count + 1) - -(-moved[ends] // GRID)
    return list(np.maximum(since, 0).tolist())


def _costs(x: Floats, length: int, finer: int) -> Floats:
    """Costs (P,) of the windows of a length that begin at multiples of GRID."""
    starts = np.arange(0, len(x) - length, GRID)
    some = max(1, AT_ONCE // (length * x.shape[1]))
    parts = [starts[i : i + some] for i in range(0, len(starts), some)]
    return np.concatenate([_cost(x[s[:, None] + np.arange(length + 1)], finer) for s in parts])


def _cost(x: Floats, finer: int) -> Floats:
    """Costs (P,) of windows (P, n + 1, C)."""
    steps = x.shape[1] - 1
    start, end = x[:, :1], x[:, -1:]
    moved = np.abs(end - start) * 2 ** (finer / 4)
    spent = (1.6 * np.log2(1 + moved) + 2.5).sum((1, 2)) + WINDOW
    if steps < 2:
        return np.asarray(EXCHANGE * spent)
    wanted = np.abs(waves(steps) @ less_line(x, start, end, np.linspace(0, 1, steps + 1)))
    whole = np.floor(wanted + 1 - DEAD)
    spent = spent + np.where(whole > 0, 5 + 1.7 * np.log2(np.maximum(whole, 1)), 0).sum((1, 2))
    return np.asarray(np.square(wanted - whole).sum((1, 2)) + EXCHANGE * spent)
