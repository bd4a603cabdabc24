"""Which way each block of a frame between two others moves: a search over all small ways.

A block that moves by c from one frame to the other, a share s of it until now, comes from s c back
in the one and goes to (1 - s) c ahead in the other. What it costs is how much the two differ there.
Blocks that lie beside each other mostly move alike: each also pays what its neighbours would, were
they to move so or a step less or more, and these in turn what theirs would.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from vdsc.core.types import Ints

SHARE = 16
"""Binary places of a share."""

REACH = 8
"""Steps that a block moves at most along an axis, on the picture that is searched."""

WAYS = 2 * REACH + 1
BLOCK, CELL = 4, 2
"""Pixels of a block and of a cell on the picture that is searched, along each axis."""

MOST, OUTSIDE = 200, 30
"""What a pixel costs at most, and what one costs that comes from outside a frame."""

STEP = 256
"""What neighbours pay for a step that they move less or more."""

CUT = 40 * (2 * BLOCK) ** 2
"""Frames whose blocks cost more, on the mean, have nothing in common."""

NEVER = 1 << 32
"""What other ways cost besides where a block is the same in both frames, or all have no way."""

ROUNDS = 6
BEST = 4
"""Ways that are kept of each block, besides that of not moving."""


@dataclass(frozen=True, eq=False)
class Ways:
    """Ways that blocks may move.

    Args:
        steps: (h, w, BEST + 1, 2) how far, in steps; the last one of a block is (0, 0).
        costs: (h, w, BEST + 1).
    """

    steps: Ints
    costs: Ints


def moved(steps: Ints, share: int) -> tuple[Ints, Ints]:
    """How far back in the one frame, and ahead in the other, so many steps are."""
    back = (steps * share + (1 << SHARE - 1)) >> SHARE
    return back, steps - back


def ways(one: Ints, other: Ints, share: int) -> Ways:
    """The cheapest ways of blocks of two pictures (H, W) of integers, some blocks large."""
    own = _own_costs(one, other, share)
    all_of = _with_neighbours(own)
    height, width = own.shape[:2]
    key = all_of.reshape(height, width, -1).astype(np.int64) * WAYS**2 + np.arange(WAYS**2)
    still = key[..., [WAYS**2 // 2]]
    key = np.concatenate([np.sort(np.partition(key, BEST, axis=-1)[..., :BEST], axis=-1), still], 2)
    costs, number = np.divmod(key, WAYS**2)
    first = np.take_along_axis(own.reshape(height, width, -1), number[..., :1], axis=2)
    cut = first.sum(dtype=np.int64) > CUT * first.size
    costs[(own[:, :, REACH, REACH] == 0) | cut, :BEST] += NEVER
    return Ways(np.stack(np.divmod(number, WAYS), axis=-1) - REACH, costs)


def _own_costs(one: Ints, other: Ints, share: int) -> Ints:
    """What each block costs (h, w, WAYS, WAYS) alone, all ways that it may move."""
    back, ahead = moved(np.arange(-REACH, REACH + 1), share)
    held: list[Ints] = [np.pad(x, REACH, mode="edge") for x in (one, other)]
    height, width = one.shape
    first = _columns(held[0], REACH - back, width)
    second = _columns(held[1], REACH + ahead, width)
    here = [_inside(n, back, ahead) for n in one.shape]
    cells = np.empty((WAYS, WAYS, height // CELL, width // CELL), dtype=np.int32)
    for i in range(WAYS):
        y, z = REACH - back[i], REACH + ahead[i]
        cost = np.abs(first[:, y : y + height] - second[:, z : z + height])
        cost = np.minimum(cost, MOST, out=cost)
        np.copyto(cost, OUTSIDE, where=~(here[0][i][:, None] & here[1][:, None, :]))
        cost = cost[:, ::CELL] + cost[:, 1::CELL]
        cells[i] = cost[:, :, ::CELL] + cost[:, :, 1::CELL]
    return np.ascontiguousarray(_around(_around(cells, 2), 3).transpose(2, 3, 0, 1))


def _columns(picture: Ints, begins: Ints, width: int) -> Ints:
    """Pictures (n, H, width) that begin at some columns of another."""
    some = sliding_window_view(picture, width, axis=1)[:, begins]
    return np.ascontiguousarray(some.transpose(1, 0, 2))


def _inside(n: int, back: Ints, ahead: Ints) -> NDArray[np.bool_]:
    """Which places (WAYS, n) of an axis come from within it, and go to it."""
    at = np.arange(n)
    come, go = at - back[:, None], at + ahead[:, None]
    return (come >= 0) & (come < n) & (go >= 0) & (go < n)


def _around(cells: Ints, axis: int) -> Ints:
    """Sums over the two cells of a block along an axis and those beside them."""
    x = np.moveaxis(cells, axis, 0)
    x = np.concatenate([x[:1], x, x[-1:]])
    return np.moveaxis(x[:-2:2] + x[1:-2:2] + x[2::2] + x[3::2], 0, axis)


def _with_neighbours(own: Ints) -> Ints:
    """What ways cost when neighbours pay, too: (h, w, WAYS, WAYS)."""
    cost = own
    for _ in range(ROUNDS):
        least = cost.copy()
        for axis in (2, 3):
            before, now = np.moveaxis(least.copy(), axis, 0), np.moveaxis(least, axis, 0)
            np.minimum(now[1:], before[:-1] + STEP, out=now[1:])
            np.minimum(now[:-1], before[1:] + STEP, out=now[:-1])
        least -= least.min(axis=(2, 3), keepdims=True)
        wide = np.concatenate([least[:1], least, least[-1:]])
        wide = 2 * wide[1:-1] + wide[:-2] + wide[2:]
        wide = np.concatenate([wide[:, :1], wide, wide[:, -1:]], axis=1)
        around = 2 * wide[:, 1:-1] + wide[:, :-2] + wide[:, 2:] - 4 * least
        cost = own + (around >> 3)
    return cost
