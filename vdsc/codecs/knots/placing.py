"""Which knots a window gets, and by which code of a file their times are told.

prior   where a search finds that they pay, or with effort 0 the posterior's median gaps, coded
        under the frozen row or the Poisson prior
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
from vdsc.codecs.knots.params import FASTEST, KnotParams
from vdsc.codecs.knots.settings import KnotSettings
from vdsc.codecs.model_tables import Tables
from vdsc.core.types import Floats, Ints
from vdsc.entropy import PoissonGaps
from vdsc.model.knot_wish import KnotWish

RARE = 0.01
"""Gaps beyond the histogram: drawn from it where fewer are, each cut to its longest."""

HELD = 0.4
"""Cells, in the root of the mean square, that a path may stray from its mean and stand still."""

PARAMETER = 5
"""Bytes that the rate of the Poisson prior takes in a header."""


class Placer(Protocol):
    """What placing knots asks of the networks."""

    def place(self, seen: Any, density: float, seed: int, cell: Floats | None) -> Ints:
        """Frame numbers of the knots, at a density or as cells (D,) ask for."""
        ...

    def search(self, seen: Any, wish: KnotWish) -> Ints:
        """Frame numbers of the knots that frames and bits ask for."""
        ...

    def readings(self, seen: Any) -> Floats:
        """Latents (T, D) of each frame by itself, read off it linearly."""
        ...

    def usual(self, seen: Any, density: float) -> float:
        """Knots per frame that go with a density."""
        ...

    def gaps(self, seen: Any, density: float, longest: int, cell: Floats | None) -> Floats:
        """Probabilities (T, longest) of the gaps 1..longest after a knot at each frame."""
        ...


@dataclass(frozen=True, slots=True)
class PlacedKnots:
    """Knots of one window, frame numbers (M,), and the draw that gave them, if one did.

    held: whether the window holds still: both of its knots have one value, and no times.
    """

    knots: Ints
    draw: Draw | None = None
    held: bool = False


def opening(
    networks: Placer, coding: Coding, seen: Any, request: KnotSettings, way: str
) -> tuple[KnotParams, PlacedKnots | None]:
    """The file's parameters under one way to code knot times, and knots of its first window.

    coding: of a file that says nothing of knot times. Drawn knots are drawn later. Where windows
    may be long, so may gaps in any of them, which no histogram tells, unless they are held.
    """
    tables = coding.tables
    if way != "rec" and holds(networks, coding, seen, request):
        return KnotParams(tables.row(request.quality)), held(seen)
    if way == "rec" and len(seen.times) > 2:
        density = tables.density(tables.row(request.quality))
        law = lambda most: networks.gaps(seen, density, most, coding.cell)[:-1]  # noqa: E731
        return draw_params(tables, request, law), None
    knots = choose(networks, coding, seen, request, 0, max(LONGEST, coding.params.wide or 0))
    params = file_params(tables, request, knots)
    if coding.params.wide is not None and not params.every and not coding.weighs:
        usual = networks.usual(seen, tables.density(params.quality))
        params = replace(params, rate=_rate(usual, 1))
    return params, PlacedKnots(knots)


def place(
    networks: Placer, coding: Coding, seen: Any, request: KnotSettings, first: int
) -> PlacedKnots:
    """Knots of the window that begins with frame `first`, for the codes of its file."""
    longest = coding.times.max_gap
    if coding.drawn is None and holds(networks, coding, seen, request):
        return held(seen)
    if coding.drawn is None:
        return PlacedKnots(choose(networks, coding, seen, request, first, longest))
    density = coding.tables.density(coding.params.quality)
    law = networks.gaps(seen, density, longest, coding.cell)
    draw = coding.drawn.draw(law[:-1], first)
    return PlacedKnots(draw.knots, draw)


def holds(networks: Placer, coding: Coding, seen: Any, request: KnotSettings) -> bool:
    """Whether a window stands so still, in cells, that one value is all there is to tell."""
    if not coding.weighs or len(seen.times) < 2 or request.knots == "full":
        return False
    read = networks.readings(seen)
    stray = (read - read.mean(axis=0)) / coding.cell
    return bool(np.square(stray).mean(axis=1).max() < HELD**2)


def held(seen: Any) -> PlacedKnots:
    """The first and the last frame of a window that stands still."""
    return PlacedKnots(np.array([0, len(seen.times) - 1]), held=True)


def choose(
    networks: Placer, coding: Coding, seen: Any, request: KnotSettings, first: int, longest: int
) -> Ints:
    """Frame numbers of the knots that the request asks for, at most `longest` frames apart."""
    if request.knots == "full":
        return np.arange(len(seen.times))
    density = coding.tables.density(coding.params.quality)
    if request.searches:
        wish = _wish(networks, coding, seen, request.effort, first, longest)
        knots = networks.search(seen, wish)
    else:
        knots = networks.place(seen, density, request.seed, coding.cell)
    extra = [np.arange(a, b, longest) for a, b in pairwise(knots.tolist()) if b - a > longest]
    return np.unique(np.concatenate([knots, *extra]))


def _wish(
    networks: Placer, coding: Coding, seen: Any, effort: int, first: int, longest: int
) -> KnotWish:
    """What the search is told: the codes of values and the times of the frames."""
    usual = networks.usual(seen, coding.tables.density(coding.params.quality))
    ticks = coding.lags(np.arange(len(seen.times)), first)
    return KnotWish(effort, ticks, coding.laws(), usual, longest)


def file_params(tables: Tables, request: KnotSettings, knots: Ints) -> KnotParams:
    """The file's parameters, the code of knot times chosen by size on its first window."""
    plain = KnotParams(tables.row(request.quality), every=request.knots == "full")
    span = int(knots[-1])
    if plain.every or not span:
        return plain
    histogram, rate = gap_code(tables, plain), _rate(len(knots) - 1, span)
    if np.diff(knots).max() > LONGEST:
        return replace(plain, rate=rate)
    free = PoissonGaps(rate, LONGEST).bits(knots, span) + 8 * PARAMETER
    if np.diff(knots).max() <= histogram.max_gap and histogram.bits(knots, span) <= free:
        return plain
    return replace(plain, rate=rate)


def draw_params(tables: Tables, request: KnotSettings, law: Callable[[int], Floats]) -> KnotParams:
    """The parameters of a file of drawn knots: the row that the law of gaps is nearer to.

    law: gives (N, L) probabilities of the gaps 1..L of the first window, longer ones on the last.
    """
    plain = KnotParams(tables.row(request.quality), drawn=True, seed=request.seed)
    row = gap_code(tables, plain).row
    mine = law(row.size + 1)
    if mine[:, -1].mean() > RARE:
        _, gaps = DrawnTimes(PoissonGaps(1, LONGEST).row).weigh(law(LONGEST)).kl
        return replace(plain, rate=_rate(gaps, len(mine)))
    mine[:, -2] += mine[:, -1]
    kl, gaps = DrawnTimes(row).weigh(mine[:, :-1]).kl
    if kl <= 8 * PARAMETER:
        return plain
    rate = _rate(gaps, len(mine))
    free = DrawnTimes(_cut(PoissonGaps(rate, LONGEST).row, row.size)).weigh(mine[:, :-1]).kl[0]
    return plain if kl <= free + 8 * PARAMETER else replace(plain, rate=rate)


def _cut(row: Ints, longest: int) -> Ints:
    """A row of gaps with all that is longer put on the last of 1..longest."""
    return np.append(row[: longest - 1], row[longest - 1 :].sum())


def _rate(gaps: float, span: int) -> int:
    """Q16 knots per frame of the Poisson prior."""
    return min(max(round(Q16 * gaps / span), 1), FASTEST)
