"""Whole steps near a frame's: a search among those that move its points least.

A step of one channel moves all that hangs on it far; with the steps of other channels that make up
for it best, it is a short move. Of these moves the one that helps most is taken, then the next.
"""

from __future__ import annotations

import numpy as np

from vdsc.core.types import Floats, Ints, Values

MOVES = 60
"""Moves after which a search ends."""

POWER = 3
"""Distances count by the power of 2^POWER: the largest ones matter."""

LEAST = 1e-3
"""The share by which a move must help."""


def short(root: Floats, steps: Floats) -> Floats:
    """Short moves (n, F, F), one a column: a step of a channel, and what makes up for it.

    root: R (n, F, F) of `joint_steps.roots`, whose order is backwards.
    """
    count = root.shape[1]
    basis = root * steps[::-1]
    made = np.tile(np.eye(count), (len(root), 1, 1))
    for at in range(count - 2, -1, -1):
        times = np.rint(basis[:, at, at + 1 :] / basis[:, at, at, None])[:, None]
        basis[:, : at + 1, at + 1 :] -= basis[:, : at + 1, at, None] * times
        made[:, : at + 1, at + 1 :] -= made[:, : at + 1, at, None] * times
    return made[:, ::-1, ::-1]


@np.errstate(over="ignore", invalid="ignore")
def settled(away: Values, by: Values) -> Ints:
    """How often (n, F) to take moves that bring points from `away` (n, 3, P) to within 1.

    by: how far each moves each point, (n, 3, P, F). float32. Where none help enough, what helped;
    nothing for what is too far to tell.
    """
    taken, size = np.zeros((len(by), by.shape[3]), dtype=np.int64), np.square(by).sum(axis=1)
    away, act = away.copy(), np.arange(len(by))
    for _ in range(MOVES):
        near = np.square(away[act]).sum(axis=1)
        far = near.max(axis=1) > 1
        act, near = act[far], near[far][:, :, None]
        if not act.size:
            break
        along = 2 * sum(away[act, i, :, None] * by[act, i] for i in range(3))
        base = near + size[act]
        after = np.concatenate([_cost(base + along), _cost(base - along)], axis=1)
        best, now = after.argmin(axis=1), _cost(near)[:, 0]
        helps = after[np.arange(len(act)), best] < (1 - LEAST) * now
        act, best = act[helps], best[helps]
        move, turn = best % by.shape[3], 1 - 2 * (best // by.shape[3])
        taken[act, move] += turn
        away[act] += by[act, :, :, move] * turn[:, None, None].astype(by.dtype)
    return taken


def _cost(squares: Values) -> Values:
    """What distances (n, P, F) cost together (n, F)."""
    for _ in range(POWER - 1):
        squares = np.square(squares)
    return np.asarray(squares.sum(axis=1))
