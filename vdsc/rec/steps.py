"""From a target law and a proposal to a ratio in steps; all of it the encoder's."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from vdsc.core.types import Ints
from vdsc.rec.density_ratio import Target
from vdsc.rec.noise import BITS
from vdsc.rec.proposals import WHOLE, Gaussian, Law, demand

CELLS = 4096
"""Cells of equal mass that a continuous target is cut into."""

_FINEST = 46  # bits of the narrowest cell of a continuous target: float64 must resolve it
_OUTER = 36  # the same for the outermost cells, which hold too little mass to subtract cdfs


def continuous(law: Law, proposal: Law, *, cells: int = CELLS) -> Target:
    """Return the target of a pair of laws; within a cell it has the proposal's shape.

    Edges are quantiles of the law (k / cells) and of the proposal (k / 256 and powers of 2), so a
    cell holds at most 1 / cells of the target. No cell is narrower than 2**-46.

    Raises:
        InvalidInput: Q reaches beyond P, or the ratio is unbounded.
    """
    _check_reach(law, proposal)
    edges = _edges(law, proposal, cells)
    below = law.cdf(proposal.quantile(edges[1:-1]))
    return Target(edges, np.maximum(np.diff(below, prepend=0.0, append=1.0), 0.0))


def discrete(pmf: ArrayLike, frequencies: Ints) -> Target:
    """Return the target of a pmf (K,) under proposal frequencies (K,).

    Raises:
        InvalidInput: lengths differ, or Q has mass where P has none.
    """
    mass = np.asarray(pmf, dtype=np.float64)
    demand(mass.shape == frequencies.shape, "the pmf and the frequencies differ in length")
    held = frequencies > 0
    demand(not mass[~held].any(), "Q has mass where P has none: Q is not dominated by P")
    return Target(np.append(0, cuts(frequencies[held])), mass[held])


def cuts(frequencies: Ints) -> Ints:
    """Return the coordinates (K,) where symbols of frequencies (K,) > 0 end; the last is 2**62.

    Symbol k ends at floor(2**62 (f_0 + ... + f_k) / (f_0 + ... + f_{K-1})).
    """
    sums = np.cumsum(frequencies).tolist()
    ends = np.array([(part << BITS) // sums[-1] for part in sums], dtype=np.int64)
    demand((np.diff(ends, prepend=0) > 0).all(), "frequencies must be positive integers")
    return ends


def _edges(law: Law, proposal: Law, cells: int) -> Ints:
    grid = np.linspace(0, 1, cells + 1)[1:-1]
    even = (grid * WHOLE).astype(np.int64)
    ends = np.concatenate(([0], even, [WHOLE - 1]))
    own = (proposal.cdf(law.quantile(ends)) * WHOLE).astype(np.int64)
    tails = 1 << np.arange(BITS - _OUTER, BITS - 1)
    inner = np.concatenate((own, even[:: max(cells // 256, 1)], tails, WHOLE - tails))
    snapped = inner >> (BITS - _FINEST) << (BITS - _FINEST)
    return np.unique(np.concatenate(([0], snapped[(snapped > 0) & (snapped < WHOLE)], [WHOLE])))


def _check_reach(law: Law, proposal: Law) -> None:
    """Check that the proposal reaches all of the target, with a bounded ratio."""
    low, high = (law.cdf(proposal.quantile(np.array([u]))) for u in (0, WHOLE - 1))
    demand(low[0] + 1 - high[0] < 1e-9, "Q reaches beyond P: Q is not dominated by P")
    if isinstance(law, Gaussian) and isinstance(proposal, Gaussian):
        bounded = law.scale < proposal.scale or law == proposal
    else:
        bounded = not _grows(law, proposal)
    demand(bounded, "the density ratio is unbounded; give Q lighter tails than P")


def _grows(law: Law, proposal: Law) -> bool:
    """Return whether the ratio is larger in the outermost 2**-36 than in the outermost 2**-24."""
    tails = np.array([1 << (BITS - 24), 1 << (BITS - _OUTER)])
    left = law.cdf(proposal.quantile(tails))
    right = 1 - law.cdf(proposal.quantile(WHOLE - 1 - tails))
    apart = 2.0 ** (_OUTER - 24) / 1.001
    return any(outer * apart > inner and outer > 2.0**-40 for inner, outer in (left, right))
