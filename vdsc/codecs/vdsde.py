"""The lossy codec: posterior -> knots -> snap -> push under the frozen prior; back the same way.

    encode  frames -infer-> path -place-> ticks -fit-> z -snap-> cells -push-> body
    decode  frames <-synthesise------------------------ z <-value- cells <-pop-- body

The stream of a body (see `body`) is one stack: the knot times are popped first, then the cells,
knot after knot.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from vdsc.codecs import body as layout
from vdsc.codecs.coding import LONGEST, Q16, Coding, gap_code
from vdsc.codecs.params import FASTEST, ID, Params
from vdsc.codecs.tables import Tables
from vdsc.codecs.windows import windows
from vdsc.entropy import BitStack, Context, PoissonGaps
from vdsc.errors import CorruptFile, InvalidInput
from vdsc.model.price import Price

__all__ = [
    "ID",
    "Coding",
    "Networks",
    "Past",
    "Request",
    "Tables",
    "Window",
    "choose",
    "file_params",
    "pop",
    "push",
    "windows",
]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class Networks(Protocol):
    """What the codec asks of the networks."""

    def infer(self, x: NDArray[np.float32], times: Floats) -> Any:
        """What there is to say of frames x (T, ...) at times (T,) seconds."""

    def place(self, seen: Any, density: float, seed: int) -> Ints:
        """Frame numbers of the knots."""
        ...

    def fit(self, seen: Any, knots: Ints, first: Floats | None, price: Price) -> Floats:
        """Values (M, D) at the knots."""
        ...


@dataclass(frozen=True, slots=True)
class Request:
    """What the user asks for: quality 1..100, knots "learned" or "full", seed of the knot draw."""

    quality: int = 75
    knots: str = "learned"
    seed: int = 0

    def __post_init__(self) -> None:
        if type(self.quality) is not int or not 1 <= self.quality <= 100:
            raise InvalidInput(f"quality must be a whole number from 1 to 100, not {self.quality}")
        if self.knots not in {"learned", "full"}:
            raise InvalidInput(f"knots must be 'learned' or 'full', not {self.knots!r}")
        if type(self.seed) is not int or not 0 <= self.seed < 2**63:
            raise InvalidInput(f"a seed is a whole number from 0 to 2**63 - 1, not {self.seed}")


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


def choose(
    networks: Networks, tables: Tables, seen: Any, request: Request, longest: int = LONGEST
) -> Ints:
    """Frame numbers of the knots that the request asks for, at most `longest` frames apart."""
    if request.knots == "full":
        return np.arange(len(seen.times))
    knots = networks.place(seen, tables.density(request.quality), request.seed)
    extra = [np.arange(a, b, longest) for a, b in pairwise(knots.tolist()) if b - a > longest]
    return np.unique(np.concatenate([knots, *extra]))


def file_params(tables: Tables, request: Request, knots: Ints) -> dict[str, int]:
    """The file's parameters, the code of knot times chosen by size on its first window."""
    plain = Params(request.quality, *tables.dims, every=request.knots == "full")
    span = int(knots[-1])
    if plain.every or not span:
        return plain.to_header()
    histogram = gap_code(tables, plain)
    rate = min(max(round(Q16 * (len(knots) - 1) / span), 1), FASTEST)
    free = PoissonGaps(rate, LONGEST).bits(knots, span) + 40  # the parameter takes five bytes
    if np.diff(knots).max() <= histogram.max_gap and histogram.bits(knots, span) <= free:
        return plain.to_header()
    return Params(request.quality, *tables.dims, rate=rate).to_header()


def push(
    coding: Coding, knots: Ints, z: Floats, begin: int, past: Past | None
) -> tuple[bytes, Past, Floats]:
    """Body of one window from its knots (M,) and their values z (M, D), and what it leaves.

    Also the values (M, D) as they will decode.
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
    coding.times.push(stack, knots, int(knots[-1]))
    spent = max(0, round((stack.bits - before) / 8))
    body = layout.join(len(knots), spent, stack.to_bytes())
    left, values = coding.values.context(cells, lags, context=context), coding.real(cells)
    return body, Past(left, values[-1]), values


def pop(
    coding: Coding, body: bytes, begin: int, end: int, past: Past | None
) -> tuple[Window, Past]:
    """Knots of the window of frames begin..end-1; raises CorruptFile for what no encoder makes."""
    count, _, stream = layout.split(body)
    stack = BitStack.from_bytes(stream)
    knots = coding.times.pop(stack, end - 1 - begin)
    if len(knots) != count:
        raise CorruptFile("a chunk holds another number of knots than it says")
    context = None if past is None else past.context
    lags = coding.lags(knots, begin)
    cells = coding.values.pop(stack, lags, context=context)
    if not stack.empty:
        raise CorruptFile("a chunk holds more than its knots")
    left, values = coding.values.context(cells, lags, context=context), coding.real(cells)
    return Window(knots, cells, values), Past(left, values[-1])
