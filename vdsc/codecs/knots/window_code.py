"""The knots of one window to a stream and back: times first, then cells knot after knot.

encode  cells -push-> stack      decode  stack -pop-> cells -value-> z

A window that holds still has one knot in its stream, which stands at its first frame and its last.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from vdsc.codecs.knots.coding import Coding
from vdsc.core.types import Ints
from vdsc.entropy import BitStack, Context
from vdsc.entropy.knot_predictor import CALM
from vdsc.errors import CorruptFile

if TYPE_CHECKING:
    from vdsc.codecs.knots.placing import PlacedKnots


@dataclass(frozen=True, slots=True)
class KnotWindow:
    """Knots of one window: frame numbers (M,) from its first frame, cells and Q16 values (M, D).

    after: what the next window builds on if it shares a frame with this one. coded: how many knots
    the stream has.
    """

    knots: Ints
    cells: Ints
    values: Ints
    after: Context
    coded: int

    @classmethod
    def standing(cls, span: int, after: Context) -> KnotWindow:
        """A window that holds the value of its context for `span` frames after its first."""
        cells, values = (np.stack([part, part]) for part in (after.cells, after.last))
        quiet = Context(after.cells, after.last, after.last, 0, np.full_like(after.spread, CALM))
        return cls(np.array([0, span]), cells, values, quiet, 1)


@dataclass(frozen=True, slots=True)
class KnotStream:
    """Knots on their way into a file: the window, its stream, and the bytes its times take."""

    window: KnotWindow
    data: bytes
    spent: int


def push(
    coding: Coding, placed: PlacedKnots, cells: Ints, begin: int, past: Context | None
) -> KnotStream:
    """Code the knots of the window that begins at frame `begin`, with cells (M, D).

    past: what the window before left, if a frame is shared with it. A window that is held has one
    row of cells.
    """
    knots, lags = placed.knots, coding.lags(placed.knots, begin)[: len(cells)]
    stack = BitStack()
    coding.values.push(stack, cells, lags, context=past)
    after = coding.values.context(cells, lags, context=past)
    if placed.held:
        window = KnotWindow.standing(int(knots[-1]), after)
        return KnotStream(window, stack.to_bytes(), 0)
    before = stack.bits
    head = coding.push_times(stack, knots, placed.draw)
    spent = len(head) + max(0, round((stack.bits - before) / 8))
    window = KnotWindow(knots, cells, coding.grid.value(cells), after, len(knots))
    return KnotStream(window, head + stack.to_bytes(), spent)


def pop(
    coding: Coding, stream: bytes, begin: int, end: int, past: Context | None, *, held: bool = False
) -> KnotWindow:
    """Knots of the window of frames begin..end-1; raises CorruptFile for what no encoder makes.

    held: whether it holds still.
    """
    if held:
        knots, stack = np.zeros(1, np.int64), BitStack.from_bytes(stream)
    else:
        knots, stack = coding.pop_times(stream, end - 1 - begin, begin)
    cells, after = coding.values.pop_on(stack, coding.lags(knots, begin), context=past)
    if not stack.empty:
        raise CorruptFile("a chunk holds more than its knots; the file is damaged")
    if held:
        return KnotWindow.standing(end - 1 - begin, after)
    return KnotWindow(knots, cells, coding.grid.value(cells), after, len(knots))
