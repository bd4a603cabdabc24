"""Knots to bits and back under the learned law: each value given all that come before it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from vdsc.core.loop_choice import LoopChoice
from vdsc.core.types import Ints
from vdsc.entropy import BitStack, Context
from vdsc.entropy.cell_code import CellCode
from vdsc.errors import InvalidInput
from vdsc.quant import ValueGrid
from vdsc.twin.knot_law import KnotContext, KnotGuess, KnotLaw
from vdsc.twin.mixed_cells import Mixture
from vdsc.twin.one_value import OneCell, OneKnot

LOOPS = LoopChoice("vdsc.twin.law_compiled")
"""The compiled loops of this process."""

VALUE = 1e-4
"""Seconds that a value takes without them, about."""


@dataclass(frozen=True, eq=False)
class LearnedTables:
    """A learned law, its mixtures, and which dimensions (D,) only a first knot carries."""

    law: KnotLaw
    mixture: Mixture
    is_global: NDArray[np.bool_]


class Chooser(Protocol):
    """Says which cells there are: what a stream holds, or what is worth its bits."""

    def knot(self, number: int, guess: KnotGuess, *, first: bool, cells: Ints) -> None:
        """Put the cells (D,) of a knot in their places, but for those that are still."""


class LawCoder:
    """Codes knots (M, D) at ticks (M,) as `entropy.KnotCoder` does, under a learned law.

    A first knot has all dimensions; a later one those that are not global. Values are coded one
    after another, each with its escape and its low bits.
    """

    def __init__(self, tables: LearnedTables, grid: ValueGrid) -> None:
        dims = grid.steps.size
        if not tables.law.dims == len(tables.mixture.shares) == dims == tables.is_global.size:
            raise InvalidInput("the learned law and the value grid differ in dimensions")
        self._law, self.grid, self._still = tables.law, grid, tables.is_global
        self._every = np.arange(dims)
        self._fixed: dict[bool, Any] = {}
        self._moving = np.flatnonzero(~tables.is_global)
        one = [np.array([d]) for d in range(dims)]
        self._cells = [OneCell(grid.take(d), tables.mixture.take(d)) for d in one]
        self._mixture = tables.mixture

    def push(
        self, stack: BitStack, symbols: Ints, ticks: Ints, *, context: Context | None = None
    ) -> None:
        """Push the cells of all knots; raises InvalidInput for those that no decoder pops."""
        for code, cells in reversed(self._coded(symbols, ticks, context)):
            code.push_singly(stack, cells)

    def bits(self, symbols: Ints, ticks: Ints, *, context: Context | None = None) -> float:
        """The ideal code length of what `push` would push."""
        return sum(code.bits(cells) for code, cells in self._coded(symbols, ticks, context))

    def pop_on(
        self, stack: BitStack, ticks: Ints, *, context: Context | None = None
    ) -> tuple[Ints, Context]:
        """Pop the cells (M, D) of the knots at ticks (M,), and what the next window builds on.

        Raises CorruptFile for a stream that `push` cannot have made.
        """
        popping = _Popping(self, stack, self.loops(len(ticks)))
        popped = self.walk(popping, ticks, context=context)
        popping.end()
        return popped

    def walk(
        self, chooser: Chooser, ticks: Ints, *, context: Context | None = None
    ) -> tuple[Ints, Context]:
        """Ask for cells (M, D) in the order in which they are coded; the context comes with them.

        With a context the first knot is its own.
        """
        lags = np.diff(ticks)
        if context is None:
            cells, guess = np.zeros_like(self.grid.steps), self._law.first(self.grid.steps)
            chooser.knot(0, guess, first=True, cells=cells)
            context = self._begun(cells)
        made = [context.cells]
        for m, lag in enumerate(lags.tolist(), start=1):
            after = int(lags[m]) if m < len(lags) else 0
            guess = self._law.before(_row(context, lag, after), self.grid.steps)
            cells = context.cells.copy()
            chooser.knot(m, guess, first=False, cells=cells)
            context = self._next(context, cells, lag)
            made.append(cells)
        return np.stack(made), context

    def context(self, symbols: Ints, ticks: Ints, *, context: Context | None = None) -> Context:
        """What to pass with the next window, which begins at this one's last knot."""
        past = context or self._begun(symbols[0])
        if len(ticks) == 1:
            return past
        values = self.grid.value(symbols[-2:])
        lag = int(ticks[-1] - ticks[-2])
        return Context(symbols[-1], values[1], values[0], lag, np.zeros_like(values[1]))

    def one_by_one(
        self, guess: KnotGuess, choose: Callable[[int, CellCode], int], *, first: bool, cells: Ints
    ) -> None:
        """Choose the cells (D,) of a knot in their order; each choice gets a dimension's code."""
        knot = OneKnot(guess, *self._law.layers(first=first), self.grid.steps)
        for dim in self.dims(first=first).tolist():
            one = self._cells[dim]
            cells[dim] = cell = choose(dim, one.code(*knot.law(dim)))
            knot.add(dim, one.value(cell))

    def compiled(
        self, loops: Any, bits: Any, guess: KnotGuess, aims: Any, *, first: bool, cells: Ints
    ) -> None:
        """The same by loops: cells are popped or, given what they aim at, chosen."""
        if first not in self._fixed:
            layers = self._law.layers(first=first)
            self._fixed[first] = loops.fixed(self.grid, self._mixture, layers)
        loops.run(bits, self._fixed[first], guess, self.dims(first=first), aims, cells)

    def dims(self, *, first: bool) -> Ints:
        """The dimensions that a knot has values of."""
        return self._every if first else self._moving

    def loops(self, knots: int) -> Any:
        """The module that codes so many knots by loops, or None to leave it to NumPy."""
        return LOOPS.loops(VALUE * knots * self._still.size) if self.grid.even else None

    def _coded(
        self, symbols: Ints, ticks: Ints, context: Context | None
    ) -> list[tuple[CellCode, Ints]]:
        """The codes of all knots, first to last, and their cells; moving dimensions only."""
        self._check(symbols, ticks, context)
        values, steps = self.grid.value(symbols), self.grid.steps
        coded = []
        if context is None:
            guess = self._law.first(steps)
            code = self._code(guess, values[:1], first=True)
            coded.append((code, symbols[:1]))
            context = self._begun(symbols[0])
        if len(ticks) > 1:
            guess = self._law.before(_rows(context, values, ticks), steps)
            code = self._code(guess, values[1:], first=False)
            coded.append((code, symbols[1:, self._moving]))
        return coded

    def _code(self, guess: KnotGuess, values: Ints, *, first: bool) -> CellCode:
        """The code of knots with values (M, D), in the dimensions that they have."""
        dims = self.dims(first=first)
        off, loud = self._law.surprise(guess, values)
        moving = np.isin(np.arange(values.shape[1]), dims)
        more, wide = self._law.within(off * moving, loud * moving, first=first)
        mean, scale = self._law.law(guess, more, wide, self.grid.steps)
        grid, mixture = self.grid.take(dims), self._mixture.take(dims)
        return mixture.code(mean[:, dims], scale[:, dims], grid=grid)

    def _begun(self, cells: Ints) -> Context:
        value = self.grid.value(cells)
        return Context(cells, value, value, 0, np.zeros_like(value))

    def _next(self, past: Context, cells: Ints, lag: int) -> Context:
        return Context(cells, self.grid.value(cells), past.last, lag, past.spread)

    def _check(self, symbols: Ints, ticks: Ints, context: Context | None) -> None:
        moves = (symbols[:, self._still] != symbols[:1, self._still]).any()
        if len(symbols) != len(ticks) or (np.diff(ticks) < 1).any() or moves:
            raise InvalidInput("knots need increasing ticks and constant global dimensions")
        if (np.abs(symbols) > self.grid.limit).any():
            raise InvalidInput("a latent value lies outside its grid; snap it first")
        if context and (symbols[0] != context.cells).any():
            raise InvalidInput("a window must begin at the last knot of the one before")


class _Popping:
    """Takes cells off a stack, which must be left alone until the end."""

    def __init__(self, coder: LawCoder, stack: BitStack, loops: Any) -> None:
        self._coder, self._stack, self._loops = coder, stack, loops
        self._bits = None if loops is None else loops.taken(stack)

    def knot(self, number: int, guess: KnotGuess, *, first: bool, cells: Ints) -> None:
        """Pop a knot; raises CorruptFile."""
        coder, loops = self._coder, self._loops
        if loops is None:
            coder.one_by_one(guess, self._cell, first=first, cells=cells)
        else:
            coder.compiled(loops, self._bits, guess, loops.POPPED, first=first, cells=cells)

    def end(self) -> None:
        """Give the stack back."""
        if self._loops is not None:
            self._loops.give_back(self._bits, self._stack)

    def _cell(self, dim: int, code: CellCode) -> int:
        return int(code.pop(self._stack)[0])


def _row(past: Context, lag: int, after: int) -> KnotContext:
    """What one knot may look at."""
    here = (np.array([n]) for n in (lag, past.lag, after))
    return KnotContext(past.last[None], past.before[None], *here)


def _rows(past: Context, values: Ints, ticks: Ints) -> KnotContext:
    """What all knots but the first may look at, whose values (M, D) are known."""
    lags = np.diff(ticks)
    earlier = np.concatenate([past.before[None], values[:-2]])
    before = np.append(past.lag, lags[:-1])
    return KnotContext(values[:-1], earlier, lags, before, np.append(lags[1:], 0))
