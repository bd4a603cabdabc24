"""From the path of a chunk to its frames in the type of the file."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vdsc.codecs.linear.bridged_path import Path
from vdsc.codecs.linear.whole_turns import TURN, Turns
from vdsc.core.sequence import Outline, Times
from vdsc.core.types import Values
from vdsc.quant.held import held


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
        return held(channels, outline.dtype).reshape(len(channels), *outline.shape[1:])
