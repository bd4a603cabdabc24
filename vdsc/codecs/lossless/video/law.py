"""The law of one channel of a pixel: logistic bumps, exact copies, and a little of everything.

    P(v) = sum_k w_k [F((v+ - m_k) / s_k) - F((v- - m_k) / s_k)] + sum_j c_j [v = copy_j] + u / 256

v- and v+ bound the cell of the value v: half a grey level around it, or, where few colours
occur, as far as half-way to the next (see `palette`). The network's outputs are the K means (each
from a centre of its own), K log-scales and K + E + 1 log-shares.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vdsc.codecs.lossless.video import law_tables as tables
from vdsc.codecs.lossless.video.edges import LEVEL, Edges
from vdsc.codecs.lossless.video.integer_linear import LARGEST, PLACES, WEIGHT
from vdsc.codecs.lossless.video.law_tables import bounded
from vdsc.core.fixed import CERTAIN
from vdsc.core.types import Floats, Ints

BUMPS = 3
"""The logistic bumps around the base value, which every law has: K of them, or K with others."""

ALL = float(1 << 46)
"""All of the mass."""

_SHARE = float(1 << 16)
_FAR = float(1 << 17)
_EVEN = float(CERTAIN >> 8)


@dataclass(frozen=True, eq=False)
class PixelDistribution:
    """N laws. All are integers in float64 but `inverse`.

    Args:
        mean: (K, N) Q8.
        inverse: (K, N) how many places of the logistic table a mean's last place is, a multiple of
            2**-18.
        shares: (N, K + E + 1) Q16, one row sums to 2**16.
    """

    mean: Floats
    inverse: Floats
    shares: Floats

    @classmethod
    def of(cls, outputs: Floats, centres: Floats) -> PixelDistribution:
        """Laws of network outputs (N, 3 K + E + 1), Q28, around centres (K, N), in levels."""
        bumps = len(centres)
        mean = np.rint(outputs[:, :bumps].T * 2.0 ** (8 - PLACES - WEIGHT))
        mean = bounded(mean, -_FAR, _FAR) + centres * LEVEL
        scale = np.rint(outputs[:, bumps : 2 * bumps].T * 2.0 ** (4 - PLACES - WEIGHT))
        scale = bounded(scale, tables.FINEST, tables.COARSEST) - tables.FINEST
        inverse = tables.inverse_scales().take(scale.astype(np.intp))
        shares = _softmax(np.rint(outputs[:, 2 * bumps :] * 2.0 ** (5 - PLACES - WEIGHT)))
        return cls(mean, inverse * (2.0**tables.STEP / LEVEL), shares)

    def only(self, some: Ints) -> PixelDistribution:
        """The laws at places `some` (n,)."""
        if len(some) == len(self.shares):
            return self
        return PixelDistribution(self.mean[:, some], self.inverse[:, some], self.shares[some])

    def _places(self, bump: int, bounds: Floats) -> Floats:
        """The index (N, J), not rounded, of bounds (N, J) in the logistic table of one bump."""
        far = bounds - self.mean[bump][:, None]
        far *= self.inverse[bump][:, None]
        far += tables.CENTRE + 0.5
        return bounded(far, 0, 2 * tables.CENTRE)

    def likeliest(self, copies: NDArray[np.int16]) -> NDArray[np.int16]:
        """A level (N,) near which much of the mass is: a mean, or one of the copies (N, E)."""
        means = bounded(np.rint(self.mean.T * (1 / LEVEL)), 0, 255)
        levels = np.concatenate((means.astype(np.int16), copies), axis=1)
        best = np.argmax(self.shares[:, :-1], axis=1)
        return np.take_along_axis(levels, best[:, None], axis=1)[:, 0]

    def below(self, edges: Edges, filled: Ints, first: Ints, step: int) -> Floats:
        """The mass (N, J + 1) below each edge, Q46.

        Args:
            edges: of J runs of `step` cells each, from the cells `first` (N,) on.
            filled: (N, E) the cells that the copies fill.
            first: see edges.
            step: see edges.
        """
        mass = edges.levels * (self.shares[:, -1:] * _EVEN)
        for bump in range(len(self.mean)):
            index = self._places(bump, edges.bounds).astype(np.intp)
            heights = tables.cdf().take(index)
            heights *= self.shares[:, bump, None]
            mass += heights
        runs = mass.shape[1]
        run = (filled - first[:, None]) // step + 1  # the first edge that is above the copy
        run = np.minimum(np.maximum(run, 0), runs)
        run += np.arange(len(run))[:, None] * (runs + 1)
        weight = self.shares[:, len(self.mean) : -1] * CERTAIN
        copied = np.bincount(run.ravel(), weight.ravel(), len(run) * (runs + 1))
        mass += np.cumsum(copied.reshape(-1, runs + 1)[:, :-1], axis=1)
        return mass

    def slopes(self, edges: Edges, hits: NDArray[np.bool_]) -> Floats:
        """Gradients (N, 3 K + E + 1), Q18, of -log P(v) with respect to the outputs.

        Args:
            edges: of the one cell of v.
            hits: (N, E) where a copy is in that cell.
        """
        count, bumps = len(hits), len(self.mean)
        masses, out = (
            np.empty_like(self.shares),
            np.empty((count, self.shares.shape[1] + 2 * bumps)),
        )
        for bump in range(bumps):
            place = self._places(bump, edges.bounds)
            index = place.astype(np.intp)
            heights, density = tables.cdf().take(index), tables.density().take(index)
            masses[:, bump] = heights[:, 1] - heights[:, 0]
            out[:, bump] = (density[:, 1] - density[:, 0]) * self.inverse[bump]
            density *= np.floor(place) - tables.CENTRE
            out[:, bumps + bump] = density[:, 1] - density[:, 0]
        masses[:, bumps:-1] = hits * float(CERTAIN)
        masses[:, -1] = (edges.levels[:, 1] - edges.levels[:, 0]) * _EVEN
        masses *= self.shares
        total = masses.sum(axis=1, keepdims=True)
        weight = self.shares[:, :bumps] / total
        out[:, :bumps] *= weight * (LEVEL * 0.5**tables.STEP)
        out[:, bumps : 2 * bumps] *= weight * 0.5**tables.STEP
        out[:, 2 * bumps :] = self.shares * (1 / _SHARE) - masses / total
        out *= 1 << WEIGHT
        np.rint(out, out=out)
        return bounded(out, -LARGEST, LARGEST)


def _softmax(scores: Floats) -> Floats:
    """Shares (N, S), Q16, of scores in 32nds of a nat; the last takes what rounding leaves."""
    depth = np.minimum(scores.max(axis=1, keepdims=True) - scores, 512).astype(np.intp)
    raw = tables.shares().take(depth)
    total = raw.sum(axis=1, keepdims=True)
    shares: Floats = np.floor(raw * (_SHARE - 1) / total)
    shares[:, -1] += _SHARE - shares.sum(axis=1)
    return shares
