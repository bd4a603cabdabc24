"""The frozen integers of a checkpoint, which every reader of a file must share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vdsc.core.types import Ints
from vdsc.entropy import KnotCoder, TransitionTables
from vdsc.quant import ValueGrid
from vdsc.twin.knot_law import PREFIX, KnotLaw
from vdsc.twin.law_coder import LawCoder, LearnedTables
from vdsc.twin.mixed_cells import Mixture

Arrays = Mapping[str, NDArray[Any]]

MIXTURE = (f"{PREFIX}.shares", f"{PREFIX}.widths")
"""The tables of a learned law: the mixture of each dimension."""


@dataclass(frozen=True, slots=True, eq=False)
class Tables:
    """The frozen integers of a checkpoint.

    transition: the prior of the knot values. learned: the law that takes its place, if there is
    one; the prior then only helps an encoder. steps (D,) Q16 and cap: the value grid at coarse 256.
    gaps (G, longest): counts of the gaps between knots, one histogram for each of G densities.
    curve (100, 3): at each quality 1..100 the coarseness (Q8), the knot density (0..255 for the
    trained range [0, 1], less or more beyond it) and the histogram.
    """

    transition: TransitionTables
    steps: Ints
    cap: int
    gaps: Ints
    curve: Ints
    learned: LearnedTables | None = None

    @classmethod
    def from_arrays(cls, arrays: Arrays, weights: Arrays) -> Tables:
        """From a checkpoint's tables and, for a learned law, its weights; raises InvalidInput."""
        own = {k: np.asarray(arrays[k], np.int64) for k in ("steps", "cap", "gaps", "curve")}
        rest = {k: v for k, v in arrays.items() if k not in {*own, *MIXTURE}}
        transition = TransitionTables.from_arrays(rest)
        tables = cls(transition, own["steps"], int(own["cap"][0]), own["gaps"], own["curve"])
        if MIXTURE[0] not in arrays:
            return tables
        mixture = Mixture(*(np.asarray(arrays[name], np.int64) for name in MIXTURE))
        learned = LearnedTables(KnotLaw(weights), mixture, transition.is_global)
        return replace(tables, learned=learned)

    def to_arrays(self) -> dict[str, NDArray[np.int32]]:
        """Inverse of `from_arrays`."""
        own = {"steps": self.steps, "cap": [self.cap], "gaps": self.gaps, "curve": self.curve}
        mine = {k: np.asarray(v, np.int32) for k, v in own.items()}
        if self.learned is not None:
            mixture = (self.learned.mixture.shares, self.learned.mixture.widths)
            mine |= {k: v.astype(np.int32) for k, v in zip(MIXTURE, mixture, strict=True)}
        return mine | self.transition.to_arrays()

    def coder(self, grid: ValueGrid) -> KnotCoder | LawCoder:
        """The code of knot values on a grid."""
        if self.learned is None:
            return KnotCoder(self.transition, grid)
        return LawCoder(self.learned, grid)

    def row(self, quality: int) -> int:
        """The row 1..100 of the curve that a wanted quality 1..100 takes.

        Of the rows that lie on one line of ever finer cells and ever denser knots, the last one
        that is not above the quality: more quality then never means wider cells or fewer knots.
        """
        return max((row for row in rising_rows(self.curve) if row <= quality), default=quality)

    def density(self, quality: int) -> float:
        """Knot density at a quality; [0, 1] is what training saw."""
        return float(self.curve[quality - 1, 1]) / 255

    @property
    def dims(self) -> tuple[int, int]:
        """How many dimensions are local and how many global."""
        still = int(self.transition.is_global.sum())
        return len(self.steps) - still, still


def rising_rows(curve: Ints) -> list[int]:
    """The longest list of rows (1, 2, ...) whose cells never widen and whose knots never thin out.

    curve (100, 3): coarseness and knot density in its first columns. The first and the last row
    are in it where they may be.
    """
    length, before = [1] * len(curve), [-1] * len(curve)
    for i, (coarse, density, _) in enumerate(curve.tolist()):
        for j in range(i):
            follows = curve[j, 0] >= coarse and curve[j, 1] <= density
            if follows and length[j] + 1 > length[i]:
                length[i], before[i] = length[j] + 1, j
    at = max(range(len(curve)), key=lambda i: (length[i], i))
    chain = []
    while at >= 0:
        chain.append(at + 1)
        at = before[at]
    return chain[::-1]
