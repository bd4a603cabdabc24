"""Gates that were trained, as the integers of a checkpoint."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vdsc.codecs.field.base_gates import GATE, WIDEST, places_of
from vdsc.core.types import Floats
from vdsc.train.implicit.tile_gates import TileGates, plain

Arrays = dict[str, NDArray[np.generic]]


def frozen_gates(gates: TileGates, mean: Floats) -> Arrays:
    """The tensors of gates; the mean (G,) of their latents becomes 0."""
    made, every = Arrays(), []
    pairs = zip(gates.lefts, gates.rights, strict=True)
    for i, both in enumerate(pairs):
        own = []
        for name, parameter in zip(("left", "right"), both, strict=True):
            still, turn = plain(parameter)[0], plain(parameter)[1:]
            still, place = still + np.tensordot(mean, turn, 1), places_of(turn)
            made[f"{name}.{i}"] = _within(still * (1 << GATE), 32767).astype(np.int16)
            made[f"{name}_turn.{i}"] = _within(turn * 2.0**place, 127).astype(np.int8)
            own.append(place)
        every.append(own)
    bounds = [(1 - gates.reach) * (1 << GATE), (1 + gates.reach) * (1 << GATE)]
    widest = [int(np.clip(bound, -WIDEST, WIDEST)) for bound in bounds]
    return made | {
        "gate_places": np.array(every, dtype=np.int16),
        "bounds": np.array(widest, dtype=np.int32),
    }


def _within(values: Floats, most: int) -> Floats:
    found: Floats = np.clip(np.rint(values), -most, most)
    return found
