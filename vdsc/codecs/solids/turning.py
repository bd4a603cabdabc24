"""For the encoder: what it costs to turn voxels of a solid, one at a time, seen by one network.

context    all voxels of an array, the sums of their first layer, and what each costs
turning v  changes one input of every voxel that sees v
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from vdsc.codecs.solids.float_twin import FloatTwin, Singles
from vdsc.codecs.solids.voxel_sight import RIM, Solid, flat, strides
from vdsc.core.types import Ints

BATCH = 128
"""Voxels that are tried at once."""

Cost = Callable[[Singles, Ints, NDArray[np.uint8], Ints], Singles]
"""Costs (N,) of voxels from their log odds (N, outputs), their flat places (N,), their values (N,)
and from how many of what they see are 1 (N,)."""


class Turning:
    """An array whose voxels may be turned, and the network that looks at it.

    solid: (D, H, W). offsets: what is seen, (n, 3). wanted: the voxels whose costs count. cost:
    what one of them costs.
    """

    def __init__(
        self, solid: Solid, offsets: Ints, twin: FloatTwin, wanted: NDArray[np.bool_], cost: Cost
    ) -> None:
        self._twin, self._cost, self._shape = twin, cost, solid.shape
        self.wide = np.pad(solid, RIM).ravel()
        self._wanted = np.pad(wanted, RIM).ravel()
        self._steps = offsets @ strides(solid.shape)
        self._every = np.flatnonzero(self._wanted)
        self._sums = np.zeros((self.wide.size, twin.first.shape[1]), np.float32)
        self._ones = np.zeros(self.wide.size, np.int64)
        self.costs = np.zeros(self.wide.size, np.float32)
        self._look(self._every)

    def places(self, at: Ints) -> Ints:
        """Flat places of voxels (N, 3)."""
        return flat(at, self._shape)

    def turn(self, places: Ints) -> None:
        """Turn voxels, and bring everything that sees them up to date."""
        self.wide[places] ^= 1
        seers = np.unique(places[:, None] - self._steps)
        self._look(seers[self._wanted[seers]])

    def changes(self, places: Ints, *, own: bool = False) -> Singles:
        """By how much all costs would change (N,) were one of the voxels turned.

        own: what a voxel costs depends on its value, too.
        """
        found = self._own(places) if own else np.zeros(len(places), np.float32)
        for begin in range(0, len(places), BATCH):
            some = places[begin : begin + BATCH]
            found[begin : begin + BATCH] += self._changes(some)
        return found

    def inner(self) -> Solid:
        """The array (D, H, W) as it is now."""
        wide = self.wide.reshape([n + 2 * RIM for n in self._shape])
        return np.ascontiguousarray(wide[RIM:-RIM, RIM:-RIM, RIM:-RIM])

    @property
    def total(self) -> float:
        """All costs."""
        return float(self.costs[self._every].sum(dtype=np.float64))

    def _look(self, places: Ints) -> None:
        for begin in range(0, len(places), 1 << 14):
            some = places[begin : begin + (1 << 14)]
            bits = self.wide[some[:, None] + self._steps]
            sums, ones = self._twin.sums(bits), bits.sum(axis=1, dtype=np.int64)
            self._sums[some], self._ones[some] = sums, ones
            self.costs[some] = self._cost(self._twin.odds(sums), some, self.wide[some], ones)

    def _own(self, places: Ints) -> Singles:
        odds, turned = self._twin.odds(self._sums[places]), 1 - self.wide[places]
        after = self._cost(odds, places, turned, self._ones[places])
        return np.where(self._wanted[places], after - self.costs[places], 0).astype(np.float32)

    def _changes(self, places: Ints) -> Singles:
        seers = places[:, None] - self._steps
        to_one = 1 - 2 * self.wide[places].astype(np.int64)
        use = self._wanted[seers]
        owner, which = np.nonzero(use)
        seen = seers[owner, which]
        sums = self._sums[seen] + to_one[owner, None].astype(np.float32) * self._twin.first[which]
        ones = self._ones[seen] + to_one[owner]
        after = self._cost(self._twin.odds(sums), seen, self.wide[seen], ones) - self.costs[seen]
        return np.bincount(owner, after, len(places)).astype(np.float32)
