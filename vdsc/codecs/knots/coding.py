"""How one file's knots are coded: its grid of values, its prior, its code of knot times."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

import numpy as np

from vdsc.codecs.knots import drawn_times as drawn
from vdsc.codecs.knots import pace
from vdsc.codecs.knots.model_tables import Tables
from vdsc.codecs.knots.params import Params
from vdsc.core.sequence import Outline
from vdsc.core.types import Floats, Ints
from vdsc.entropy import BitStack, KnotCoder, PoissonGaps, RenewalGaps
from vdsc.errors import CorruptFile
from vdsc.model.price import Price
from vdsc.quant import ValueGrid

Q16 = 1 << 16
LONGEST = 1024
"""The longest gap between knots, in frames, under the Poisson prior."""


class Coding:
    """The integer codes of one file, all of them fixed by its header and its checkpoint's tables.

    fps: ticks per second of the checkpoint. params: see `Params`. Raises CorruptFile for parameters
    and frame times that no encoder writes.
    """

    def __init__(
        self, tables: Tables, fps: Fraction, outline: Outline, params: Mapping[str, int]
    ) -> None:
        self.tables, self.outline, self.fps = tables, outline, fps
        self.params = Params.from_header(params)
        if (self.params.local, self.params.still) != tables.dims:
            raise CorruptFile("the file's dimensions are not its model's; the file is damaged")
        fault = pace.fault(outline, fps)
        if fault is not None:
            raise CorruptFile(f"the file's clock cannot be right: {fault}")
        self.grid = grid(tables, self.params.quality)
        self.values = KnotCoder(tables.transition, self.grid)
        self.still = tables.transition.is_global
        self.times = gap_code(tables, self.params)
        sampled = self.params.drawn
        self.drawn = drawn.DrawnTimes(self.times.row, self.params.seed) if sampled else None

    def push_times(self, stack: BitStack, knots: Ints, draw: drawn.Draw | None) -> bytes:
        """Push knots (M,), or the draw that gave them; what goes before the stack comes back."""
        if self.drawn is None or draw is None:
            self.times.push(stack, knots, int(knots[-1]))
            return b""
        return self.drawn.push(stack, draw)

    def pop_times(self, stream: bytes, span: int, first: int) -> tuple[Ints, BitStack]:
        """Knots (M,) of the window of frames first..first + span, and the stack below them."""
        head = drawn.HEAD if self.drawn else 0
        stack = BitStack.from_bytes(stream[head:])
        if self.drawn is None:
            return self.times.pop(stack, span), stack
        return self.drawn.pop(stack, stream[:head], span, first), stack

    def lags(self, knots: Ints, begin: int) -> Ints:
        """Ticks (M,) of the checkpoint's clock at knots (M,), frames counted from `begin`."""
        return pace.lags(self.outline, self.fps, knots, begin)

    def real(self, cells: Ints) -> Floats:
        """Knot values (M, D) of cells (M, D)."""
        return self.grid.value(cells) / Q16

    def snap(self, z: Floats) -> Ints:
        """Cells (M, D) of finite knot values (M, D)."""
        return self.grid.snap(np.rint(np.clip(z, -30, 30) * Q16).astype(np.int64))

    def price(self, knots: Ints, begin: int) -> Price:
        """What the values of knots (M,) will cost, for the encoder to weigh."""
        return price(self.tables, self.grid, self.lags(knots, begin))


def grid(tables: Tables, quality: int) -> ValueGrid:
    """The value grid at a quality."""
    coarse = tables.curve[quality - 1, 0]
    return ValueGrid(np.clip(tables.steps * coarse >> 8, 1 << 6, 1 << 17), tables.cap)


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


def gap_code(tables: Tables, params: Params) -> RenewalGaps | PoissonGaps:
    """The code of the knot times that the parameters name."""
    if params.every:
        return RenewalGaps(np.ones(1, np.int64))
    if params.rate is not None:
        return PoissonGaps(params.rate, LONGEST)
    return RenewalGaps(tables.gaps[tables.curve[params.quality - 1, 2]])
