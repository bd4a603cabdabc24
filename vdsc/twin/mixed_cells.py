"""Cells of a value grid under a mixture of logistic laws that have one mean."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vdsc.core.fixed import bit_length, clamp
from vdsc.core.types import Ints
from vdsc.entropy.cell_code import HALF, WIDE, CellCode
from vdsc.entropy.frequencies import share
from vdsc.entropy.gamma import LONGEST_OPEN
from vdsc.entropy.split_cells import join
from vdsc.quant.normal import logistic_cdf
from vdsc.quant.value_grid import ValueGrid

SHARES, WIDTHS = 14, 12
"""Binary places of a mixture's shares, which sum to 1, and of its widths, factors on the scale."""

FAR = 1 << 36
"""How far from the mean, Q16, every law is 0 or 1."""


@dataclass(frozen=True, eq=False)
class Mixture:
    """Shares and widths (D, K) of the laws in the mixture of each dimension."""

    shares: Ints
    widths: Ints

    def code(self, mean: Ints, scale: Ints, *, grid: ValueGrid) -> CellCode:
        """How cells are coded given means and scales (..., D) Q16; D is the grid's.

        Centres, low bits and symbols are those of `CellCode`, but each of a cell's edges has

            F = sum of shares logistic(((edge - mean) << 16) // max(scale widths >> 12, 1)) >> 14
        """
        centre = grid.even_cells(mean) if grid.even else grid.snap(mean)
        shift = bit_length((scale - 1) // (WIDE["logistic"] * grid.width(centre)))
        low = join(np.full_like(centre, -HALF), 0, centre, shift)
        edges = grid.ladder(low, 1 << shift, 2 * HALF + 2)[..., 1:-1]
        rows = share(self.below(edges - mean[..., None], scale))
        return CellCode(centre, shift, rows, grid.limit, LONGEST_OPEN)

    def below(self, off: Ints, scale: Ints) -> Ints:
        """Q30 chances (..., D, n) of what lies below mean + off (..., D, n), Q16."""
        far = clamp(off, -FAR, FAR) << 16
        total = np.zeros_like(far)
        for shares, widths in zip(self.shares.T, self.widths.T, strict=True):
            wide = np.maximum(scale * widths >> WIDTHS, 1)
            total += shares[:, None] * logistic_cdf(far // wide[..., None])
        total >>= SHARES
        return total

    def take(self, dims: Ints) -> Mixture:
        """The mixtures of some dimensions."""
        return Mixture(self.shares[dims], self.widths[dims])
