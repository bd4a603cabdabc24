"""The lossy codec: posterior -> knots -> snap -> push under the frozen prior; back the same way.

    encode  frames -infer-> path -place-> ticks -fit-> z -snap-> cells -push-> body
    decode  frames <-synthesise------------------------ z <-value- cells <-pop-- body

The stream of a body (see `body`) is one stack: the knot times are popped first, then the cells,
knot after knot.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from vdsc.codecs.knots import body as layout
from vdsc.codecs.knots.coding import Coding
from vdsc.codecs.knots.drawn_times import Draw
from vdsc.codecs.knots.model_tables import Tables
from vdsc.codecs.knots.params import ID
from vdsc.codecs.knots.placing import Grid, Placer, Request, choose, file_params, opening, place
from vdsc.codecs.windows import windows
from vdsc.core.types import Floats, Ints
from vdsc.entropy import BitStack, Context
from vdsc.errors import CorruptFile
from vdsc.model.price import Price

__all__ = [
    "ID",
    "Coding",
    "Grid",
    "Networks",
    "Past",
    "Request",
    "Tables",
    "Window",
    "choose",
    "file_params",
    "opening",
    "place",
    "pop",
    "push",
    "windows",
]


class Networks(Placer, Protocol):
    """What the codec asks of the networks."""

    def infer(self, x: NDArray[np.float32], times: Floats) -> Any:
        """What there is to say of frames x (T, ...) at times (T,) seconds."""

    def fit(self, seen: Any, knots: Ints, first: Floats | None, price: Price) -> Floats:
        """Values (M, D) at the knots."""
        ...


@dataclass(frozen=True, slots=True)
class Past:
    """What a window leaves to the next: the coder's context and the shared knot's value."""

    context: Context
    value: Floats


@dataclass(frozen=True, slots=True)
class Window:
    """Knots of one window: frame numbers (M,) from its first frame, cells and values (M, D)."""

    knots: Ints
    cells: Ints
    values: Floats


def push(
    coding: Coding,
    knots: Ints,
    z: Floats,
    begin: int,
    past: Past | None,
    draw: Draw | None = None,
) -> tuple[bytes, Past, Floats]:
    """Body of one window from its knots (M,) and their values z (M, D), and what it leaves.

    Also the values (M, D) as they will decode. A file of drawn knots needs the draw.
    """
    cells, still = coding.snap(z), coding.still
    cells[:, still] = cells[:1, still]
    if past is not None:
        cells[0] = past.context.cells
        cells[:, still] = past.context.cells[still]
    context = None if past is None else past.context
    lags = coding.lags(knots, begin)
    stack = BitStack()
    coding.values.push(stack, cells, lags, context=context)
    before = stack.bits
    head = coding.push_times(stack, knots, draw)
    spent = len(head) + max(0, round((stack.bits - before) / 8))
    body = layout.join(len(knots), spent, head + stack.to_bytes())
    left, values = coding.values.context(cells, lags, context=context), coding.real(cells)
    return body, Past(left, values[-1]), values


def pop(
    coding: Coding, body: bytes, begin: int, end: int, past: Past | None
) -> tuple[Window, Past]:
    """Knots of the window of frames begin..end-1; raises CorruptFile for what no encoder makes."""
    count, _, stream = layout.split(body)
    knots, stack = coding.pop_times(stream, end - 1 - begin, begin)
    if len(knots) != count:
        raise CorruptFile("a chunk holds another number of knots than it says")
    context = None if past is None else past.context
    lags = coding.lags(knots, begin)
    cells = coding.values.pop(stack, lags, context=context)
    if not stack.empty:
        raise CorruptFile("a chunk holds more than its knots")
    left, values = coding.values.context(cells, lags, context=context), coding.real(cells)
    return Window(knots, cells, values), Past(left, values[-1])
