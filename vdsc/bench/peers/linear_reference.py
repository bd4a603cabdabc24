"""The linear reference: principal components, uniform knots, Ornstein-Uhlenbeck coding.

What vdsc would be with straight lines in place of networks, as a real coder: knots fitted by
least squares, quantized, and coded under a Gaussian transition from the previous quantized knot.
The basis and the transitions are fitted on the training set and counted like a checkpoint: not.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, partial

import constriction
import numpy as np
from numpy.typing import NDArray

from vdsc.bench.peers.motion_angles import restore, smooth
from vdsc.bench.peers.peer import Peer, Setting, Values

Array = NDArray[np.float64]

COMPONENTS = 76
SPACINGS = (1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 15, 20)
STEPS = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0)
HEAD = struct.Struct("<IBf")
LIMIT = 1 << 14
FAMILY = constriction.stream.model.QuantizedGaussian(-LIMIT, LIMIT)


@dataclass(frozen=True)
class Basis:
    """Principal components of the training motion, and how their scores move.

    `mean` (96,), `axes` (76, 96) orthonormal, `scores` the training scores (T, 76) by sequence.
    """

    mean: Array
    axes: Array
    scores: list[Array]

    @cached_property
    def spread(self) -> Array:
        """(76,) standard deviation of each score."""
        scores = np.concatenate(self.scores)
        return np.asarray(np.sqrt(np.mean(scores**2, axis=0)))

    def transition(self, lag: int) -> tuple[Array, Array]:
        """Fit score[t + lag] ~ N(keep * score[t], noise^2): (76,) keep and (76,) noise."""
        pairs = [(score[:-lag], score[lag:]) for score in self.scores if len(score) > lag]
        before, after = (np.concatenate(side) for side in zip(*pairs, strict=True))
        keep = np.sum(before * after, axis=0) / np.sum(before**2, axis=0)
        return keep, np.sqrt(np.mean((after - keep * before) ** 2, axis=0))


def fit(train: Sequence[Values]) -> Basis:
    """Find the leading components of motions (T, 96)."""
    tracks = [smooth(values) for values in train]
    mean = np.concatenate(tracks).mean(axis=0)
    scatter = sum((track - mean).T @ (track - mean) for track in tracks)
    axes = np.linalg.eigh(scatter)[1].T[::-1][:COMPONENTS]
    return Basis(mean, axes, [(track - mean) @ axes.T for track in tracks])


def peers(train: Sequence[Values]) -> tuple[Peer, ...]:
    """Give the linear reference fitted on training motions (T, 96)."""
    coder = KnotScoreCoder(fit(train))
    return (
        Peer(
            "linear+OU", ("spacing", "step"),
            tuple((float(spacing), step) for spacing in SPACINGS for step in STEPS),
            encode=partial(encode, coder),
            decode=partial(decode, coder),
            note=f"{COMPONENTS} principal components, uniform knots, OU code; basis not counted",
        ),
    )  # fmt: skip


class KnotScoreCoder:
    """The entropy coder of knots on the scores of one basis, with its transitions at hand."""

    def __init__(self, basis: Basis) -> None:
        """Fit every spacing's transition."""
        self.basis = basis
        self.moves = {spacing: basis.transition(spacing) for spacing in SPACINGS}

    def push(self, counts: NDArray[np.int32], spacing: int, step: float) -> bytes:
        """Code quantized knots (K, 76)."""
        keep, noise = self.moves[spacing]
        means = np.vstack([np.zeros(COMPONENTS), keep * counts[:-1]])
        scales = np.vstack([self.basis.spread, np.tile(noise, (len(counts) - 1, 1))]) / step
        stack = constriction.stream.stack.AnsCoder()
        stack.encode_reverse(counts.ravel(), FAMILY, means.ravel(), _scale(scales).ravel())
        return bytes(stack.get_compressed().astype("<u4").tobytes())

    def pop(self, code: bytes, knots: int, spacing: int, step: float) -> NDArray[np.int32]:
        """Undo `push`."""
        keep, noise = self.moves[spacing]
        stack = constriction.stream.stack.AnsCoder(np.frombuffer(code, "<u4").astype(np.uint32))
        counts = np.zeros((knots, COMPONENTS), np.int32)
        mean, scale = np.zeros(COMPONENTS), _scale(self.basis.spread / step)
        for row in counts:
            row[:] = stack.decode(FAMILY, mean, scale)
            mean, scale = keep * row, _scale(noise / step)
        return counts


def encode(coder: KnotScoreCoder, values: Values, setting: Setting) -> bytes:
    """Fit, quantize and code knots no further apart than `spacing` frames."""
    spacing, step = int(setting[0]), setting[1]
    scores = (smooth(values) - coder.basis.mean) @ coder.basis.axes.T
    knots = np.linalg.lstsq(_hats(len(values), spacing), scores, rcond=None)[0]
    counts = np.clip(np.round(knots / step), -LIMIT, LIMIT).astype(np.int32)
    return HEAD.pack(len(values), spacing, step) + coder.push(counts, spacing, step)


def decode(coder: KnotScoreCoder, file: bytes) -> Values:
    """Draw straight lines between the knots and leave the basis: motion (T, 96)."""
    frames, spacing, step = HEAD.unpack_from(file)
    hats = _hats(frames, spacing)
    counts = coder.pop(file[HEAD.size :], hats.shape[1], spacing, step)
    return restore(hats @ (counts * step) @ coder.basis.axes + coder.basis.mean)


def _hats(frames: int, spacing: int) -> Array:
    """Weights (T, K) of linear interpolation between evenly spaced knots, one at either end."""
    last = -(-(frames - 1) // spacing)
    position = np.linspace(0, last, frames)
    hats: Array = np.maximum(0, 1 - np.abs(position[:, None] - np.arange(last + 1)))
    return hats


def _scale(scales: Array) -> Array:
    """Widen standard deviations by that of rounding, which also keeps them off zero."""
    return np.asarray(np.hypot(scales, np.sqrt(1 / 12)))
