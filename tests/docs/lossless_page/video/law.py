"""The law of a channel: cells off the stack, and slopes to learn from."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.docs.lossless_page.bits import Bits
from tests.docs.lossless_page.video.colours import Lists
from tests.docs.lossless_page.video.tables import (
    MOST,
    Floats,
    Ints,
    clip,
    decays,
    densities,
    heights,
    inverses,
    nearest,
)


class Law:
    """The laws of N pixels of one channel."""

    def __init__(self, o: Ints, centre: Ints, lists: Lists, which: Ints, copies: Ints) -> None:
        k = self.bumps = centre.shape[1]
        self.mean = 16 * centre + clip(nearest(o[:, :k], 20), -(1 << 17), 1 << 17)
        self.inverse = inverses()[clip(nearest(o[:, k : 2 * k], 24), -48, 80) + 48]
        score = nearest(o[:, 2 * k :], 23)
        raw = decays()[np.minimum(score.max(1, keepdims=True) - score, 512)]
        self.share = raw * 65535 // raw.sum(1, keepdims=True)
        self.share[:, -1] += 65536 - self.share.sum(1)
        self.lists, self.which, self.copies = lists, which, copies
        self.filled = lists.cell[which[:, None], copies]

    def place(self, edge: Ints) -> Ints:
        """(N, K) indices in the table of heights, of edges (N,)."""
        away = 256 * edge[:, None] - 128 - self.mean
        inner = clip((away * self.inverse + (1 << 32) + (1 << 17)) >> 18, 0, 1 << 15)
        inner[edge == 0] = 0
        inner[edge == 256] = 1 << 15
        return inner

    def below(self, number: Ints) -> Ints:
        """The masses (N,) below the edges with these numbers."""
        edge = self.lists.edge[self.which, np.minimum(number, 256)]
        bumps = (self.share[:, : self.bumps] * heights()[self.place(edge)]).sum(1)
        copies = (self.share[:, self.bumps : -1] * (self.filled < number[:, None])).sum(1) << 30
        return bumps + copies + (edge * self.share[:, -1] << 22)

    def pop(self, stack: Bits, met: set[Any]) -> Ints:
        """The cells (N,)."""
        size = self.lists.size[self.which]
        best = self.share[:, :-1].argmax(1)
        means = clip(nearest(self.mean, 8), 0, 255)
        likely = np.concatenate([means, self.copies], 1)[np.arange(len(best)), best]
        start = self.lists.cell[self.which, likely] - 8
        start = clip(start, 0, 256)
        start = np.minimum(start, np.maximum(size - 16, 0))
        mass = np.stack([self.below(start + i) for i in range(17)], 1)
        low, high = mass[:, 0], mass[:, 16]
        known = np.concatenate([mass - low[:, None], np.full((len(mass), 1), 1 << 46)], 1)
        cell = start + popped(stack, known, size > 1)
        far = (cell == start + 16) & (size > 16)
        met |= {"one"} if (size == 1).any() else set()
        if far.any():
            met.add("far")
            group = popped(stack, self.without(np.zeros_like(start), 16, low, high), far)
            fine = popped(stack, self.without(16 * group, 1, low, high), far)
            cell = np.where(far, 16 * group + fine, cell)
        met |= {"beyond"} if (cell >= size).any() else set()
        return np.minimum(cell, size - 1)

    def without(self, first: Ints, step: int, low: Ints, high: Ints) -> Ints:
        """Masses (N, 17) below edges, less what lies between two masses."""
        mass = np.stack([self.below(first + step * i) for i in range(17)], 1)
        between = np.minimum(np.maximum(mass, low[:, None]), high[:, None]) - low[:, None]
        return mass - between

    def slopes(self, cell: Ints) -> Ints:
        """(N, O) what learning starts from."""
        w, d, k = self.share, densities(), self.bumps
        e0, e1 = (self.lists.edge[self.which, cell + i] for i in (0, 1))
        i0, i1 = self.place(e0), self.place(e1)
        mass = np.concatenate(
            [
                w[:, :k] * (heights()[i1] - heights()[i0]),
                (w[:, k:-1] * (self.filled == cell[:, None])) << 30,
                (w[:, -1] * (e1 - e0))[:, None] << 22,
            ],
            1,
        )
        total = mass.sum(1, keepdims=True).astype(float)
        u = w[:, :k] / total
        half = 1 << 14
        parts: list[Floats] = [
            ((d[i1] - d[i0]) * self.inverse).astype(float) * u / 4,
            (d[i1] * (i1 - half) - d[i0] * (i0 - half)).astype(float) * u * 256,
            (w / 65536 - mass / total) * (1 << 18),
        ]
        return clip(np.rint(np.concatenate(parts, 1)).astype(int), -MOST, MOST)


def popped(stack: Bits, mass: Ints, some: np.ndarray) -> Ints:
    """Symbols (N,), 0 where nothing is popped, under masses (N, J + 1)."""
    made, where = np.zeros(len(mass), int), np.flatnonzero(some)
    for i, left in zip(where.tolist(), bounds(rows(mass[where])).tolist(), strict=True):
        made[i] = stack.take(left)
    return made


def rows(mass: Ints) -> Ints:
    """The frequencies (N, J) of masses."""
    free = (1 << 16) - mass.shape[1] + 1
    inner = (mass - mass[:, :1]).astype(float)
    factor = free / np.maximum(inner[:, -1:], 1.0)
    made = np.diff(np.floor(inner * factor).astype(int), axis=1) + 1
    made[:, 0] += (1 << 16) - made.sum(1)
    return made


def bounds(row: Ints) -> Ints:
    """The bounds (N, J + 1) of table symbols; R is what float32 does to an integer."""
    count = row.shape[1]
    sums = ((1 << 24) - count) * (np.cumsum(row, 1) - row)
    left = (sums.astype(np.float32).astype(int) >> 16) + np.arange(count)
    return np.concatenate([left, np.full((len(row), 1), 1 << 24)], 1)
