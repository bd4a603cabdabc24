"""Two things that move over a black ground and add up where they meet, each as a layer.

A layer is a picture of one thing, aligned with the last frame. Both begin as the whole first frame;
as they move apart, each keeps the least of what was ever seen where it is, so that the other one
fades from it. Vectors (one for each layer and frame) are sent.

    next frame = min(255, layer 0 moved by v0 + layer 1 moved by v1)
"""

from __future__ import annotations

import numpy as np

from vdsc.codecs.lossless.video.passes import Levels
from vdsc.core.types import Floats, Ints
from vdsc.entropy.tape import Tape

LAYERS = 2
REACH = 8

_SPAN = 2 * REACH + 1
_ALL: Ints = np.stack(list(np.mgrid[:_SPAN, :_SPAN]), axis=-1).reshape(-1, 2) - REACH


class LayerPast:
    """The layers of a clip of frames (H, W, 1)."""

    def __init__(self, shape: tuple[int, ...]) -> None:
        self._layers = np.zeros((LAYERS, *shape[:2]), dtype=np.int16)
        self._vectors = np.zeros((LAYERS, 2), dtype=np.int64)
        self._counts = np.full((LAYERS, 2, _SPAN), 4.0)
        self._counts[:, :, 0] = 256
        self._started = False

    def keep(self, frame: Levels) -> None:
        """Take the frame that was decoded: add what nothing explains, drop what is not there."""
        now = frame[..., 0]
        missing = np.maximum(now - np.minimum(self._layers.sum(axis=0), 255), 0)
        self._layers = np.minimum(self._layers + missing, now).astype(np.int16)
        self._started = True

    def planes(self, tape: Tape, frame: Levels | None) -> list[Levels]:
        """Predictions (H, W, 1): the sum, then each layer. Vectors are sought for `frame`."""
        if self._started:
            sought = None if frame is None else self._search(frame[..., 0])
            self._vectors = self._code(tape, sought)
            self._layers = np.stack([_moved(*pair) for pair in self._pairs()])
        total = np.minimum(self._layers.sum(axis=0), 255).astype(np.int16)
        return [total[..., None], *self._layers[..., None]]

    def _pairs(self) -> list[tuple[Levels, Ints]]:
        return list(zip(self._layers, self._vectors, strict=True))

    def _code(self, tape: Tape, sought: Ints | None) -> Ints:
        symbols = np.empty((LAYERS, 2), dtype=np.int64)
        truth = None if sought is None else (sought - self._vectors) % _SPAN
        for at in np.ndindex(LAYERS, 2):
            rows = _row(self._counts[at])[None]
            symbols[at] = tape.rows(None if truth is None else truth[at][None], rows)[0]
            self._counts[at][symbols[at]] += 16
        return (symbols + self._vectors + REACH) % _SPAN - REACH

    def _search(self, now: Levels) -> Ints:
        """Vectors (2, 2) under which the layers explain a plane (H, W), one after the other."""
        best, cost = self._vectors, self._cost(now, self._vectors)
        for from_scratch in (False, True):
            vectors = self._apart(now) if from_scratch and cost else best.copy()
            for turn in range(2 * LAYERS if cost else 0):
                vectors[turn % LAYERS] = self._better(now, vectors, turn % LAYERS)
                if (reached := self._cost(now, vectors)) < cost:
                    best, cost = vectors.copy(), reached
                if not cost:
                    break
        return best

    def _apart(self, now: Levels) -> Ints:
        """Vectors found for one layer alone, then for the other on what is left."""
        vectors, left = np.zeros((LAYERS, 2), dtype=np.int64), now > 0
        for layer in range(LAYERS):
            same = _everywhere(self._layers[layer]) == now
            best = int(np.argmax((same & left).sum(axis=(1, 2))))
            vectors[layer], left = _ALL[best], left & ~same[best]
        return vectors

    def _better(self, now: Levels, vectors: Ints, layer: int) -> Ints:
        other = _moved(self._layers[1 - layer], vectors[1 - layer])
        tolls = _price(now, _everywhere(self._layers[layer]), other)
        stay = vectors[layer] + REACH
        tolls[stay[0] * _SPAN + stay[1]] -= 1  # stay where nothing is gained
        best: Ints = _ALL[int(np.argmin(tolls))]
        return best

    def _cost(self, now: Levels, vectors: Ints) -> int:
        one, other = (_moved(self._layers[i], vectors[i]) for i in range(LAYERS))
        return int(_price(now, one[None], other)[0])


def _price(now: Levels, one: Levels, other: Levels) -> Ints:
    """About how surprising a plane is under moved layers (V, H, W) and (H, W): (V,).

    A pixel that the sum explains costs nothing, one that only a layer explains a little.
    """
    away = np.abs(now - np.minimum(one + other, 255))
    lone = np.minimum(np.abs(now - one), np.abs(now - other)) + 1
    best = np.minimum(away, lone)
    price: Ints = (np.minimum(away, 16) + 16 * np.minimum(best, 16)).sum(
        axis=(1, 2), dtype=np.int64
    )
    return price


def _moved(plane: Levels, vector: Ints) -> Levels:
    """A plane moved down and right by a vector, black coming in."""
    (top, left), (height, width) = REACH - vector, plane.shape
    return np.pad(plane, REACH)[top : top + height, left : left + width]


def _everywhere(plane: Levels) -> Levels:
    """A plane (H, W) moved by every vector: (V, H, W)."""
    seen = np.lib.stride_tricks.sliding_window_view(np.pad(plane, REACH), plane.shape)
    return seen[::-1, ::-1].reshape(-1, *plane.shape)


def _row(counts: Floats) -> Ints:
    """Frequencies (17,) that sum to 2**16."""
    row: Ints = np.floor(counts * ((1 << 16) - len(counts)) / counts.sum()).astype(np.int64) + 1
    row[0] += (1 << 16) - row.sum()
    return row
