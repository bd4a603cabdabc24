"""For the encoder: how many voxels of a frame are wrong, and how turning one that is coded helps.

in full    a voxel that is coded is a voxel of the frame
coarse     eight voxels follow from one and those around it, by a network
"""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from vdsc.codecs.solids.coarse import children
from vdsc.codecs.solids.float_twin import FloatTwin, Singles
from vdsc.codecs.solids.mirror import first_half
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
    """Of a frame that follows from a coarse one (d, h, w), against the right one.

    fold: as in `SolidPlan`; then a voxel of the first half is held against its image, too.
    """

    def __init__(
        self, coarse: Solid, right: Solid, shift: Triple, networks: SolidNetworks,
        fold: tuple[int, int] | None = None,
    ) -> None:  # fmt: skip
        every = np.ones_like(right)
        pairs = [(right, every)] if fold is None else _folded(right, *fold)
        self._pairs = [(_flat(one, shift), _flat(counted, shift)) for one, counted in pairs]
        twin, everywhere = FloatTwin.of(networks.finer, 0), np.ones(coarse.shape, bool)
        self._turning = Turning(coarse, around(COARSE), twin, everywhere, self._cost)

    def _cost(self, odds: Singles, places: Ints, _: Solid, ones: Ints) -> Singles:
        made = (odds > 0) & (ones > 0)[:, None] | (ones == COARSE)[:, None]
        off = np.zeros(len(places), np.float32)
        for right, counted in self._pairs:
            off += ((made != right[places]) & counted[places]).sum(axis=1)
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


def _flat(frame: Solid, shift: Triple) -> NDArray[np.bool_]:
    """The children of all voxels of the padded coarse frame, flat."""
    wide = np.pad(children(frame, shift), [*[(RIM, RIM)] * 3, (0, 0)])
    found: NDArray[np.bool_] = wide.reshape(-1, wide.shape[-1]) > 0
    return found


def _folded(right: Solid, axis: int, plane: int) -> list[tuple[Solid, Solid]]:
    """What the first half is to be, and where that counts: as itself, and as the second half."""
    turned = np.moveaxis(right, axis, 0)
    half, own = first_half(plane), np.zeros_like(turned)
    own[:half] = 1
    image, there = np.zeros_like(turned), np.zeros_like(turned)
    second = np.arange(half, min(len(turned), plane + 1))
    image[plane - second], there[plane - second] = turned[second], 1
    back = [np.moveaxis(one, 0, axis) for one in (own, image, there)]
    return [(right, back[0]), (back[1], back[2])]
