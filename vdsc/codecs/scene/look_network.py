"""Networks of looks, in exact integers: the law of a pixel, and grey where few levels are told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vdsc.codecs.scene.look_canvas import FINE, LADDER
from vdsc.codecs.scene.sprite_track import Pixels
from vdsc.core.fixed import CERTAIN
from vdsc.core.types import Floats, Ints
from vdsc.entropy import frequencies as tables
from vdsc.model.store import Checkpoint
from vdsc.twin.decay import FARTHEST, decay
from vdsc.twin.layers import UNIT, Dense, dense, silu

MARGIN = 2
"""Pixels around the box of a look of few levels that are drawn, too: its soft edge."""

REACH = 3
"""Pixels to each side that a drawn one depends on."""

_SHARE = float(1 << 22)
_FIRST = np.concatenate([[0], np.cumsum(LADDER[:-1])])
Weights = dict[str, NDArray[Any]]


@dataclass(frozen=True, eq=False)
class LookNetworks:
    """What a checkpoint of sprites knows.

    fine, coarse: layers of the law of a pixel, of all levels of grey and of few of them. smooth:
    layers that draw a look of few levels. sizes: frequencies (28 * 28 + 1,) of heights and widths,
    the last for all larger ones. cell: the side of the square that looks come from.
    """

    fine: tuple[Dense, ...]
    coarse: tuple[Dense, ...]
    smooth: tuple[Dense, ...]
    sizes: Ints
    cell: int

    @classmethod
    def of(cls, settings: Mapping[str, Any], weights: Weights) -> LookNetworks:
        """From settings and tensors; raises KeyError, InvalidInput where they do not fit."""
        parts = (tuple(dense(weights, f"{n}.{i}") for i in range(3)) for n in _NAMES)
        fine, coarse, smooth = parts
        sizes, cell = weights["sizes"].astype(np.int64), int(settings["net"]["cell"])
        if sizes.shape != (cell * cell + 1,) or sizes.min() < 1 or sizes.sum() != 1 << 16:
            raise ValueError("the frequencies of sizes are none")
        return cls(fine, coarse, smooth, sizes, cell)

    def rows(self, inputs: Floats, levels: int) -> Ints:
        """Frequencies (N, levels) of pixels with these inputs (N, 161)."""
        if levels == FINE:
            return _rows(_run(self.fine, inputs))
        first = int(_FIRST[LADDER.index(levels)])
        return _rows(_run(self.coarse, inputs)[:, first : first + levels])

    def drawn(self, look: Pixels, levels: int) -> Pixels:
        """A look (h, w) of few levels as grey pixels (h + 4, w + 4), its soft edge with it."""
        if levels == FINE:
            return look
        padded = np.pad(look, MARGIN + REACH).astype(np.int64)
        side = 2 * REACH + 1
        seen = np.lib.stride_tricks.sliding_window_view(padded, (side, side))
        grey = self.greys(seen.reshape(-1, side * side), levels)
        return grey.reshape(look.shape[0] + 2 * MARGIN, look.shape[1] + 2 * MARGIN)

    def greys(self, seen: Ints, levels: int) -> Pixels:
        """Pixels (N,) in the middle of windows (N, 49) of levels; black where all is black."""
        which = [UNIT * (levels == one) for one in LADDER[:-1]]
        near = (seen * UNIT + 127) // 255
        inputs = np.concatenate([near, np.tile(which, (len(near), 1))], axis=1).astype(np.float64)
        made = np.floor(_run(self.smooth, inputs)[:, 0] * (255 / UNIT) + 0.5)
        return np.where(seen.any(axis=1), np.clip(made, 0, 255), 0).astype(np.uint8)


_NAMES = ("fine", "coarse", "smooth")


def networks(checkpoint: Checkpoint) -> LookNetworks:
    """The networks of a checkpoint of sprites, made once; raises ModelMissing."""
    with checkpoint.building():
        weights = checkpoint.tensors[0]
        return checkpoint.once("looks", lambda: LookNetworks.of(checkpoint.settings, weights))


def greys(levels: int) -> Ints:
    """The grey (levels,) of each level."""
    steps = np.arange(levels, dtype=np.int64)
    return (steps * 510 + levels - 1) // (2 * (levels - 1))


def _run(layers: tuple[Dense, ...], inputs: Floats) -> Floats:
    for layer in layers[:-1]:
        inputs = silu(layer(inputs))
    return layers[-1](inputs)


def _rows(scores: Floats) -> Ints:
    """Frequencies (N, K) of scores (N, K): shares of e^score."""
    depth = (scores.max(axis=1, keepdims=True) - scores) * (1 / UNIT)
    shares = np.floor(decay(np.minimum(depth, FARTHEST)) * _SHARE).astype(np.int64)
    below = np.cumsum(shares, axis=1)
    return tables.share(below[:, :-1] * CERTAIN // below[:, -1:])
