"""Gates in real numbers, and how the weights move with the latents of gates; the encoder's."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vdsc.codecs.field.base_gates import GATE, Gates, Turned

Reals = NDArray[np.float32]


class RealGates:
    """Those of a layer whose weights (in + 1, out) are of the order of 1, as latents are."""

    def __init__(self, gates: Gates, layer: Reals) -> None:
        self._layer = layer
        self._left, self._right = (_real(one) for one in (gates.left, gates.right))
        low, high = gates.bounds
        self._bounds = (np.float32(low * 0.5**GATE), np.float32(high * 0.5**GATE))

    def weights(self, latents: Reals) -> Reals:
        """The weights (in + 1, out), each times its gate."""
        left, right = _at(self._left, latents), _at(self._right, latents)
        made: Reals = self._layer * np.clip(1 + left @ right, *self._bounds)
        return made

    def slopes(self, latents: Reals) -> Reals:
        """What each latent adds to the weights, (G, in + 1, out); nothing at a bound."""
        left, right = _at(self._left, latents), _at(self._right, latents)
        gates = 1 + left @ right
        free = (gates > self._bounds[0]) & (gates < self._bounds[1])
        moved: Reals = self._left[1] @ right
        moved += left @ self._right[1]
        moved *= self._layer * free
        return moved


def _real(matrix: Turned) -> tuple[Reals, Reals]:
    scale = 0.5**GATE
    turn = matrix.turn * 0.5**matrix.places
    return (matrix.still * scale).astype(np.float32), turn.astype(np.float32)


def _at(matrix: tuple[Reals, Reals], latents: Reals) -> Reals:
    still, turn = matrix
    flat: Reals = latents @ turn.reshape(len(turn), still.size)
    return still + flat.reshape(still.shape)
