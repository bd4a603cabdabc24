"""A window's knots: popped under the prior, pushed under the posterior."""

from __future__ import annotations

from itertools import pairwise
from math import isqrt
from typing import Any

from tests.docs.lossless_page.bitsback import reals
from tests.docs.lossless_page.bitsback.coder import Stack
from tests.docs.lossless_page.bitsback.inference import Inference
from tests.docs.page_decoder import (
    Grid,
    Path,
    clip,
    distribution,
    frequencies,
    pop_times,
    small,
)  # fmt: skip


def steps(q: Inference, fine: int) -> list[int]:
    """Widths of the cells."""
    made = []
    for spread, added, still in zip(q.spread, q.added, q.still, strict=True):
        wide = max(0 if still else isqrt(added), spread)
        made.append(clip(8 * wide >> (fine + 3), 64, 19660))
    return made


def ornstein(q: Inference) -> dict[str, Any]:
    """The tables of the OU prior."""
    top, bottom = q.fps.as_integer_ratio()
    powers = [(n * n >> 96) * bottom // top for n in q.nu]
    lags = range(1, 129)
    return {
        "rho": [[reals.exp(-p * lag // 2) >> 80 for p in powers] for lag in lags],
        "sigma": [
            [max(isqrt((reals.ONE - reals.exp(-p * lag)) >> 64), 1) for p in powers] for lag in lags
        ],
        "sigma0": [1 << 16] * len(powers),
        "is_global": q.still,
        "blocks": [0] * len(powers),
        "lag_class": [0] * 128,
        "blur": [0],
        "law": [0],
    }


def times_row(q: Inference, density: int) -> list[int]:
    """The Poisson prior of the gaps."""
    top, bottom = q.fps.as_integer_ratio()
    p = clip((q.rate(density) * bottom // top) >> 80, 1, 1 << 20)
    s = [small(p, 1 << 16)]
    while len(s) < q.longest:
        s.append(s[-1] * s[0] >> 96)
    return frequencies([((reals.ONE - x) << 30) // (reals.ONE - s[-1]) for x in s[:-1]])


def pop_knots(
    stack: Stack, q: Inference, tables: dict[str, Any], plan: tuple[int | None, int], frames: int
) -> tuple[list[int], Path, list[list[int]]]:
    """Frames of the knots, their path, and their cells."""
    density, fine = plan
    knots = list(range(frames))
    if density is not None:
        knots = pop_times(stack, times_row(q, density), frames - 1)
    path = Path(tables, steps(q, fine), 1)
    cells = [path.first(stack)]
    cells += [path.later(stack, b - a) for a, b in pairwise(knots)]
    return knots, path, cells


def values(path: Path, cells: list[int]) -> list[int]:
    return [grid.value(cell) for grid, cell in zip(path.grids, cells, strict=True)]


class Cell:
    """One cell of the posterior."""

    def __init__(self, grid: Grid, mean: int, scale: int) -> None:
        digits = ((scale - 1) // (5 * grid.step)).bit_length()
        self.k = k = min(digits, (grid.limit // 33).bit_length() - 1)
        room = grid.limit - (33 << k)
        self.c = c = clip(grid.snap(mean), -room, room)
        low = c - (32 << k) - (1 << k >> 1)
        edges = [grid.edge(low + (j << k)) for j in range(1, 64)]
        self.row = frequencies([distribution(0, ((e - mean) << 16) // scale) for e in edges])

    def symbol(self, cell: int) -> tuple[int, int]:
        """Symbol and low bits of a cell."""
        offset = cell - self.c + (1 << self.k >> 1)
        return (offset >> self.k) + 32, offset & ((1 << self.k) - 1)


def push_turned(stack: Stack, symbol: int, row: list[int]) -> None:
    """Push under a row turned so that its first largest comes first."""
    m = row.index(max(row))
    stack.push_table((symbol - m) % len(row), row[m:] + row[:m])


def push_group(stack: Stack, group: list[tuple[Cell, int]]) -> None:
    split = [(cell, *cell.symbol(q)) for cell, q in group]
    for cell, _, low in reversed(split):
        stack.push_uniform(low, 1 << cell.k)
    for cell, symbol, _ in reversed(split):
        push_turned(stack, symbol, cell.row)


def push_posterior(
    stack: Stack, q: Inference, density: int | None, knots: list[int], path: Path,
    cells: list[list[int]],
) -> None:  # fmt: skip
    """Give back what the encoder popped."""
    groups = [[*zip(path.grids, q.goals[0], q.spread, cells[0], strict=True)]]
    for (a, b), last, now in zip(pairwise(knots), cells, cells[1:], strict=False):
        laws = [*zip(path.grids, *q.law(values(path, last), a, b), now, strict=True)]
        groups.append([laws[d] for d in path.local])
    for group in reversed(groups):
        push_group(stack, [(Cell(*law), cell) for *law, cell in group])
    if density is not None:
        for a, b in reversed([*pairwise(knots)]):
            push_turned(stack, b - a - 1, q.gap_row(a, density, knots[-1] - a))
