"""Whether frames are coded by compiled loops: where numba is installed, and once they pay."""

from __future__ import annotations

from math import prod
from typing import Any

from vdsc.core.loop_choice import LoopChoice

CHANNELS = 1 << 14
"""Frames of more channels are left to NumPy, which needs less memory for them."""

_FRAME, _VALUE = 1.2e-3, 1.5e-5  # seconds that NumPy takes, about, for a round and for a value


class Choice(LoopChoice):
    """How frames are coded in this process."""

    def __init__(self) -> None:
        super().__init__("vdsc.codecs.lossless.arrays.compiled.frame_coding")

    def coding(self, shape: tuple[int, ...], rounds: int) -> Any:
        """The module that codes frames of this shape (T, D) by loops, or None to leave it to NumPy.

        It has `push` and `pop`, which keep the promises of those in `rank_frames.py`.
        """
        if not 0 < shape[1] <= CHANNELS:
            return None
        return self.loops(_FRAME * shape[0] * (1 + rounds) + _VALUE * prod(shape))


CHOICE = Choice()
"""That of this process."""
