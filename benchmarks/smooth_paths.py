"""The mean of a Gaussian process through its values at knots, as a matrix of the knots' times.

    prior of z            covariance of z at times d apart    left free     as the rate goes to 0
    OU                    e^-rd                               nothing       straight lines
    integrated OU         -(rd + e^-rd), generalised          a constant    the cubic spline
    Matern 3/2            (1 + rd) e^-rd                      nothing       the cubic spline

A generalised covariance is one of what is left when z is known up to what is free. The velocity
of integrated OU is an OU process, so its mean is a spline in tension, whose limit at a high rate
are straight lines; that of Matern 3/2 falls back to 0 between knots that are far apart.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal
from unittest.mock import patch

import numpy as np

from vdsc.core.types import Floats, Ints
from vdsc.model import curve
from vdsc.model.spline_fit import SplineFit
from vdsc.twin import path_instants

Kind = Literal["OU", "integrated OU", "Matern 3/2"]


@dataclass(frozen=True, slots=True)
class SmoothPrior:
    """A process by its kind and its rate r, 1/s."""

    kind: Kind
    rate: float

    @property
    def name(self) -> str:
        """The kind and the rate."""
        return f"{self.kind}, {self.rate:.2g}/s"

    def mean(self, knots: Floats, queries: Floats) -> Floats:
        """(Q, M) matrix from values at knots (M,) to the mean at queries (Q,), all in seconds."""
        across = self._covariance(queries[:, None] - knots)
        if self.kind == "integrated OU":
            across = np.pad(across, ((0, 0), (0, 1)), constant_values=1.0)
        return np.asarray(across @ self._inverse(knots)[:, : len(knots)])

    def precision(self, knots: Floats) -> Floats:
        """(M, M), up to a factor: row i is 0 for values whose mean needs no knot i."""
        return self._inverse(knots)[: len(knots), : len(knots)]

    def _inverse(self, knots: Floats) -> Floats:
        """Inverse covariance of knots (M,), with a row and a column for the free constant."""
        among = self._covariance(knots[:, None] - knots)
        if self.kind == "integrated OU":
            among = np.pad(among, (0, 1), constant_values=1.0)
            among[-1, -1] = 0.0
        return np.asarray(np.linalg.inv(among))

    def _covariance(self, apart: Floats) -> Floats:
        gone = self.rate * np.abs(apart)
        if self.kind == "integrated OU":
            return np.asarray(-(gone + np.exp(-gone)))
        return np.asarray(np.exp(-gone) * (1 + gone if self.kind == "Matern 3/2" else 1.0))


SPLINE = "cubic spline"
SMOOTH = [SmoothPrior("Matern 3/2", rate) for rate in (2, 6)] + [
    SmoothPrior("integrated OU", rate) for rate in (6, 12, 20, 32)
]
"""What is compared with the spline."""


@contextmanager
def paths_of(prior: SmoothPrior | None) -> Iterator[None]:
    """Files made and read here have paths that are the prior's mean where they would be splines.

    Without a prior they are splines. Frames come as the networks' clock ticks: else the networks,
    too, would see other frames.
    """
    if prior is None:
        yield
        return

    def jumps(fit: SplineFit) -> Floats:
        return prior.precision(fit.times[fit.knots])

    def drawn(knots: Floats, values: Ints, _: Floats | None) -> path_instants.Curve:
        height = values.astype(np.float64)
        return lambda times: prior.mean(knots, np.clip(times, knots[0], knots[-1])) @ height

    with (
        patch.object(curve, "spline_matrix", prior.mean),
        patch.object(SplineFit, "jumps", property(jumps)),
        patch.object(path_instants, "curve", drawn),
    ):
        yield
