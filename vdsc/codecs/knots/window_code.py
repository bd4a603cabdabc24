"""The knots of one window to a stream and back: times first, then cells knot after knot.

encode  cells -push-> stack      decode  stack -pop-> cells -value-> z
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from vdsc.codecs.knots.coding import Coding
from vdsc.core.types import Ints
from vdsc.entropy import BitStack, Context
from vdsc.errors import CorruptFile

if TYPE_CHECKING:
    from vdsc.codecs.knots.placing import PlacedKnots


@dataclass(frozen=True, slots=True)
class KnotWindow:
    """Knots of one window: frame numbers (M,) from its first frame, cells and Q16 values (M, D).

    after: what the next window builds on if it shares a frame with this one.
    """

    knots: Ints
    cells: Ints
    values: Ints
    after: Context


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

    past: what the window before left, if a frame is shared with it.
    """
    knots, lags = placed.knots, coding.lags(placed.knots, begin)
    stack = BitStack()
    coding.values.push(stack, cells, lags, context=past)
    before = stack.bits
    head = coding.push_times(stack, knots, placed.draw)
    spent = len(head) + max(0, round((stack.bits - before) / 8))
    after = coding.values.context(cells, lags, context=past)
    window = KnotWindow(knots, cells, coding.grid.value(cells), after)
    return KnotStream(window, head + stack.to_bytes(), spent)


def pop(coding: Coding, stream: bytes, begin: int, end: int, past: Context | None) -> KnotWindow:
    """Knots of the window of frames begin..end-1; raises CorruptFile for what no encoder makes."""
    knots, stack = coding.pop_times(stream, end - 1 - begin, begin)
    lags = coding.lags(knots, begin)
    cells, after = coding.values.pop_on(stack, lags, context=past)
    if not stack.empty:
        raise CorruptFile("a chunk holds more than its knots; the file is damaged")
    return KnotWindow(knots, cells, coding.grid.value(cells), after)
