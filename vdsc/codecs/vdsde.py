"""The lossy codec: posterior -> knots -> snap -> push under the frozen prior; back the same way.

    encode  frames -infer-> path -place-> ticks -fit-> z -snap-> cells -push-> body
    decode  frames <-synthesise------------------------ z <-value- cells <-pop-- body

The stream of a body (see `body`) is one stack: the knot times are popped first, then the cells,
knot after knot.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from vdsc.codecs import body as layout
from vdsc.core.sequence import Outline
from vdsc.entropy import (
    BitStack,
    Context,
    GridCode,
    KnotCoder,
    PoissonGaps,
    RenewalGaps,
    TransitionTables,
)
from vdsc.errors import CorruptFile, VdscError
from vdsc.model.price import Price
from vdsc.quant import ValueGrid

ID = "vdsde"
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Q16 = 1 << 16
LONGEST = 1024
"""The longest gap between knots, in frames, under the Poisson prior."""


class Networks(Protocol):
    """What the codec asks of the networks."""

    def infer(self, x: NDArray[np.float32], times: Floats) -> Any: ...
    def place(self, seen: Any, density: float, seed: int) -> Ints: ...
    def fit(self, seen: Any, knots: Ints, first: Floats | None, price: Price) -> Floats: ...


@dataclass(frozen=True, slots=True)
class Request:
    """What the user asks for: quality 1..100, knots "learned" or "full", seed of the knot draw."""

    quality: int = 75
    knots: str = "learned"
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Tables:
    """The frozen integers of a checkpoint.

    transition: the prior of the knot values. steps (D,) Q16 and cap: the value grid at coarse 256.
    gaps (G, longest): counts of the gaps between knots, one histogram for each of G densities.
    curve (100, 3): at each quality 1..100 the coarseness (Q8), the knot density (0..255 for
    [0, 1]) and the histogram.
    """

    transition: TransitionTables
    steps: Ints
    cap: int
    gaps: Ints
    curve: Ints

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[np.int32]]) -> Tables:
        """From a checkpoint's tables.safetensors."""
        own = {k: np.asarray(arrays[k], np.int64) for k in ("steps", "cap", "gaps", "curve")}
        rest = {k: v for k, v in arrays.items() if k not in own}
        transition = TransitionTables.from_arrays(rest)
        return cls(transition, own["steps"], int(own["cap"][0]), own["gaps"], own["curve"])

    def to_arrays(self) -> dict[str, NDArray[np.int32]]:
        """Inverse of `from_arrays`."""
        own = {"steps": self.steps, "cap": [self.cap], "gaps": self.gaps, "curve": self.curve}
        mine = {k: np.asarray(v, np.int32) for k, v in own.items()}
        return mine | self.transition.to_arrays()

    def density(self, quality: int) -> float:
        """Knot density in [0, 1] at a quality."""
        return float(self.curve[quality - 1, 1]) / 255

    @property
    def dims(self) -> tuple[int, int]:
        """How many dimensions are local and how many global."""
        still = int(self.transition.is_global.sum())
        return len(self.steps) - still, still


class Coding:
    """How one file's knots are coded: its grid of values, its prior, its code of knot times.

    params: q quality; a = 1 a knot at every frame; p rate (Q16 per frame) of the Poisson prior,
    absent where the histogram of q is used; l and g how many dimensions are local and global.
    Raises CorruptFile for parameters that no encoder writes.
    """

    def __init__(
        self, tables: Tables, fps: Fraction, outline: Outline, params: Mapping[str, int]
    ) -> None:
        self.tables, self.outline, self.fps = tables, outline, fps
        quality = params.get("q", 0)
        if not 1 <= quality <= 100:
            raise CorruptFile(f"quality {quality} is not within 1..100")
        coarse, _, histogram = tables.curve[quality - 1]
        self.grid = ValueGrid(np.clip(tables.steps * coarse >> 8, 1 << 6, 1 << 17), tables.cap)
        self.values = KnotCoder(tables.transition, self.grid)
        self.still = tables.transition.is_global
        self.times: GridCode = RenewalGaps(tables.gaps[histogram])
        try:
            if "a" in params:
                self.times = RenewalGaps(np.ones(1, np.int64))
            elif "p" in params:
                self.times = PoissonGaps(params["p"], LONGEST)
        except VdscError as error:
            raise CorruptFile(f"the parameters make no sense: {error}") from None

    def price(self, knots: Ints, begin: int) -> Price:
        """What the values of knots (M,) will cost, for the encoder to weigh."""
        tables = self.tables.transition
        row = np.minimum(np.diff(self.lags(knots, begin)), len(tables.rho)) - 1
        unit = 1.0 if tables.law == "logistic" else np.sqrt(3) / np.pi
        return Price(
            cell=self.grid.steps / Q16,
            spread0=tables.sigma0 * unit / Q16,
            decay=tables.rho[row] / Q16,
            spread=tables.sigma[row] * unit / Q16,
        )

    def lags(self, knots: Ints, begin: int) -> Ints:
        """Ticks (M,) of the checkpoint's clock at knots (M,), frames counted from `begin`.

        Whole numbers from the file's own clock, strictly increasing, so that every machine finds
        the same rows of the prior.
        """
        if self.outline.clock.rate is not None:
            ratio = self.fps / self.outline.clock.rate
            ticks = (knots * ratio.numerator * 2 + ratio.denominator) // (2 * ratio.denominator)
        else:
            seconds = self.outline.clock.seconds(begin, begin + int(knots[-1]) + 1)
            ticks = np.rint(seconds[knots] * float(self.fps)).astype(np.int64)
        steps = np.clip(np.diff(ticks), 1, 1 << 20)
        return np.concatenate([np.zeros(1, np.int64), np.cumsum(steps)])


@dataclass(frozen=True, slots=True)
class Past:
    """What a window leaves to the next: the coder's context and the shared knot's value."""

    context: Context
    value: Floats


@dataclass(frozen=True, slots=True)
class Window:
    """Knots of one window: frame numbers (M,) from its first frame, and their values (M, D)."""

    knots: Ints
    values: Floats


def windows(frames: int, chunk: int) -> Iterator[tuple[int, int]]:
    """First and one-past-last frame of each window; neighbours share a frame."""
    for begin in range(0, max(1, frames - 1), chunk - 1):
        yield begin, min(begin + chunk, frames)


def choose(networks: Networks, tables: Tables, seen: Any, request: Request) -> Ints:
    """Frame numbers of the knots that the request asks for."""
    count = len(seen.times)
    if request.knots == "full":
        return np.arange(count)
    knots = networks.place(seen, tables.density(request.quality), request.seed)
    extra = [np.arange(a, b, LONGEST) for a, b in pairwise(knots.tolist()) if b - a > LONGEST]
    return np.unique(np.concatenate([knots, *extra]))


def file_params(tables: Tables, request: Request, knots: Ints) -> dict[str, int]:
    """The file's parameters, the code of knot times chosen by size on its first window."""
    local, still = tables.dims
    params = {"q": request.quality, "l": local} | ({"g": still} if still else {})
    if request.knots == "full":
        return params | {"a": 1}
    span = int(knots[-1])
    if not span:
        return params
    rate = min(max(round(Q16 * (len(knots) - 1) / span), 1), 1 << 20)
    histogram = RenewalGaps(tables.gaps[tables.curve[request.quality - 1, 2]])
    fits = np.diff(knots).max() <= histogram.max_gap
    if fits and histogram.bits(knots, span) <= PoissonGaps(rate, LONGEST).bits(knots, span) + 40:
        return params
    return params | {"p": rate}


def push(
    coding: Coding, knots: Ints, z: Floats, begin: int, past: Past | None
) -> tuple[bytes, Past, Floats]:
    """Body of one window from its knots (M,) and their values z (M, D), and what it leaves.

    Also the values (M, D) as they will decode.
    """
    cells = coding.grid.snap(np.rint(np.clip(z, -30, 30) * Q16).astype(np.int64))
    still = coding.still
    cells[:, still] = cells[:1, still]
    if past is not None:
        cells[0] = past.context.cells
        cells[:, still] = past.context.cells[still]
    context = past and past.context
    lags = coding.lags(knots, begin)
    stack = BitStack()
    coding.values.push(stack, cells, lags, context=context)
    before = stack.bits
    coding.times.push(stack, knots, int(knots[-1]))
    spent = max(0, round((stack.bits - before) / 8))
    body = layout.join(len(knots), spent, stack.to_bytes())
    left = coding.values.context(cells, lags, context=context)
    values = coding.grid.value(cells) / Q16
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
    context = past and past.context
    lags = coding.lags(knots, begin)
    cells = coding.values.pop(stack, lags, context=context)
    if not stack.empty:
        raise CorruptFile("a chunk holds more than its knots")
    left = coding.values.context(cells, lags, context=context)
    values = coding.grid.value(cells) / Q16
    return Window(knots, values), Past(left, values[-1])
