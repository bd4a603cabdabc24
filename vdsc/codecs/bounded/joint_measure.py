"""What is known of a skeleton's motion before its first frame is coded."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import Self

import numpy as np

from vdsc.codecs.bounded.bounded_params import VALUES
from vdsc.codecs.bounded.extremes import Extremes
from vdsc.codecs.windows import apart
from vdsc.core.skin import Skin
from vdsc.core.types import Floats, Ints
from vdsc.io.source import Source

SAMPLE = 2048
"""Frames that are looked at together."""

FEW = 24
"""Frames on which it is measured what channels move."""


@dataclass(frozen=True, eq=False)
class Measured:
    """How many frames a motion has, from where to where, and some of them (n, C), unwound.

    plain: how far a unit of each channel (C,) moves the point that it moves most; 0 for those that
    stand still. middle: near which angles (C,) are unwound.
    """

    skin: Skin
    frames: int
    extremes: Extremes
    some: Floats
    plain: Floats
    middle: Floats

    @classmethod
    def of(cls, source: Source, skin: Skin) -> Self:
        """Look at a source twice; raises InvalidInput for what is no finite number."""
        extremes, frames = Extremes.of(source), source.shape[0]
        every, parts, middle = -(-frames // SAMPLE), [], None
        for begin, end in apart(frames, max(1, VALUES // prod(source.shape[1:]))):
            wound = unwound(source.read(begin, end).astype(np.float64), skin, middle)
            middle = wound.mean(axis=0) if middle is None else middle
            parts.append(wound[::every])
        assert middle is not None
        some = np.concatenate(parts)
        size = np.square(skin.derivative(few(some)))
        most = size.reshape(len(size), -1, 3, size.shape[2]).sum(axis=2).max(axis=1)
        moving = extremes.least != extremes.largest
        plain = np.where(moving, np.sqrt(most.mean(axis=0)), 0)
        return cls(skin, frames, extremes, some, plain, middle)

    @property
    def live(self) -> Ints:
        """Channels (L,) that do not stand still."""
        return np.flatnonzero(self.plain)

    def unwound(self, frames: Floats) -> Floats:
        """Frames (n, C) of one chunk, as `some` are."""
        return unwound(frames, self.skin, self.middle)


def few(frames: Floats) -> Floats:
    """A few of frames (n, C), of all parts."""
    return frames[np.unique(np.linspace(0, len(frames) - 1, FEW).astype(np.int64))]


def unwound(frames: Floats, skin: Skin, middle: Floats | None) -> Floats:
    """Frames (n, C) whose angles never step by more than half a turn, on average near a middle."""
    turning, made = skin.turning, frames.copy()
    made[:, turning] = np.unwrap(frames[:, turning], axis=0, period=360)
    if middle is not None:
        made[:, turning] += 360 * np.rint((middle - made.mean(axis=0))[turning] / 360)
    return made
