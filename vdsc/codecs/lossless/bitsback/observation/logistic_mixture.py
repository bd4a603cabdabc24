"""The paper's p(x | z): pixels independent given the frame, a mixture of discretised logistics."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from vdsc.core.fixed import ONE
from vdsc.core.types import Ints
from vdsc.entropy import BitStack
from vdsc.entropy import frequencies as tables
from vdsc.quant.normal import logistic_cdf
from vdsc.twin.layers import UNIT, Floats
from vdsc.twin.synthesis import Synth

LEVELS = 256
"""Values of a pixel, and of the synthesised frame as the law sees it."""


PART = 1 << 12
"""Pixels whose rows are made at once, so that memory stays small."""


@dataclass(frozen=True)
class Logistics:
    """Pixels uint8 under w L(m, s) + (256 - w) L(m, wide) + a floor, m the synthesised pixel.

    narrow, wide: scales in Q8 of a grey level; weight: w of 256. The three are fitted on training
    data and travel with the file.
    """

    narrow: int
    wide: int
    weight: int

    @cached_property
    def rows(self) -> Ints:
        """Frequencies (256, 256) of a pixel for each rounded level of the synthesised one."""
        edges = (np.arange(1, LEVELS) << 16) - ONE // 2
        off = edges - (np.arange(LEVELS)[:, None] << 16)
        near, far = (logistic_cdf((off << 8) // scale) for scale in (self.narrow, self.wide))
        mixed: Ints = tables.share((near * self.weight + far * (LEVELS - self.weight)) >> 8)
        return mixed

    def units(self, x: NDArray[np.generic]) -> Floats:
        """Pixels as activations in [0, 1]."""
        return unit_pixels(x)

    def push(self, stack: BitStack, x: NDArray[np.generic], path: Ints, synth: Synth) -> None:
        """Push frames (T, H, W, C)."""
        given, drawn = x.reshape(-1).astype(np.int64), levels(synth.draw(path)).reshape(-1)
        for at in range((drawn.size - 1) // PART * PART, -1, -PART):
            stack.push(given[at : at + PART], self.rows[drawn[at : at + PART]])

    def pop(self, stack: BitStack, path: Ints, synth: Synth) -> NDArray[np.generic]:
        """Pop frames (T, H, W, C) uint8."""
        drawn = levels(synth.draw(path))
        flat = drawn.reshape(-1)
        parts = [stack.pop(self.rows[flat[at : at + PART]]) for at in range(0, flat.size, PART)]
        return np.concatenate(parts).astype(np.uint8).reshape(drawn.shape)


def unit_pixels(x: NDArray[np.generic]) -> Floats:
    """uint8 pixels as activations in [0, 1], rounded half up."""
    return ((x.astype(np.int64) * UNIT + 127) // 255).astype(np.float64)


def levels(drawn: Ints) -> Ints:
    """Synthesised pixels Q16 in [0, 1] as grey levels 0 to 255."""
    return (drawn * 255 + ONE // 2) >> 16
