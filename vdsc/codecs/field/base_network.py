"""A coordinate network in integers: latents of a tile in, its picture out.

    waves of (row, column) -> max(0, W1 x) -> max(0, W2 .) -> max(0, W3 .) -> W4 (., waves)
    every W is a shared one, gated or not, plus so much of one direction for each latent; later
    latents move the last layer only, and the last ones the gates only

Activations are Q10 and weights Q12 in float64; every sum stays below 2**53, so any order of
summation gives the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from vdsc.codecs.field.base_gates import CEILING, FINEST, Gates, gate_latents
from vdsc.core.types import Floats, Ints
from vdsc.model.store import Arrays

COLOURS = 3
"""Red, green and blue."""

LATENT, WEIGHT, PLACES, WAVE = 12, 12, 10, 14
"""Binary places of latents, weights, activations and of the table of cosines."""

PICTURE = 8
"""Binary places of the picture, in levels of brightness."""

LEVELS = 32
"""Levels of brightness that an output of 1 stands for, around the middle."""

LARGEST, LATENTS = 64, 1024
"""Sides of tiles and latents at most."""

MIDDLE, BRIGHTEST = 1 << 7 + PICTURE, 255 << PICTURE


@dataclass(frozen=True, eq=False)
class BaseNetwork:
    """A shared network and how latents change it.

    Args:
        waves: (K, side) cosines of a coordinate, Q14.
        pairs: (F, 2) which cosine of the row and of the column each wave is.
        layers: of each, the weights (in + 1, out), Q12, the bias last. The first layer sees the
            first waves, the last one all of them behind what the layer before it gives.
        turns: of each layer, (some, in + 1, out) whole numbers, what each of the first latents
            adds where it is 1; the last layer's are as many as there are latents but for gates.
        places: of each layer, binary places of its turns.
        gates: of each layer, or None; the last latents move them.
    """

    waves: Floats
    pairs: Ints
    layers: tuple[Floats, ...]
    turns: tuple[Floats, ...]
    places: Ints
    gates: tuple[Gates | None, ...]

    @classmethod
    def of(cls, arrays: Arrays) -> BaseNetwork:
        """The network of a checkpoint's tensors; raises LookupError or ValueError for others."""
        count = sum(name.startswith("layer.") for name in arrays)
        layers = [arrays[f"layer.{i}"].astype(np.float64) for i in range(count)]
        turns = [arrays[f"turn.{i}"].astype(np.float64) for i in range(count)]
        pairs, places = arrays["pairs"].astype(np.int64), arrays["places"].astype(np.int64)
        waves, gates = (
            arrays["waves"].astype(np.float64),
            [Gates.of(arrays, i) for i in range(count)],
        )
        made = cls(waves, pairs, tuple(layers), tuple(turns), places, tuple(gates))
        made.check()
        return made

    def check(self) -> None:
        """Raise ValueError where the shapes do not fit each other."""
        sound = self.waves.ndim == 2 and self.pairs.shape == (len(self.pairs), 2)
        sound = sound and len(self.layers) > 1 and self.places.shape == (len(self.layers),)
        sound = sound and all(layer.ndim == 2 for layer in self.layers)
        if not sound or self.waves.shape[1] > LARGEST or self.latents > LATENTS:
            raise ValueError("a coordinate network is too large, or no network")
        seen = [len(self.layers[0]) - 1, *(layer.shape[1] for layer in self.layers[:-1])]
        seen[-1] += len(self.pairs)
        sound = self.pairs.min() >= 0 and self.pairs.max() < len(self.waves)
        sound = sound and 1 <= seen[0] <= len(self.pairs) and self.layers[-1].shape[1] == COLOURS
        sound = sound and bool(((self.places >= 0) & (self.places <= FINEST)).all())
        for rows, layer, turn in zip(seen, self.layers, self.turns, strict=True):
            sound = sound and len(layer) == rows + 1 and turn.shape[1:] == layer.shape
            sound = sound and len(turn) <= self.turned
        gating = self.latents - self.turned
        for gate, layer in zip(self.gates, self.layers, strict=True):
            sound = sound and (gate is None or gate.fits(layer, gating))
        if not sound:
            raise ValueError("the layers of a coordinate network do not fit each other")

    @property
    def side(self) -> int:
        """Rows and columns of a tile."""
        return int(self.waves.shape[1])

    @property
    def latents(self) -> int:
        """How many latents a tile has."""
        return self.turned + gate_latents(self.gates)

    @property
    def turned(self) -> int:
        """How many of the latents move weights by turns; the others move gates."""
        return len(self.turns[-1])

    @cached_property
    def inputs(self) -> Floats:
        """Waves (side * side, F), Q10, of each point, row after row."""
        row, column = self.waves[self.pairs[:, 0]], self.waves[self.pairs[:, 1]]
        both = row[:, :, None] * column[:, None, :]
        places = 2 * WAVE - PLACES
        return np.floor(both * 0.5**places + 0.5).reshape(len(self.pairs), -1).T.copy()

    def weights(self, latents: Floats) -> list[Floats]:
        """The layers of a tile whose latents (D,) are whole numbers, Q12."""
        made, gating = [], latents[self.turned :]
        parts = zip(self.layers, self.gates, self.turns, self.places.tolist(), strict=True)
        for layer, gate, turn, places in parts:
            some = latents[: len(turn)]
            moved = (some @ turn.reshape(len(turn), layer.size)).reshape(layer.shape)
            gated = layer if gate is None else gate.weights(layer, gating)
            moved = gated + np.floor(moved * 0.5**places + 0.5)
            made.append(np.clip(moved, -CEILING, CEILING))
        return made

    def picture(self, latents: Floats) -> Floats:
        """The tile (side, side, 3) of latents (D,), Q8 levels from 0 to 255."""
        *hidden, last = self.weights(latents)
        x = self.inputs[:, : len(hidden[0]) - 1]
        for layer in hidden:
            x = x @ layer[:-1]
            x += layer[-1] * (1 << PLACES)
            x = np.clip(np.floor(x * 0.5**WEIGHT), 0, CEILING)
        x = np.concatenate((x, self.inputs), axis=1) @ last[:-1]
        x += last[-1] * (1 << PLACES)
        x = np.floor(x * (LEVELS * 0.5 ** (WEIGHT + PLACES - PICTURE)) + 0.5) + MIDDLE
        return np.clip(x, 0, BRIGHTEST).reshape(self.side, self.side, COLOURS)
