"""Which knots a window gets, and by which code of a file their times are told.

prior   the posterior's median gaps, coded under the frozen row or the Poisson prior
rec     a sample of the posterior, by relative entropy coding under the same row
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any, Protocol

import numpy as np

from vdsc.codecs.knots.coding import LONGEST, Q16, Coding, gap_code
from vdsc.codecs.knots.drawn_times import Draw, DrawnTimes
from vdsc.codecs.knots.model_tables import Tables
from vdsc.codecs.knots.params import FASTEST, Params
from vdsc.core.types import Floats, Ints
from vdsc.entropy import PoissonGaps
from vdsc.errors import InvalidInput

GRIDS = ("auto", "rec", "prior")
RARE = 0.01
"""Gaps beyond the histogram: drawn from it where fewer are, each cut to its longest."""

PARAMETER = 5
"""Bytes that the rate of the Poisson prior takes in a header."""


class Placer(Protocol):
    """What placing knots asks of the networks."""

    def place(self, seen: Any, density: float, seed: int) -> Ints:
        """Frame numbers of the knots."""
        ...

    def gaps(self, seen: Any, density: float, longest: int) -> Floats:
        """Probabilities (T, longest) of the gaps 1..longest after a knot at each frame."""
        ...


@dataclass(frozen=True, slots=True)
class Request:
    """What the user asks for: quality 1..100, knots "learned" or "full", their seed, their code.

    grid: "prior" or "rec", or "auto" for whichever is the smaller.
    """

    quality: int = 75
    knots: str = "learned"
    seed: int = 0
    grid: str = "prior"

    def __post_init__(self) -> None:
        if type(self.quality) is not int or not 1 <= self.quality <= 100:
            raise InvalidInput(f"quality must be a whole number from 1 to 100, not {self.quality}")
        if self.knots not in {"learned", "full"}:
            raise InvalidInput(f"knots must be 'learned' or 'full', not {self.knots!r}")
        if type(self.seed) is not int or not 0 <= self.seed < 2**63:
            raise InvalidInput(f"a seed is a whole number from 0 to 2**63 - 1, not {self.seed}")
        if self.grid not in GRIDS:
            raise InvalidInput(f"grid must be 'rec', 'prior' or 'auto', not {self.grid!r}")
        if self.grid == "rec" and self.knots == "full":
            raise InvalidInput("with a knot at every frame no knot times are drawn: no grid 'rec'")

    @property
    def ways(self) -> tuple[str, ...]:
        """The codes of knot times to try on the first window."""
        if self.knots == "full":
            return ("prior",)
        return ("prior", "rec") if self.grid == "auto" else (self.grid,)


@dataclass(frozen=True, slots=True)
class Grid:
    """Knots of one window, frame numbers (M,), and the draw that gave them, if one did."""

    knots: Ints
    draw: Draw | None = None


def opening(
    networks: Placer, tables: Tables, seen: Any, request: Request, way: str
) -> dict[str, int]:
    """The file's parameters under one way to code knot times, from its first window."""
    if way == "rec" and len(seen.times) > 2:
        density = tables.density(request.quality)
        return draw_params(tables, request, lambda most: networks.gaps(seen, density, most)[:-1])
    return file_params(tables, request, choose(networks, tables, seen, request))


def place(networks: Placer, coding: Coding, seen: Any, request: Request, first: int) -> Grid:
    """Knots of the window that begins with frame `first`, for the codes of its file."""
    longest = coding.times.max_gap
    if coding.drawn is None:
        return Grid(choose(networks, coding.tables, seen, request, longest))
    law = networks.gaps(seen, coding.tables.density(request.quality), longest)
    draw = coding.drawn.draw(law[:-1], first)
    return Grid(draw.knots, draw)


def choose(
    networks: Placer, tables: Tables, seen: Any, request: Request, longest: int = LONGEST
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
    histogram, rate = gap_code(tables, plain), _rate(len(knots) - 1, span)
    free = PoissonGaps(rate, LONGEST).bits(knots, span) + 8 * PARAMETER
    if np.diff(knots).max() <= histogram.max_gap and histogram.bits(knots, span) <= free:
        return plain.to_header()
    return replace(plain, rate=rate).to_header()


def draw_params(tables: Tables, request: Request, law: Callable[[int], Floats]) -> dict[str, int]:
    """The parameters of a file of drawn knots: the row that the law of gaps is nearer to.

    law: gives (N, L) probabilities of the gaps 1..L of the first window, longer ones on the last.
    """
    plain = Params(request.quality, *tables.dims, drawn=True, seed=request.seed)
    row = gap_code(tables, plain).row
    mine = law(row.size + 1)
    if mine[:, -1].mean() > RARE:
        _, gaps = DrawnTimes(PoissonGaps(1, LONGEST).row).weigh(law(LONGEST)).kl
        return replace(plain, rate=_rate(gaps, len(mine))).to_header()
    mine[:, -2] += mine[:, -1]
    kl, gaps = DrawnTimes(row).weigh(mine[:, :-1]).kl
    if kl <= 8 * PARAMETER:
        return plain.to_header()
    rate = _rate(gaps, len(mine))
    free = DrawnTimes(_cut(PoissonGaps(rate, LONGEST).row, row.size)).weigh(mine[:, :-1]).kl[0]
    return (plain if kl <= free + 8 * PARAMETER else replace(plain, rate=rate)).to_header()


def _cut(row: Ints, longest: int) -> Ints:
    """A row of gaps with all that is longer put on the last of 1..longest."""
    return np.append(row[: longest - 1], row[longest - 1 :].sum())


def _rate(gaps: float, span: int) -> int:
    """Q16 knots per frame of the Poisson prior."""
    return min(max(round(Q16 * gaps / span), 1), FASTEST)
