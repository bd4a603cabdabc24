"""The context network in integers: what is around a latent in, the numbers of its law out.

    x -> max(0, A x + a) -> max(0, B . + b) -> C . + c

Activations are Q10 in float64, weights Q12: every sum stays below 2**53, so any order of summation
gives the same.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vdsc.codecs.field.surroundings import INPUTS, SEEN, LatentView
from vdsc.core.types import Floats

OUTPUTS = 3
"""Of a latent's law: see `latent_law`."""

PLACES, WEIGHT = 10, 12
"""Binary places of activations and of weights."""

CEILING = float(1 << 20)
AT_ONCE = 1 << 15
"""Latents whose hidden layers are held at once."""

FACTS = 1 << 14
"""What all that is told of blocks stays below, and is not below 0."""


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

        Where all around a latent is 0, what is above its block and its place decide: one row serves
        all blocks that have the same above them.
        """
        first, bias = self.layers[0][:-1], self.layers[0][-1] * (1 << PLACES)
        stated = view.stated @ first[SEEN:INPUTS] + bias
        facts = np.column_stack((view.above, view.hints))
        _, one_of, of_block = np.unique(_keys(facts), return_index=True, return_inverse=True)
        above = facts[one_of] @ np.concatenate((first[SEEN - 1 : SEEN], first[INPUTS:]))
        known = above[:, None] + stated
        count, wide = len(stated), known.reshape(-1, known.shape[2])
        out = self._rest(wide.copy()).reshape(*known.shape[:2], OUTPUTS)[of_block]
        around = view.around.reshape(SEEN - 1, -1)
        where = np.flatnonzero(around.any(axis=0))
        for begin in range(0, len(where), AT_ONCE):
            some = where[begin : begin + AT_ONCE]
            block, place = view.some[some // count], some % count
            x = around[:, some].T @ first[: SEEN - 1]
            x += known[of_block[block], place]
            out[block, place] = self._rest(x)
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


def _keys(facts: Floats) -> Floats:
    """A number for each row of facts (B, m), small whole numbers; equal rows have equal ones."""
    keys = facts[:, 0]
    for column in facts.T[1:]:
        keys = keys * FACTS + column
    return keys
