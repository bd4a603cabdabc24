"""A spline fitted to channels, and exactly how it changes when a knot goes.

Natural cubic splines with a knot less are those whose third derivative does not jump there: one
linear condition on the values at the knots. So the fit without a knot is the fit with it plus one
outer product, and the error of every frame and channel is known without solving anything.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from vdsc.core.types import Floats, Ints
from vdsc.model import curve
from vdsc.model.seen_channels import SeenChannels

REACH = 4
"""Knots on either side beyond which a spline does not feel that one is gone."""

GAUSS = 2 / np.pi
"""Square of the mean size of normal noise of variance 1."""


@dataclass(frozen=True, eq=False)
class SplineFit:
    """Least squares of channels (T, C) by a spline with knots (M,) at times (T,) seconds."""

    seen: SeenChannels
    times: Floats
    knots: Ints

    @cached_property
    def spline(self) -> Floats:
        """(T, M): values at the knots to values at the frames."""
        return curve.spline_matrix(self.times[self.knots], self.times)

    @cached_property
    def inverse(self) -> Floats:
        """(M, M): inverse of the normal equations."""
        return np.asarray(np.linalg.inv(self.spline.T @ self.spline))

    @cached_property
    def values(self) -> Floats:
        """(M, C): channels at the knots."""
        return np.asarray(self.inverse @ (self.spline.T @ self.seen.reached))

    @cached_property
    def error(self) -> Floats:
        """(T, C): what the spline leaves."""
        return self.seen.reached - self.spline @ self.values + self.seen.rest

    @cached_property
    def spread(self) -> Floats:
        """(T,): how much of the variance of rounded knots each frame gets."""
        return np.asarray(np.square(self.spline).sum(axis=1))

    @property
    def cost(self) -> float:
        """Absolute error of all frames, rounding counted, network units."""
        return float(self.sizes(self.error, self.spread).sum())

    def sizes(self, error: Floats, spread: Floats) -> Floats:
        """Mean size (t, C) of errors (t, C) with rounding noise on top, of spread (t,)."""
        return np.sqrt(np.square(error) + GAUSS * spread[:, None] * self.seen.noise)

    @cached_property
    def jumps(self) -> Floats:
        """(M, M): values to the jump of the third derivative at each knot, 0 at the ends."""
        gap = np.diff(self.times[self.knots])
        slope = np.diff(curve.second_derivatives(gap), axis=0) / gap[:, None]
        jump = np.zeros_like(self.inverse)
        jump[1:-1] = np.diff(slope, axis=0)
        return jump

    @cached_property
    def _moves(self) -> tuple[Floats, Floats, Floats]:
        """What taking a knot away changes: error (T, M) times (M, C), and spread (T, M)."""
        inner = self.jumps[1:-1]
        onto = inner @ self.inverse
        size = np.einsum("ij,ij->i", onto, inner)
        own = np.diagonal(self.jumps)[1:-1]
        others = np.square(inner).sum(axis=1) - np.square(own)
        seen, mixed = self.spline[:, 1:-1], self.spline @ inner.T
        share = seen / own
        spread = share**2 * others - 2 * share * (mixed - seen * own) - seen**2
        return self.spline @ onto.T / size, inner @ self.values, spread

    def without(self, which: int) -> float:
        """How much the cost grows when the inner knot number `which` goes."""
        along, across, spread = self._moves
        first, last = self.knots[[max(which - REACH, 0), min(which + REACH, len(self.knots) - 1)]]
        near, at = slice(first, last + 1), which - 1
        moved = self.error[near] + np.outer(along[near, at], across[at])
        wider = np.maximum(self.spread[near] + spread[near, at], 0.0)
        now = self.sizes(self.error[near], self.spread[near])
        return float((self.sizes(moved, wider) - now).sum())
