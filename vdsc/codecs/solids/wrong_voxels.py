"""For the encoder: how many voxels of a frame are wrong, and how turning one that is coded helps.

in full    a voxel that is coded is a voxel of the frame
coarse     eight voxels follow from one and those around it, by a network
"""

from __future__ import annotations

from typing import Protocol

import numpy as np

from vdsc.codecs.solids.coarse import children
from vdsc.codecs.solids.float_twin import FloatTwin, Singles
from vdsc.codecs.solids.turning import Turning
from vdsc.codecs.solids.voxel_network import SolidNetworks
from vdsc.codecs.solids.voxel_sight import COARSE, RIM, Solid, Triple, around
from vdsc.core.types import Ints


class WrongVoxels(Protocol):
    """Counts wrong voxels of a frame while those of what is coded are turned."""

    def changes(self, at: Ints) -> Singles:
        """How many more voxels would be wrong (N,) were one of those at (N, 3) turned."""
        ...

    def turn(self, at: Ints) -> None:
        """Turn those at (N, 3)."""
        ...

    @property
    def total(self) -> float:
        """How many voxels are wrong."""
        ...


class WrongInFull:
    """Of a frame (D, H, W) that is coded as it is, against the right one."""

    def __init__(self, frame: Solid, right: Solid) -> None:
        self._off = frame != right

    def changes(self, at: Ints) -> Singles:
        """See `WrongVoxels`."""
        return np.where(self._off[tuple(at.T)], -1, 1).astype(np.float32)

    def turn(self, at: Ints) -> None:
        """See `WrongVoxels`."""
        self._off[tuple(at.T)] ^= True

    @property
    def total(self) -> float:
        """See `WrongVoxels`."""
        return float(self._off.sum())


class WrongFromCoarse:
    """Of a frame that follows from a coarse one (d, h, w), against the right one."""

    def __init__(self, coarse: Solid, right: Solid, shift: Triple, networks: SolidNetworks) -> None:
        wide = np.pad(children(right, shift), [*[(RIM, RIM)] * 3, (0, 0)])
        self._right = wide.reshape(-1, wide.shape[-1]) > 0
        twin, everywhere = FloatTwin.of(networks.finer, 0), np.ones(coarse.shape, bool)
        self._turning = Turning(coarse, around(COARSE), twin, everywhere, self._cost)

    def _cost(self, odds: Singles, places: Ints, _: Solid, ones: Ints) -> Singles:
        made = (odds > 0) & (ones > 0)[:, None] | (ones == COARSE)[:, None]
        off: Singles = (made != self._right[places]).sum(axis=1).astype(np.float32)
        return off

    def changes(self, at: Ints) -> Singles:
        """See `WrongVoxels`."""
        return self._turning.changes(self._turning.places(at))

    def turn(self, at: Ints) -> None:
        """See `WrongVoxels`."""
        self._turning.turn(self._turning.places(at))

    @property
    def total(self) -> float:
        """See `WrongVoxels`."""
        return self._turning.total
