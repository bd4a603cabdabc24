"""The context network in integers: what is around a latent in, the numbers of its law out.

    x -> max(0, A x + a) -> max(0, B . + b) -> C . + c

Activations are Q10 in float64, weights Q12: every sum stays below 2**53, so any order of summation
gives the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vdsc.codecs.field.surroundings import INPUTS, SEEN, View
from vdsc.core.types import Floats
from vdsc.errors import InvalidInput

OUTPUTS = 3
"""Of a latent's law: see `latent_law`."""

PLACES, WEIGHT = 10, 12
"""Binary places of activations and of weights."""

CEILING = float(1 << 20)
LAYERS = ("a", "b", "c")


@dataclass(frozen=True, eq=False)
class ContextNetwork:
    """Three layers, each a weight (in + 1, out), the bias last; integers Q12."""

    layers: tuple[Floats, Floats, Floats]

    @classmethod
    def of(cls, tensors: dict[str, NDArray[Any]]) -> ContextNetwork:
        """From int16 tensors "a", "b" and "c"; raises InvalidInput where they do not fit."""
        a, b, c = (tensors[name].astype(np.float64) for name in LAYERS)
        fit = a.shape[0] == INPUTS + 1 and c.shape[1] == OUTPUTS
        if not fit or a.shape[1] + 1 != b.shape[0] or b.shape[1] + 1 != c.shape[0]:
            raise InvalidInput("the layers of a context network do not fit each other")
        return cls((a, b, c))

    def __call__(self, view: View) -> Floats:
        """Outputs (B, K, 3), Q10, of all latents of a view.

        Where nothing is seen around a latent, its place alone decides: one row serves all blocks.
        """
        first = self.layers[0]
        stated = view.stated @ first[SEEN:-1] + first[-1] * (1 << PLACES)
        count = len(stated)
        out = np.repeat(self._rest(stated.copy())[None], len(view.blocks), axis=0)
        seen = view.seen.reshape(-1, SEEN)
        some = np.flatnonzero(seen.any(axis=1))
        if some.size:
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
