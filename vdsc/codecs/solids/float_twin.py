"""For the encoder: a network of solids in single floats, layer by layer."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vdsc.codecs.solids.voxel_network import PLACES, VoxelNetwork

Singles = NDArray[np.float32]
_UNIT = np.float32(1 << PLACES)


@dataclass(frozen=True, eq=False)
class FloatTwin:
    """The layers in natural units; see `VoxelNetwork`."""

    first: Singles
    second: Singles
    last: Singles
    biases: tuple[Singles, Singles, Singles]

    @classmethod
    def of(cls, exact: VoxelNetwork, kind: int) -> FloatTwin:
        """The twin for solids of one kind."""
        first, second, last = (
            (part / float(_UNIT)).astype(np.float32)
            for part in (exact.first, exact.second, exact.last)
        )
        start, *rest = exact.biases
        square = float(_UNIT) ** 2
        two, three = ((part / square).astype(np.float32) for part in rest)
        return cls(
            first, second, last, ((start[kind] / float(_UNIT)).astype(np.float32), two, three)
        )

    def sums(self, bits: NDArray[np.uint8]) -> Singles:
        """Sums (N, a) of the first layer for bits (N, inputs)."""
        return np.asarray(bits.astype(np.float32) @ self.first + self.biases[0])

    def odds(self, sums: Singles) -> Singles:
        """Log odds (..., outputs) from sums (..., a); the sums are lost."""
        np.maximum(sums, 0, out=sums)
        hidden = sums.reshape(-1, sums.shape[-1]) @ self.second
        hidden += self.biases[1]
        np.maximum(hidden, 0, out=hidden)
        found = hidden @ self.last + self.biases[2]
        return np.asarray(found.reshape(*sums.shape[:-1], found.shape[-1]))
