"""How one file's knots are coded: its grid of values, its prior, its code of knot times."""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from vdsc.codecs.knots import body, pace, thrift
from vdsc.codecs.knots.params import KnotParams
from vdsc.codecs.model_tables import Tables
from vdsc.core.sequence import Outline
from vdsc.core.types import Floats, Ints
from vdsc.entropy import BitStack, Context, KnotCoder, PoissonGaps, RenewalGaps
from vdsc.errors import CorruptFile, InvalidInput
from vdsc.model.price import Curvature, Price
from vdsc.quant import ValueGrid
from vdsc.twin.law_coder import LawCoder

if TYPE_CHECKING:
    from vdsc.codecs.knots.drawn_times import Draw, DrawnTimes

Q16 = 1 << 16
WILDEST = 1 << 15
"""Latent values that networks can mean anything by; training data lies within a few."""

EXCHANGE = 0.9
"""Error that a bit is worth when values are rounded, in terms of `thrift.FAIR`."""

KEPT = 8
"""Codes of values that stay in memory: each of one checkpoint and quality."""

LONGEST = 1024
"""The longest gap between knots, in frames, under the Poisson prior; long windows have longer."""


class Coding:
    """The integer codes of one file, all of them fixed by its header and its checkpoint's tables.

    fps: ticks per second of the checkpoint. params: what the header says. old: whether the file is
    of codec `vdsde`, whose values lie within +-12. Raises CorruptFile for parameters and frame
    times that no encoder writes.
    """

    def __init__(
        self,
        tables: Tables,
        fps: Fraction,
        outline: Outline,
        params: KnotParams,
        *,
        old: bool = False,
    ) -> None:
        self.tables, self.outline, self.fps, self.params = tables, outline, fps, params
        if old and (params.local, params.still) != tables.dims:
            raise CorruptFile("the file's dimensions are not its model's; the file is damaged")
        fault = pace.fault(outline, fps)
        if fault is not None:
            raise CorruptFile(f"the file's clock cannot be right: {fault}")
        self.values = _value_coder(tables, params.quality, is_open=not old)
        self.grid = self.values.grid
        self.still = tables.transition.is_global
        self.times = gap_code(tables, params)
        self.drawn = _drawn(self.times.row, params.seed) if params.drawn else None

    def push_times(self, stack: BitStack, knots: Ints, draw: Draw | None) -> bytes:
        """Push knots (M,), or the draw that gave them; what goes before the stack comes back."""
        if self.drawn is None or draw is None:
            self.times.push(stack, knots, int(knots[-1]))
            return b""
        return self.drawn.push(stack, draw)

    def pop_times(self, stream: bytes, span: int, first: int) -> tuple[Ints, BitStack]:
        """Knots (M,) of the window of frames first..first + span, and the stack below them."""
        head = body.HEAD if self.drawn else 0
        stack = BitStack.from_bytes(stream[head:])
        if self.drawn is None:
            return self.times.pop(stack, span), stack
        return self.drawn.pop(stack, stream[:head], span, first), stack

    def lags(self, knots: Ints, begin: int) -> Ints:
        """Ticks (M,) of the checkpoint's clock at knots (M,), frames counted from `begin`."""
        return pace.lags(self.outline, self.fps, knots, begin)

    def snap(self, z: Floats) -> Ints:
        """Cells (M, D) of knot values (M, D); raises InvalidInput beyond +-2**15."""
        if not (np.abs(z) < WILDEST).all():
            raise InvalidInput("the model cannot follow these values; use --lossless, or train one")
        return self.grid.snap(np.rint(z * Q16).astype(np.int64))

    def snapped(self, z: Floats, past: Context | None) -> Ints:
        """The nearest cells (M, D) of z (M, D), but for what `past` says and what stays still."""
        cells = self.snap(z)
        if past is not None:
            cells[0] = past.cells
        cells[:, self.still] = cells[:1, self.still]
        return cells

    @property
    def weighs(self) -> bool:
        """Whether rounding can weigh bits: under a learned law, over even cells."""
        return isinstance(self.values, LawCoder) and self.grid.even

    def thrifty(self, z: Floats, lags: Ints, curvature: Curvature, past: Context | None) -> Ints:
        """Cells (M, D) near z that are worth their bits; raises InvalidInput as `snap` does."""
        assert isinstance(self.values, LawCoder)
        self.snap(z)
        return thrift.thrifty(self.values, z, lags, curvature, EXCHANGE, past)

    def price(self, knots: Ints, begin: int) -> Price:
        """What the values of knots (M,) will cost, for the encoder to weigh before it rounds."""
        return price(self.tables, self.grid, self.lags(knots, begin))

    @property
    def cell(self) -> Floats:
        """Width (D,) of the middle cell of each dimension."""
        return self.grid.steps / Q16

    def laws(self) -> Price:
        """What steps of 1, 2, ... ticks will cost, up to the longest that has a law of its own."""
        longest = len(self.tables.transition.rho)
        return price(self.tables, self.grid, np.cumsum(np.arange(longest + 1)))


@lru_cache(maxsize=KEPT)
def _value_coder(tables: Tables, quality: int, *, is_open: bool) -> KnotCoder | LawCoder:
    """The code of values at a quality, kept for the next file: it holds nothing of this one."""
    return tables.coder(grid(tables, quality, is_open=is_open))


def _drawn(row: Ints, seed: int) -> DrawnTimes:
    """The code of drawn knots; most files have none, and decode without its modules."""
    from vdsc.codecs.knots.drawn_times import DrawnTimes

    return DrawnTimes(row, seed)


def grid(tables: Tables, quality: int, *, is_open: bool) -> ValueGrid:
    """The value grid at a quality."""
    coarse = tables.curve[quality - 1, 0]
    steps = np.clip(tables.steps * coarse >> 8, 1 << 6, 1 << 17)
    return ValueGrid(steps, tables.cap, open=is_open)


def price(tables: Tables, cells: ValueGrid, ticks: Ints) -> Price:
    """What values at ticks (M,) will cost on a grid of cells."""
    laws = tables.transition
    row = np.minimum(np.diff(ticks), len(laws.rho)) - 1
    unit = 1.0 if laws.law == "logistic" else np.sqrt(3) / np.pi
    return Price(
        cell=cells.steps / Q16,
        spread0=laws.sigma0 * unit / Q16,
        decay=laws.rho[row] / Q16,
        spread=laws.sigma[row] * unit / Q16,
    )


def gap_code(tables: Tables, params: KnotParams) -> RenewalGaps | PoissonGaps:
    """The code of the knot times that the parameters name."""
    if params.every:
        return RenewalGaps(np.ones(1, np.int64))
    if params.rate is not None:
        return PoissonGaps(params.rate, max(LONGEST, params.wide or 0))
    return RenewalGaps(tables.gaps[tables.curve[params.quality - 1, 2]])
