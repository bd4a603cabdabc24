"""Frames between what a sequence holds and what the networks see."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from vdsc.errors import InvalidInput

if TYPE_CHECKING:
    from vdsc.core.sequence import Outline, Times
    from vdsc.model.path_model import PathModel

Frames = NDArray[np.generic]
Units = NDArray[np.float32]
WILDEST = 2.0**20  # network units: training data lies within a few
SLOWEST = 8  # ticks between frames that the networks are told of
HALF_FLOAT = 65504  # the largest float16


def seen(networks: PathModel, frames: Frames, begin: int, last: Units | None) -> Units:
    """Frames (T, ...) in network units; `last` is the frame before, `begin` the first's number.

    Raises InvalidInput, with the index of the first, for values that no data of the kind reaches.
    """
    with np.errstate(over="ignore"):
        x = networks.frames.to_network(frames.reshape(-1, *networks.config.frame), last)
    wild = np.argwhere(~(np.abs(x) <= WILDEST))
    if wild.size:
        frame, *rest = wild[0].tolist()
        where = ", ".join(map(str, (begin + frame, *rest)))
        raise InvalidInput(f"the value at [{where}] is far beyond what the model knows; scale it")
    return x


def held(drawn: Frames, outline: Outline) -> Frames:
    """Frames as a sequence of this outline holds them; none grows to infinity on the way."""
    native = outline.dtype.newbyteorder("=")
    if native == np.float16:
        drawn = np.clip(drawn.astype(np.float32), -HALF_FLOAT, HALF_FLOAT)
    return drawn.reshape(len(drawn), *outline.shape[1:]).astype(native)


def paced(seconds: Times, fps: float) -> Times:
    """Times (T,) in which no gap is longer than the networks' clock is to tick through."""
    steps, most = np.diff(seconds), SLOWEST / fps
    if not (steps > most).any():
        return seconds
    return np.concatenate([np.zeros(1), np.cumsum(np.minimum(steps, most))])
