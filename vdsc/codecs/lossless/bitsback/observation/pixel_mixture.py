"""The paper's p(x | z), learned: pixels under a mixture of discretised logistics.

The decoder draws a level and a doubt of each channel of a pixel; the integer twin of `PixelLaw`
says what mixture these mean, once for every pair of them in a table, so a pixel costs one look.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vdsc.codecs.lossless.bitsback.observation.logistic_mixture import LEVELS, unit_pixels
from vdsc.core.fixed import CERTAIN, ONE, clamp
from vdsc.core.types import Ints
from vdsc.entropy import BitStack
from vdsc.entropy import frequencies as tables
from vdsc.quant.normal import logistic_cdf
from vdsc.twin.frame_encoder import Weights
from vdsc.twin.layers import PLACES, UNIT, Floats, dense, sigmoid, silu, tanh, to_q16
from vdsc.twin.synthesis import Synth

BRIGHTS, DOUBTS = 128, 32
"""Levels and doubts that have a row of the table, evenly from 0 to 1."""

PART = 1 << 12
"""Pixels whose rows are fetched at once, so that memory stays small."""

_NARROWEST, _WIDEST = 24 << 8, 12288 << 8  # of a scale, Q16 grey levels
_LEAST = 10  # added to each share, Q20

Values = NDArray[np.generic]


@dataclass(frozen=True, eq=False)
class PixelMixture:
    """Observation model of checkpoints of bits-back, frames (T, H, W, C) uint8.

    rows (BRIGHTS * DOUBTS, 256): frequencies of a channel's values. lean (C, C) Q16: by how much
    a channel's level moves with what the channels before it turned out to be. blank (H, W, 2 C)
    Q16: what is drawn where there are no latents.
    """

    rows: Ints
    lean: Ints
    blank: Ints

    @classmethod
    def of(cls, weights: Weights) -> PixelMixture:
        """The law of a checkpoint's weights; raises InvalidInput for those that do not fit."""
        lean = np.rint(np.tril(weights["pixels.lean"].astype(np.float64), -1) * ONE)
        blank = sigmoid(np.rint(weights["pixels.blank"].astype(np.float64) * UNIT))
        return cls(law_rows(weights), lean.astype(np.int64), to_q16(blank))

    def units(self, x: Values) -> Floats:
        """Pixels as activations in [0, 1]."""
        return unit_pixels(x)

    def push(self, stack: BitStack, x: Values, path: Ints, synth: Synth) -> None:
        """Push frames (T, H, W, C)."""
        planes, given = self._planes(path, synth), x.astype(np.int64)
        for channel in range(x.shape[3] - 1, -1, -1):
            symbols = given[..., channel].ravel()
            at = self.places(planes, given, channel).ravel()
            for begin in range((at.size - 1) // PART * PART, -1, -PART):
                end = begin + PART
                stack.push(symbols[begin:end], self.rows[at[begin:end]])

    def pop(self, stack: BitStack, path: Ints, synth: Synth) -> Values:
        """Pop frames (T, H, W, C) uint8."""
        planes = self._planes(path, synth)
        made = np.zeros((*planes.shape[:3], planes.shape[3] // 2), np.int64)
        for channel in range(made.shape[3]):
            at = self.places(planes, made, channel).ravel()
            parts = [stack.pop(self.rows[at[i : i + PART]]) for i in range(0, at.size, PART)]
            made[..., channel] = np.concatenate(parts).reshape(made.shape[:3])
        return made.astype(np.uint8)

    def bits(self, x: Values, path: Ints, synth: Synth) -> float:
        """-log2 p of frames (T, H, W, C): what `push` takes, up to the coder's rounding."""
        planes, given = self._planes(path, synth), x.astype(np.int64)
        chosen = (
            self.rows[self.places(planes, given, channel), given[..., channel]]
            for channel in range(x.shape[3])
        )
        return sum(float((16 - np.log2(one)).sum()) for one in chosen)

    def places(self, planes: Ints, x: Ints, channel: int) -> Ints:
        """Rows (T, H, W) of the law of a channel, those before it being known of x (T, H, W, C)."""
        count = x.shape[3]
        bright = planes[..., channel]
        for before in range(channel):
            off = ((x[..., before] << 16) + 127) // 255 - planes[..., before]
            bright = bright + (self.lean[channel, before] * off >> 16)
        level = (clamp(bright, 0, ONE) * (BRIGHTS - 1) + ONE // 2) >> 16
        doubt = (clamp(planes[..., count + channel], 0, ONE) * (DOUBTS - 1) + ONE // 2) >> 16
        return level * DOUBTS + doubt

    def _planes(self, path: Ints, synth: Synth) -> Ints:
        if path.shape[1]:
            return synth.draw(path)
        return np.broadcast_to(self.blank, (len(path), *self.blank.shape))


def law_rows(weights: Weights) -> Ints:
    """Frequencies (BRIGHTS * DOUBTS, 256) of the twin of `PixelLaw`, level after level."""
    level, doubt = np.divmod(np.arange(BRIGHTS * DOUBTS), DOUBTS)
    seen = np.stack([_spread(level, BRIGHTS), _spread(doubt, DOUBTS)], axis=1)
    for i in (0, 2):
        seen = silu(dense(weights, f"pixels.net.{i}")(seen))
    said = dense(weights, "pixels.net.4")(seen)
    parts = (said.shape[1] - 2) // 3
    share = sigmoid(said[:, 2 * parts :]).astype(np.int64) + _LEAST
    mean = (255 * ONE * level // (BRIGHTS - 1))[:, None]
    mean = mean + (tanh(said[:, :parts]).astype(np.int64) * 128 >> PLACES - 16)
    wide = sigmoid(said[:, parts : 2 * parts]).astype(np.int64)
    wide = (wide * wide >> PLACES) * wide >> PLACES
    scale = _NARROWEST + (_WIDEST * wide >> PLACES)
    edges = (np.arange(1, LEVELS) << 16) - ONE // 2
    below = share[:, parts, None] * CERTAIN
    for k in range(parts):
        far = ((edges - mean[:, k, None]) << 16) // scale[:, k, None]
        below = below + share[:, k, None] * logistic_cdf(far)
    return tables.share(below // share.sum(axis=1)[:, None])


def _spread(at: Ints, count: int) -> Floats:
    """Entry 0 to count - 1 as an activation in [-1, 1]."""
    return ((2 * at * UNIT + (count - 1) // 2) // (count - 1) - UNIT).astype(np.float64)
