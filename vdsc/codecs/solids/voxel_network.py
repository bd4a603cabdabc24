"""The networks of solids, in exact integers: how likely the next voxel is, and what is finer.

Weights and hidden numbers have 12 binary places; all sums stay far below 2^53.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vdsc.codecs.solids.voxel_sight import ALONE, BESIDE, COARSE, MIRRORED
from vdsc.core.types import Floats, Ints
from vdsc.entropy.frequencies import share
from vdsc.entropy.stack import TOTAL
from vdsc.errors import ModelMissing
from vdsc.model import store
from vdsc.model.store import Checkpoint
from vdsc.quant.normal import logistic_cdf

PLACES = 12
MOST = float(1 << 20)
"""Hidden numbers are clipped to this, 256."""

FLAGS = 2
"""Inputs that say of a whole solid that it is coarse, and that it is hollow."""

KINDS = 4
"""Kinds of solids: coarse + 2 hollow."""

_WIDEST = 1 << 10
_SCALE = 1.0 / (1 << PLACES)
Weights = Mapping[str, NDArray[Any]]


@dataclass(frozen=True, eq=False)
class VoxelNetwork:
    """Three layers over bits.

    first (inputs, a), second (a, b), last (b, outputs): weights for inputs 0 and 1. biases: of the
    three; the first (kinds, a), one for each kind of solid.
    """

    first: Floats
    second: Floats
    last: Floats
    biases: tuple[Floats, Floats, Floats]

    @classmethod
    def of(cls, weights: Weights, name: str, inputs: int, flags: int, outputs: int) -> VoxelNetwork:
        """The network called `name`; raises KeyError, ValueError for layers that do not fit."""
        layers = [weights[f"{name}.{i}.weight"].astype(np.float64).T for i in range(3)]
        biases = [weights[f"{name}.{i}.bias"].astype(np.float64) for i in range(3)]
        sizes = [inputs + flags, *(one.shape[1] for one in layers)]
        sound = all(one.shape == tuple(sizes[i : i + 2]) for i, one in enumerate(layers))
        sound = sound and all(one.shape == (n,) for one, n in zip(biases, sizes[1:], strict=True))
        if not sound or sizes[3] != outputs or max(sizes) > _WIDEST:
            raise ValueError(f"the layers of {name!r} do not fit each other")
        raw = [weights[f"{name}.{i}.{part}"].dtype for i in range(3) for part in ("weight", "bias")]
        if set(raw) != {np.dtype(np.int16)}:
            raise ValueError(f"the layers of {name!r} are no integers of 16 bits")
        seen, rest = layers[0][:inputs], layers[0][inputs:]
        signs = np.array([[1 if kind >> i & 1 else -1 for i in range(flags)] for kind in range(4)])
        start = biases[0] - seen.sum(axis=0) + signs @ rest
        shift = float(1 << PLACES)
        return cls(2 * seen, layers[1], layers[2], (start, biases[1] * shift, biases[2] * shift))

    def __call__(self, bits: NDArray[np.uint8], kinds: Ints) -> Floats:
        """Log odds (N, outputs) with 12 binary places, of bits (N, inputs) and kinds (N,)."""
        hidden = bits.astype(np.float64) @ self.first + self.biases[0][kinds]
        return self.rest(hidden)

    def rest(self, hidden: Floats) -> Floats:
        """Log odds from the sums (..., a) of the first layer."""
        hidden = np.clip(hidden, 0, MOST)
        hidden = np.floor((hidden @ self.second + self.biases[1]) * _SCALE)
        hidden = np.clip(hidden, 0, MOST)
        return np.asarray(np.floor((hidden @ self.last + self.biases[2]) * _SCALE))


@dataclass(frozen=True, eq=False)
class SolidNetworks:
    """What a checkpoint of solids knows.

    alone, beside: the law of a voxel, without and with a mirror; rare: of each of the two, (2, 2)
    frequencies, of coarse or fine solids where 0 or 1 is all that is seen, that a voxel is unlike
    it. finer: the eight voxels in one of a coarse solid.
    """

    alone: VoxelNetwork
    beside: VoxelNetwork
    finer: VoxelNetwork
    rare: tuple[Ints, Ints]

    @classmethod
    def of(cls, weights: Weights) -> SolidNetworks:
        """From a checkpoint's tensors; raises KeyError, ValueError where they do not fit."""
        rare = weights["alone.rare"].astype(np.int64), weights["beside.rare"].astype(np.int64)
        for one in rare:
            if one.shape != (2, 2) or one.min() < 1 or one.max() >= TOTAL:
                raise ValueError("the frequencies of surprises are none")
        return cls(
            VoxelNetwork.of(weights, "alone", ALONE, FLAGS, 1),
            VoxelNetwork.of(weights, "beside", BESIDE + MIRRORED, FLAGS, 1),
            VoxelNetwork.of(weights, "finer", COARSE, 0, 8),
            rare,
        )


def networks(checkpoint: Checkpoint) -> SolidNetworks:
    """The networks of a checkpoint of solids, made once; raises ModelMissing."""
    with checkpoint.building():
        weights = checkpoint.tensors[0]
        return checkpoint.once("solids", lambda: SolidNetworks.of(weights))


def law(odds: Floats) -> Ints:
    """Frequencies (N, 2) of 0 and 1 from log odds (N,) with 12 binary places."""
    away = -(odds.astype(np.int64) << 16 - PLACES)
    return share(logistic_cdf(away)[:, None])


def pick_solids(name: str) -> Checkpoint:
    """The checkpoint `name`, which must be one of solids, or the first; raises ModelMissing."""
    known = [store.by_name(name)] if name else store.installed()
    for checkpoint in known:
        if checkpoint.kind == store.SOLIDS:
            return checkpoint
    store.complain()
    words = f"{name} is no model of solids" if name else "no model of solids is installed"
    raise ModelMissing(f"{words}; leave out --codec, or use --lossless")
