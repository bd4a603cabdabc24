"""Integer twin of the frame encoder e(x_i) and of the bidirectional GRU, equation (10)."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from vdsc.core.fixed import WORK, exp_minus
from vdsc.core.types import Ints
from vdsc.twin.layers import PLACES, Conv, Dense, Floats, dense, sigmoid, silu, tanh, times

Weights = dict[str, NDArray[Any]]
BATCH = 32
"""Frames in one go, so that patches stay small; the result does not depend on it."""

_PEAK = 24  # bits after the point of the spatial softmax's exponentials
_FAR = 20  # beyond this exponent a share is zero


class Images:
    """Twin of `ImageEncoder`: frames (N, H, W, C) to features (N, F)."""

    def __init__(self, weights: Weights) -> None:
        name = "encoder.frame."
        self.trunk = [
            Conv.of(weights, f"{name}trunk.0", 2, 1),
            Conv.of(weights, f"{name}trunk.2", 2, 1),
            Conv.of(weights, f"{name}trunk.4", 1, 1),
        ]
        self.maps = Conv.of(weights, f"{name}maps", 1, 0)
        self.shrink = Conv.of(weights, f"{name}shrink.0", 4, 0)
        self.join = [dense(weights, f"{name}join.0"), dense(weights, f"{name}join.2")]
        self.coarse, self.fine = softmax_tables()

    def __call__(self, frames: Floats) -> Floats:
        """(N, H, W, C) to (N, F), some frames at a time."""
        parts = [self._some(frames[i : i + BATCH]) for i in range(0, len(frames), BATCH)]
        return np.concatenate(parts)

    def _some(self, seen: Floats) -> Floats:
        for layer in self.trunk:
            seen = silu(layer(seen))
        flat = silu(self.shrink(seen)).transpose(0, 3, 1, 2).reshape(len(seen), -1)
        found = np.concatenate([flat, *self._places(self.maps(seen))], axis=1)
        for join in self.join:
            found = silu(join(found))
        return found

    def _places(self, heat: Floats) -> tuple[Floats, Floats]:
        """Mean row and column (N, maps) of each map (N, h, w, maps), from -3 to 3."""
        below = (heat.max(axis=(1, 2), keepdims=True) - heat).astype(np.int64)
        below = np.minimum(below >> (PLACES - 16), (self.coarse.size - 1) << 8)
        mass = self.coarse[below >> 8] * self.fine[below & 255] >> _PEAK
        height, width = heat.shape[1:3]
        total = mass.sum(axis=(1, 2))
        rows = _centred(mass.sum(axis=2), height) // (total * max(height - 1, 1))
        columns = _centred(mass.sum(axis=1), width) // (total * max(width - 1, 1))
        return rows.astype(np.float64) * 16, columns.astype(np.float64) * 16


def softmax_tables() -> tuple[Ints, Ints]:
    """2**24 e^-x at x = i / 256 for i <= 20 * 256, the last one zero, and at i / 2**16, i < 256."""
    coarse = [exp_minus(i, 1 << 8) >> (WORK - _PEAK) for i in range(_FAR << 8)]
    fine = [exp_minus(i, 1 << 16) >> (WORK - _PEAK) for i in range(1 << 8)]
    return np.array([*coarse, 0], dtype=np.int64), np.array(fine, dtype=np.int64)


def _centred(mass: Ints, count: int) -> Ints:
    """3 * 2**16 times the sum of mass (N, count, maps) by 2 i - count + 1: (N, maps)."""
    where = 2 * np.arange(count) - count + 1
    moment: Ints = (mass * where[:, None]).sum(axis=1) * (3 << 16)
    return moment


class Vectors:
    """Twin of `vector_encoder`: frames (N, D) to features (N, F)."""

    def __init__(self, weights: Weights) -> None:
        self.layers = [dense(weights, "encoder.frame.0"), dense(weights, "encoder.frame.2")]

    def __call__(self, frames: Floats) -> Floats:
        """(N, D) to (N, F)."""
        for layer in self.layers:
            frames = silu(layer(frames))
        return frames


class Gru:
    """Twin of one direction of a GRU; gates in torch's order: reset, update, new."""

    def __init__(self, weights: Weights, suffix: str) -> None:
        self.reads, self.keeps = (
            Dense.of(weights[f"encoder.gru.weight_{p}"], weights[f"encoder.gru.bias_{p}"])
            for p in (f"ih_l0{suffix}", f"hh_l0{suffix}")
        )

    def __call__(self, features: Floats) -> Floats:
        """(T, F) to the states (T, hidden), first to last."""
        inner = self.reads(features)
        width = inner.shape[1] // 3
        state, states = np.zeros(width), []
        for read in inner:
            kept = self.keeps(state)
            reset, update = np.split(sigmoid(read[: 2 * width] + kept[: 2 * width]), 2)
            new = tanh(read[2 * width :] + times(reset, kept[2 * width :]))
            state = new + times(update, state - new)
            states.append(state)
        return np.stack(states)


class Sequences:
    """Twin of `SequenceEncoder`: frames (T, ...) to hidden states (T, width)."""

    def __init__(self, weights: Weights, *, image: bool) -> None:
        self.frame = Images(weights) if image else Vectors(weights)
        self.skip = None if image else dense(weights, "encoder.skip")
        self.ahead, self.back = Gru(weights, ""), Gru(weights, "_reverse")

    def __call__(self, frames: Floats) -> Floats:
        """All frames of one window."""
        features = self.frame(frames)
        hidden = [self.ahead(features), self.back(features[::-1])[::-1]]
        if self.skip is not None:
            hidden.append(self.skip(frames))
        return np.concatenate(hidden, axis=1)
