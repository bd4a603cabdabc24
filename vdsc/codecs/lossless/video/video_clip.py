"""A clip as it is coded: its decoded past, its networks, and a tape to write to or read from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vdsc.codecs.lossless.video import palette
from vdsc.codecs.lossless.video.frame import FrameCoder, Manner
from vdsc.codecs.lossless.video.grey_layers import LayerPast
from vdsc.codecs.lossless.video.learning_network import Network
from vdsc.codecs.lossless.video.passes import MARGIN, PASSES, Levels, padded
from vdsc.codecs.lossless.video.past import BlockPast
from vdsc.entropy.tape import Tape

_SURE = (1 << 16) - 2

Weights = Mapping[str, NDArray[Any]]


class VideoClip:
    """Codes one frame after another; the networks learn on the way.

    Args:
        shape: (H, W, C) of a frame.
        colours: what values can occur.
        weights: "<pass>.<layer>" (`Network`).
        manner: how frames are coded.
    """

    def __init__(
        self, shape: tuple[int, ...], colours: palette.Palette, weights: Weights, manner: Manner
    ) -> None:
        self.colours = colours
        self._shape = shape
        networks = [Network(below(weights, f"{number}.")) for number in range(PASSES)]
        self._coder = FrameCoder(networks, shape, manner)
        self._past = BlockPast(shape) if shape[2] == 3 else LayerPast(shape)
        self._same = np.array([1, 1])

    def code(self, tape: Tape, frame: Levels | None) -> Levels:
        """Code the next frame (H, W, C), or None when decoding; return it."""
        planes = self._past.planes(tape, frame)
        if self._repeats(tape, planes[0], frame):
            self._past.keep(planes[0])
            return planes[0]
        flat = None if frame is None else padded(frame)
        decoded = self._coder.code(tape, self.colours, [padded(plane) for plane in planes], flat)
        height, width, channels = self._shape
        wide = decoded.reshape(height + 2 * MARGIN, width + 2 * MARGIN, channels)
        now = wide[MARGIN:-MARGIN, MARGIN:-MARGIN]
        self._past.keep(now)
        return now

    def seek(self, frames: Levels) -> None:
        """Begin to seek the motion of the frames (n, H, W, C) that are encoded next."""
        if isinstance(self._past, BlockPast):
            self._past.seek(frames)

    def settle(self) -> None:
        """Wait for what is still being learned; a film that is copied must be settled."""
        self._coder.settle()

    def _repeats(self, tape: Tape, plane: Levels, frame: Levels | None) -> bool:
        """Whether the next frame is exactly its first prediction: one cheap symbol."""
        share = (_SURE * int(self._same[1]) // int(self._same.sum())) + 1
        truth = None if frame is None else np.array([int(np.array_equal(plane, frame))])
        said = int(tape.rows(truth, np.array([[(1 << 16) - share, share]]))[0])
        self._same[said] += 1
        return bool(said)


def below(weights: Weights, prefix: str) -> Weights:
    """The weights whose names begin with a prefix, without it."""
    return {name[len(prefix) :]: w for name, w in weights.items() if name.startswith(prefix)}
