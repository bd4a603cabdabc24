"""What is promised of a sequence, and what is known of it before its first chunk."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from vdsc.codecs.bounded.bounded_settings import BoundedSettings
from vdsc.codecs.bounded.error_grid import LARGEST, ErrorGrid
from vdsc.codecs.bounded.extremes import Extremes
from vdsc.codecs.bounded.followers import Followers
from vdsc.codecs.bounded.patches import Patches, corrected
from vdsc.core.types import Floats, Ints, Values
from vdsc.io.source import Source

WIDTHS = (1, 2, 4, 8)
"""Bytes of whole numbers."""


@dataclass(frozen=True, eq=False)
class Promise:
    """What each place (C,) of a frame may be off by, and the grid that keeps it.

    width: bytes that whole numbers take without a base.
    """

    bounds: Floats
    grid: ErrorGrid
    width: int

    @classmethod
    def of(cls, source: Source, settings: BoundedSettings) -> Promise:
        """Look at a source once; raises InvalidInput."""
        extremes = Extremes.of(source)
        bounds = extremes.bounds(source.shape[1:], settings)
        grid = ErrorGrid.of(bounds, extremes.least, extremes.largest, source.shape[0])
        steps = np.where(grid.mantissas, grid.steps, np.inf)
        ends = grid.reals(np.stack([extremes.least, extremes.largest]))
        with np.errstate(over="ignore"):
            largest = min(float(np.abs(ends / steps).max()) + 1, float(LARGEST))
        return cls(bounds, grid, next(w for w in WIDTHS if largest < 1 << 8 * w - 1))

    @property
    def followers(self) -> Followers:
        """Values of a frame that follow others: none."""
        return Followers(())

    def corrected(self, values: Values, path: Floats) -> tuple[Ints, Values, Patches]:
        """Corrections (n, C) of a path (n, C), what they make of it, and patches: see `patches`."""
        return corrected(self.grid, values, path, self.bounds)

    def reals(self, source: Source) -> Source:
        """The source in double precision, for a base; what stands still exactly is 0."""

        def fetch(begin: int, end: int) -> Values:
            frames = source.read(begin, end)
            return self.grid.reals(frames.reshape(len(frames), -1)).reshape(frames.shape)

        return replace(source, dtype=np.dtype("<f8"), fetch=fetch, exact=True)
