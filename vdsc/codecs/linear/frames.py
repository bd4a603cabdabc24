"""From the path of a chunk to its frames in the type of the file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from vdsc.codecs.linear.bridged_path import Path
from vdsc.codecs.linear.whole_turns import TURN, Turns
from vdsc.core.sequence import Outline, Times
from vdsc.core.types import Floats, Values


@dataclass(frozen=True, eq=False)
class Chunk:
    """A decoded chunk: the times of its frames, its path, and its turns where it has them."""

    seconds: Times
    path: Path
    turns: Turns | None

    def frames(self, times: Times, outline: Outline) -> Values:
        """Frames (Q, ...) at rising times (Q,), each by its own time alone."""
        channels = self.path.at(times)
        if self.turns is not None:
            frame = np.maximum(np.searchsorted(self.seconds, times, side="right") - 1, 0)
            channels += TURN * self.turns.at(frame)
        return held(channels, outline)


def held(channels: Floats, outline: Outline) -> Values:
    """Channels (Q, C) as the nearest finite values of the file's type, in native byte order."""
    dtype: np.dtype[Any] = outline.dtype.newbyteorder("=")
    shape = (len(channels), *outline.shape[1:])
    if dtype.kind == "f":
        ends = np.finfo(dtype)
        return np.clip(channels, ends.min, ends.max).astype(dtype).reshape(shape)
    info = np.iinfo(dtype)
    least, most = float(info.min), float(info.max)  # of 64 bits, most is one too many
    made = np.full(channels.shape, info.max, dtype=dtype)
    fits = channels < most
    made[fits] = np.maximum(np.rint(channels[fits]), least).astype(dtype)
    return made.reshape(shape)
