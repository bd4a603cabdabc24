"""What the encoder knows: the ratio of target to proposal, as steps over the coordinate."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from vdsc.core.types import Floats, Ints
from vdsc.rec.proposals import WHOLE, demand

MOST = 48
"""The largest Dinf, in bits, that a target may have."""

_SLACK = 1e-4


@dataclass(frozen=True, eq=False)
class Target:
    """A target whose density ratio to the proposal is constant on each of C cells.

    Args:
        edges: (C + 1,) increasing coordinates from 0 to 2**62.
        mass: (C,) non-negative probabilities of the cells; normalised here.

    Raises:
        InvalidInput: they are not, or the ratio is above 2**48.
    """

    edges: Ints
    mass: Floats

    def __post_init__(self) -> None:
        mass, edges = np.asarray(self.mass, dtype=np.float64), self.edges
        fits = edges.ndim == 1 and mass.shape == (edges.size - 1,) and edges.size > 1
        demand(fits and edges[0] == 0 and edges[-1] == WHOLE, "cells must cover the coordinate")
        demand((np.diff(edges) > 0).all(), "edges of cells must increase")
        proper = np.isfinite(mass).all() and (mass >= 0).all() and mass.sum() > 0
        demand(proper, "probabilities must be finite, not negative, and not all zero")
        object.__setattr__(self, "mass", mass / mass.sum())
        demand(self.dinf <= MOST, f"the density ratio is above 2**{MOST}; bring P nearer to Q")

    @cached_property
    def width(self) -> Floats:
        """(C,) the proposal's probability of each cell."""
        width: Floats = np.diff(self.edges) / WHOLE
        return width

    @cached_property
    def ratio(self) -> Floats:
        """(C,) the density ratio dQ/dP in each cell."""
        return self.mass / self.width

    @cached_property
    def log_ratio(self) -> Floats:
        """(C,) log(dQ/dP) in nats, minus infinity where the target has nothing."""
        with np.errstate(divide="ignore"):
            logs: Floats = np.log(self.ratio)
        return logs

    @cached_property
    def kl(self) -> float:
        """KL(Q || P) in bits."""
        held = self.mass > 0
        return float(self.mass[held] @ np.log2(self.ratio[held]))

    @cached_property
    def dinf(self) -> float:
        """The largest log2 ratio, in bits."""
        return float(np.log2(self.ratio.max()))

    def cell(self, u: Ints | int) -> Ints:
        """Return the cell (...) in which coordinates u (...) lie."""
        return np.searchsorted(self.edges, u, side="right") - 1

    @cached_property
    def deadlines(self) -> Floats:
        """(C,) the time s(r) before which greedy rejection accepts an arrival in each cell.

        With W(h) = P(r >= h) and D(h) the integral of W from h on, which is the probability that
        nothing was accepted before s(h), s' = 1 / D. W is constant between two neighbouring levels
        h < h' of the ratio, so s(h') = s(h) + log(D(h) / D(h')) / W. The largest ratio has no
        deadline, a ratio of 0 has the deadline 0.
        """
        levels, where = np.unique(self.ratio, return_inverse=True)
        held = np.bincount(where, weights=self.width, minlength=levels.size)
        above = np.cumsum(held[::-1])[::-1]
        falls = np.diff(levels, prepend=0.0) * above
        searching = np.append(np.cumsum(falls[::-1])[::-1], 0.0)
        with np.errstate(divide="ignore"):
            times: Floats = np.cumsum(np.log(searching[:-1] / searching[1:]) / above)[where]
        return times

    @cached_property
    def peaked(self) -> Target:
        """The same target with a ratio that rises to one mode and falls after it.

        Rounding may leave tiny dents, which are filled: at most 1e-4 of the mass moves.

        Raises:
            InvalidInput: the ratio has several modes.
        """
        mode = int(self.ratio.argmax())
        rising = np.maximum.accumulate(self.ratio[: mode + 1])
        falling = np.maximum.accumulate(self.ratio[:mode:-1])[::-1]
        mass = np.concatenate((rising, falling)) * self.width
        few = mass.sum() - 1 <= _SLACK
        demand(few, "the density ratio has several modes; use A* coding or a global scheme")
        return Target(self.edges, mass)
