"""Gates of a layer, in integers: how many times each weight counts, by two small matrices.

Both matrices are moved by latents; a gate is 1 and an entry of their product, between two bounds.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vdsc.core.types import Floats
from vdsc.model.store import Arrays

GATE = 12
"""Binary places of a gate."""

CEILING = float(1 << 20)
"""The largest entry of a matrix, and the largest weight."""

WIDEST, FINEST, RANK = 1 << 16, 24, 16
"""The largest gate, and places of turns and columns of a matrix at most."""


@dataclass(frozen=True, eq=False)
class Turned:
    """A matrix that latents move: Q12, and what each latent adds where it is 1."""

    still: Floats
    turn: Floats
    places: int

    def at(self, latents: Floats) -> Floats:
        """The matrix, Q12, at latents (G,) that are whole numbers, Q12."""
        flat = latents @ self.turn.reshape(len(self.turn), self.still.size)
        moved = self.still + np.floor(flat.reshape(self.still.shape) * 0.5**self.places + 0.5)
        made: Floats = np.clip(moved, -CEILING, CEILING)
        return made

    def fits(self, rows: int, columns: int) -> bool:
        """Whether it is a matrix of that shape."""
        sound = self.still.shape == (rows, columns) and self.turn.ndim == 3
        return sound and self.turn.shape[1:] == (rows, columns) and 0 <= self.places <= FINEST


@dataclass(frozen=True, eq=False)
class Gates:
    """What the weights (in + 1, out) of a layer are multiplied by.

    Args:
        left: (in + 1, rank).
        right: (rank, out).
        bounds: the least and the largest gate, Q12.
    """

    left: Turned
    right: Turned
    bounds: tuple[int, int]

    @classmethod
    def of(cls, arrays: Arrays, layer: int) -> Gates | None:
        """Those of a layer of a checkpoint; None if it has none; raises LookupError for others."""
        if f"left.{layer}" not in arrays:
            return None
        places = arrays["gate_places"].astype(np.int64)[layer]
        left, right = (
            Turned(
                arrays[f"{name}.{layer}"].astype(np.float64),
                arrays[f"{name}_turn.{layer}"].astype(np.float64),
                int(place),
            )
            for name, place in zip(("left", "right"), places, strict=True)
        )
        low, high = arrays["bounds"].tolist()
        return cls(left, right, (low, high))

    @property
    def latents(self) -> int:
        """How many latents move it."""
        return len(self.left.turn)

    def fits(self, layer: Floats, latents: int) -> bool:
        """Whether it has a gate for each weight of a layer, moved by so many latents."""
        rank = self.right.still.shape[0]
        rows, columns = layer.shape
        sound = self.left.fits(rows, rank) and self.right.fits(rank, columns)
        sound = sound and len(self.left.turn) == len(self.right.turn) == latents
        return sound and 1 <= rank <= RANK and -WIDEST <= self.bounds[0] <= self.bounds[1] <= WIDEST

    def weights(self, layer: Floats, latents: Floats) -> Floats:
        """The weights (in + 1, out) of a layer, each times its gate."""
        product = self.left.at(latents) @ self.right.at(latents)
        gates = (1 << GATE) + np.floor(product * 0.5**GATE + 0.5)
        made: Floats = np.floor(layer * np.clip(gates, *self.bounds) * 0.5**GATE + 0.5)
        return made


def gate_latents(gates: tuple[Gates | None, ...]) -> int:
    """How many latents move the gates of a network."""
    return max((one.latents for one in gates if one), default=0)


def places_of(turn: Floats) -> int:
    """Binary places at which turns are kept in signed bytes."""
    largest = float(np.abs(turn).max(initial=0))
    return min(max(int(np.floor(np.log2(127 / largest))), 0), FINEST) if largest else FINEST
