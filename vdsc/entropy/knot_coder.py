"""Knots to bits and back: the values of a latent path under its frozen transition."""

from __future__ import annotations

from functools import cached_property
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from vdsc.core.types import Ints
from vdsc.entropy.cell_code import CellCode
from vdsc.entropy.context import Context
from vdsc.entropy.knot_popper import KnotPopper
from vdsc.entropy.knot_predictor import CALM, KnotPredictor, feature, features
from vdsc.entropy.stack import BitStack
from vdsc.entropy.transition import TransitionTables
from vdsc.errors import InvalidInput
from vdsc.quant.value_grid import ValueGrid

Coded = list[tuple[CellCode, Ints]]
"""Codes and their cells, in the order in which they are popped."""


class KnotCoder:
    """Codes knots (M, D) at ticks (M,): the first on its own, each later one given the past.

    knot 0     all dimensions, N(0, sigma0)             skipped when a context is given: it is
    knot m     block 0 | block 1 | ... of the non-global dimensions        then already known
    """

    def __init__(self, tables: TransitionTables, grid: ValueGrid) -> None:
        if tables.sigma0.size != grid.steps.size:
            raise InvalidInput("the transition tables and the value grid differ in dimensions")
        self._tables, self.grid = tables, grid
        blocks = [KnotPredictor(tables, grid, block) for block in sorted({*tables.blocks.tolist()})]
        self._blocks = [block for block in blocks if block.dims.size]
        zero, scale = np.zeros_like(tables.sigma0), tables.sigma0
        self._first = CellCode.of(zero, scale, grid=grid, law=tables.law)

    def push(
        self, stack: BitStack, symbols: Ints, ticks: Ints, *, context: Context | None = None
    ) -> None:
        """Push the cells of all knots.

        Raises:
            InvalidInput: a cell is beyond its limit, a global dimension moves, the ticks do not
                increase, or the first knot is not the context's.
        """
        first, later = self._coded(symbols, ticks, context)
        steps = chain.from_iterable(
            zip(*(zip(code, cells, strict=True) for code, cells in later), strict=True)
        )
        for code, cells in reversed([*first, *steps]):
            code.push(stack, cells)

    def pop(self, stack: BitStack, ticks: Ints, *, context: Context | None = None) -> Ints:
        """Pop the cells (M, D) of the knots at ticks (M,).

        Raises:
            CorruptFile: the stream cannot have been made by `push`.
        """
        return self.pop_on(stack, ticks, context=context)[0]

    def pop_on(
        self, stack: BitStack, ticks: Ints, *, context: Context | None = None
    ) -> tuple[Ints, Context]:
        """Pop cells as `pop` does, and return with them what `context` would."""
        state = context or self._start(self._first.pop(stack))
        return self._popper.pop(stack, ticks, state)

    def bits(self, symbols: Ints, ticks: Ints, *, context: Context | None = None) -> float:
        """Return the ideal code length of what `push` would push."""
        first, later = self._coded(symbols, ticks, context)
        return sum(code.bits(cells) for code, cells in [*first, *later])

    def bill(self, symbols: Ints, ticks: Ints) -> list[tuple[Ints, Ints, NDArray[np.float64]]]:
        """Return what each later cell costs, per block: classes and buckets, and bits (M-1, Db).

        Classes are (M-1, 1); escapes are left out. Fitting the activity gains needs it.
        """
        _, later = self._coded(symbols, ticks, None)
        lag, _, spread = self._laws(symbols, ticks, self._start(symbols[0]))
        before = np.concatenate((np.full_like(spread[:1], CALM), spread))[: lag.size]
        return [
            (block.classes(lag)[:, None], block.bucket(before, spread), code.costs(cells))
            for block, (code, cells) in zip(self._blocks, later, strict=True)
        ]

    def context(self, symbols: Ints, ticks: Ints, *, context: Context | None = None) -> Context:
        """Return what to pass with the next window, which begins at this one's last knot."""
        past = context or self._start(symbols[0])
        if len(ticks) == 1:
            return past
        *_, spread = self._laws(symbols, ticks, past)
        values = self.grid.value(symbols[-2:])
        lag = int(ticks[-1] - ticks[-2])
        return Context(symbols[-1], values[1], values[0], lag, spread[-1])

    def _coded(self, symbols: Ints, ticks: Ints, context: Context | None) -> tuple[Coded, Coded]:
        """Return the code of the first knot, and per block those of all later ones together."""
        self._check(symbols, ticks, context)
        first = [] if context else [(self._first, symbols[0])]
        past = context or self._start(symbols[0])
        lag, laws, spread = self._laws(symbols, ticks, past)
        before = np.concatenate((past.spread[None], spread[:-1]))[: lag.size]
        later = []
        for block, (mean, base) in zip(self._blocks, laws, strict=True):
            scale = block.scale(base, before, spread, lag)
            code = CellCode.of(mean, scale, grid=block.grid, law=block.law)
            later.append((code, symbols[1:, block.dims]))
        return first, later

    def _laws(
        self, symbols: Ints, ticks: Ints, past: Context
    ) -> tuple[Ints, list[tuple[Ints, Ints]], Ints]:
        """Return lags (M-1,), each block's means and bases (M-1, Db), and spreads (M-1, D)."""
        z = np.concatenate((past.before[None], self.grid.value(symbols)))
        lags = np.append(past.lag, np.diff(ticks))
        known, lag = features(z[1:-1], z[:-2], lags[1:], lags[:-1]), lags[1:]
        residual, spread = known[:, 2 * z.shape[1] :], np.zeros_like(z[2:])
        width = self.grid.width(symbols[:-1])
        laws = []
        for block in self._blocks:
            mean, base = block.mean(known, z[1:-1], lag), block.base(width, lag)
            left = z[2:, block.dims] - mean
            residual[:, block.dims] = feature(left)
            spread[:, block.dims] = block.spread(left, base)
            laws.append((mean, base))
        return lag, laws, spread

    @cached_property
    def _popper(self) -> KnotPopper:
        return KnotPopper(self._tables, self.grid)

    def _start(self, cells: Ints) -> Context:
        value = self.grid.value(cells)
        return Context(cells, value, value, 0, np.full_like(value, CALM))

    def _check(self, symbols: Ints, ticks: Ints, context: Context | None) -> None:
        moving = symbols[:, self._tables.is_global] != symbols[:1, self._tables.is_global]
        if len(symbols) != len(ticks) or (np.diff(ticks) < 1).any() or moving.any():
            raise InvalidInput("knots need increasing ticks and constant global dimensions")
        if (np.abs(symbols) > self.grid.limit).any():
            raise InvalidInput("a latent value lies outside its grid; snap it first")
        if context and (symbols[0] != context.cells).any():
            raise InvalidInput("a window must begin at the last knot of the one before")
