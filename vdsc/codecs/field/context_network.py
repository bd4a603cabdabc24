"""The context network in integers: what is around a latent in, the numbers of its law out.

    x -> max(0, A x + a) -> max(0, B . + b) -> C . + c

Activations are Q10 in float64, weights Q12: every sum stays below 2**53, so any order of summation
gives the same.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vdsc.codecs.field.surroundings import SEEN, LatentView
from vdsc.core.types import Floats

OUTPUTS = 3
"""Of a latent's law: see `latent_law`."""

PLACES, WEIGHT = 10, 12
"""Binary places of activations and of weights."""

CEILING = float(1 << 20)
AT_ONCE = 1 << 15
"""Latents whose hidden layers are held at once."""


@dataclass(frozen=True, eq=False)
class ContextNetwork:
    """Three layers, each a weight (in + 1, out), the bias last; integers Q12.

    own: whether all of it travelled in a file; such a one is told nothing of the step. model: the
    digest of the checkpoint that it, or all but its last layer, is of.
    """

    layers: tuple[Floats, Floats, Floats]
    own: bool = False
    model: bytes = b""

    def __call__(self, view: LatentView) -> Floats:
        """Outputs (B, K, 3), Q10, of all latents of a view.

        Where nothing is seen around a latent, its place alone decides: one row serves all blocks.
        """
        first = self.layers[0]
        stated = view.stated @ first[SEEN:-1] + first[-1] * (1 << PLACES)
        count = len(stated)
        out = np.repeat(self._rest(stated.copy())[None], len(view.blocks), axis=0)
        seen = view.seen.reshape(-1, SEEN)
        where = np.flatnonzero(seen.any(axis=1))
        for begin in range(0, len(where), AT_ONCE):
            some = where[begin : begin + AT_ONCE]
            x = seen[some] @ first[:SEEN]
            x += stated[some % count]
            out.reshape(-1, OUTPUTS)[some] = self._rest(x)
        return out

    def _rest(self, x: Floats) -> Floats:
        _, second, third = self.layers
        for layer in (second, third):
            x *= 0.5**WEIGHT
            np.floor(x, out=x)
            np.clip(x, 0, CEILING, out=x)
            x = x @ layer[:-1]
            x += layer[-1] * (1 << PLACES)
        x *= 0.5**WEIGHT
        return np.floor(x, out=x)
