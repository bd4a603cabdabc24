"""The pop side of `KnotCoder`: one knot after another, each with as few array operations as can be.

A knot has about ten blocks of about eight dimensions, so that the number of operations counts, and
what can be done for all blocks at once is.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from vdsc.core.fixed import clamp
from vdsc.core.types import Floats, Ints
from vdsc.entropy.cell_code import CellCode
from vdsc.entropy.context import Context
from vdsc.entropy.even_cells import EvenCells
from vdsc.entropy.knot_predictor import (
    OPEN_REACH,
    WIDEST,
    WILD,
    WILDEST,
    decayed,
    feature,
    features,
    hypot,
)
from vdsc.entropy.stack import BitStack
from vdsc.entropy.transition import TransitionTables
from vdsc.quant.value_grid import REACH, ValueGrid

_TAME = OPEN_REACH >> 1
"""A mean so small before its correction, which is below 2**37, is not clipped on an open grid."""


class KnotPopper:
    """Pops knots by the formulas of `KnotPredictor`, which states them.

    Dimensions are kept in the order in which they are coded, the n that are not global first, so
    that a block is a slice. Once per knot and for all blocks: rho z1, the part of the correction
    that z1 and the slope make, the base, and the scale in each bucket of activity.
    """

    def __init__(self, tables: TransitionTables, grid: ValueGrid) -> None:
        self._order = order = np.lexsort((tables.blocks, tables.is_global))
        self._n = n = int((~tables.is_global).sum())
        moving = order[:n]
        ends = np.flatnonzero(np.diff(tables.blocks[moving], prepend=-1, append=-1)).tolist()
        self._blocks = [slice(*pair) for pair in pairwise(ends)]
        self._grid = grid.take(moving)
        self._grids = [self._grid.take(np.arange(n)[block]) for block in self._blocks]
        self._rho, self._sigma = tables.rho[:, moving], tables.sigma[:, moving]
        self._blur, self._room = np.abs(self._rho) * tables.blur, self._grid.steps >> 3
        self._class, self._law = tables.lag_class, tables.law
        self._even = [EvenCells(one, self._law) if one.even else None for one in self._grids]
        self._tame = _TAME if grid.open else -1
        self._reach = OPEN_REACH if grid.open else REACH
        self._weights = None if tables.weights is None else self._cut(tables.weights)
        self._tables = tables

    def pop(self, stack: BitStack, ticks: Ints, state: Context) -> tuple[Ints, Context]:
        """Pop knots at ticks (M,), the first of which is the state's: their cells (M, D).

        The state after the last one comes with them. Raises CorruptFile.
        """
        state = state.take(self._order)
        knots = [state.cells]
        for lag in np.diff(ticks).tolist():
            state = self._knot(stack, state, lag)
            knots.append(state.cells)
        back = np.argsort(self._order)
        return np.stack(knots)[:, back], state.take(back)

    def _knot(self, stack: BitStack, past: Context, lag: int) -> Context:
        """Pop one knot, block after block."""
        n, row = self._n, min(lag, len(self._rho)) - 1
        now = Context(past.cells.copy(), past.last.copy(), past.last, lag, np.zeros_like(past.last))
        start = decayed(self._rho[row], past.last[:n])
        wild = bool(start.size) and int(np.abs(start).max()) > self._tame
        more = self._correction(past, lag, row)
        blur = self._blur[row] * self._grid.width(past.cells[:n]) >> 32
        base = hypot(self._sigma[row], blur)
        scales = self._scales(past.spread[:n], base, row)
        room, widest, total = base + self._room, np.minimum(base, WIDEST), 0
        parts = zip(self._blocks, self._grids, self._even, strict=True)
        for i, (block, grid, even) in enumerate(parts):
            mean = start[block] if more is None else start[block] + more.of(block)
            if wild:
                mean = clamp(mean, -self._reach, self._reach)
            scale = widest[block] if scales is None else scales.of(block, total)
            if even is None:
                cells = CellCode.of(mean, scale, grid=grid, law=self._law).pop(stack)
            else:
                cells = even.pop(stack, mean, scale)
            now.cells[block] = cells
            now.last[block] = z = grid.value(cells)
            z -= mean
            if more is not None:
                more.add(i, block, z)
            now.spread[block] = spread = spreads(z, room[block])
            total += int(np.add.reduce(spread))
        return now

    def _correction(self, past: Context, lag: int, row: int) -> _Correction | None:
        if self._weights is None:
            return None
        known = features(past.last, past.before, np.array(lag), np.array(past.lag))
        weights, later = self._weights[self._class[row]]
        return _Correction(weights @ known[: weights.shape[1]], later)

    def _cut(self, weights: Ints) -> list[tuple[Floats, list[Floats]]]:
        """Per class the weights (n, 2 D) of z1 and slopes, and per block those of later blocks."""
        order, n, dims = self._order, self._n, len(self._order)
        columns = [part * dims + order for part in range(3)]
        cut = []
        for table in weights[:, order[:n]].astype(np.float64):
            known, residual = table[:, np.concatenate(columns[:2])], table[:, columns[2]]
            later = [residual[b.stop :, b].copy() for b in self._blocks]
            cut.append((known, later))
        return cut

    def _scales(self, before: Ints, base: Ints, row: int) -> _Scales | None:
        tables = self._tables
        mix, edges, gain = tables.activity_weights, tables.activity_edges, tables.activity_gain
        if mix is None or edges is None or gain is None:
            return None
        last, every, now = mix.tolist()
        calm = before * last + int(before.sum()) // max(self._n, 1) * every
        table = clamp(base[:, None] * gain[self._class[row]] >> 16, 1, WIDEST)
        places = np.arange(0, table.size, table.shape[1])
        return _Scales(calm, (last + every, now), edges, table.ravel(), places)


@dataclass(frozen=True, eq=False)
class _Correction:
    """The corrections (n,) of one knot's means, of which `later` adds what residuals make.

    sums: whole numbers, the weighted features so far. later: per block the weights that its
    residuals have in the blocks after it.
    """

    sums: Floats
    later: list[Floats]

    def of(self, block: slice) -> Ints:
        return self.sums[block].astype(np.int64) >> 16

    def add(self, i: int, block: slice, residual: Ints) -> None:
        """Take in the residuals of block i."""
        if block.stop < self.sums.size:
            self.sums[block.stop :] += self.later[i] @ feature(residual).astype(np.float64)


@dataclass(frozen=True, eq=False)
class _Scales:
    """The scales of one knot: a table (n A,) of them in each bucket of activity.

    calm (n,) is a w0 + b w1, mix is w0 + w1 and w2; places (n,) are where rows of the table begin.
    """

    calm: Ints
    mix: tuple[int, int]
    edges: Ints
    table: Ints
    places: Ints

    def of(self, block: slice, total: int) -> Ints:
        """The scales of a block; `total` is the sum of the spreads of earlier ones."""
        parts, now = self.mix
        activity = self.calm[block]
        if block.start:
            activity = activity + total // block.start * now
            parts += now
        bucket = np.searchsorted(self.edges, activity // parts, side="right")
        bucket += self.places[block]
        return self.table.take(bucket)


def spreads(residual: Ints, room: Ints) -> Ints:
    """The spreads (Db,) of residuals (Db,), given base + (step >> 3)."""
    size = np.abs(residual)
    np.minimum(size, WILD, out=size)
    size <<= 16
    size //= room
    return np.minimum(size, WILDEST)
