"""A clip as it is coded: its decoded past, its networks, and a coder to write to or read from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vdsc.codecs.lossless.video import palette
from vdsc.codecs.lossless.video.frame import FrameCoder
from vdsc.codecs.lossless.video.grey_layers import LayerPast
from vdsc.codecs.lossless.video.learning_network import Network
from vdsc.codecs.lossless.video.passes import MARGIN, PASSES, Levels, padded
from vdsc.codecs.lossless.video.past import BlockPast, SymbolCoder
from vdsc.core.types import Ints
from vdsc.entropy.stack import BitStack

_SURE = (1 << 16) - 2

Weights = Mapping[str, NDArray[Any]]


class SymbolWriter:
    """Keeps what it is given, to be pushed last first."""

    def __init__(self) -> None:
        self._kept: list[tuple[NDArray[np.uint16], NDArray[np.uint16]]] = []

    def code(self, rows: Ints, symbols: Ints | None) -> Ints:
        """Keep symbols (N,) and their rows (N, J)."""
        assert symbols is not None
        self._kept.append((rows.astype(np.uint16), symbols.astype(np.uint16)))
        return symbols

    def push(self, stack: BitStack) -> None:
        """Push everything, so that what came first is popped first, and forget it."""
        while self._kept:
            rows, symbols = self._kept.pop()
            stack.push(symbols.astype(np.int64), rows.astype(np.int64))


class SymbolReader:
    """Pops what a `SymbolWriter` pushed."""

    def __init__(self, stack: BitStack) -> None:
        self.stack = stack

    def code(self, rows: Ints, symbols: Ints | None) -> Ints:
        """Pop symbols (N,) under rows (N, J)."""
        return self.stack.pop(rows)


class VideoClip:
    """Codes one frame after another; the networks learn on the way.

    Args:
        shape: (H, W, C) of a frame.
        colours: what values can occur.
        weights: "<pass>.<layer>" (`Network`).
    """

    def __init__(self, shape: tuple[int, ...], colours: palette.Palette, weights: Weights) -> None:
        self.colours = colours
        self._shape = shape
        networks = [Network(below(weights, f"{number}.")) for number in range(PASSES)]
        self._coder = FrameCoder(networks, shape)
        self._past = BlockPast(shape) if shape[2] == 3 else LayerPast(shape)
        self._same = np.array([1, 1])

    def code(self, coder: SymbolCoder, frame: Levels | None) -> Levels:
        """Code the next frame (H, W, C), or None when decoding; return it."""
        planes = self._past.planes(coder, frame)
        if self._repeats(coder, planes[0], frame):
            self._past.keep(planes[0])
            return planes[0]
        flat = None if frame is None else padded(frame)
        decoded = self._coder.code(coder, self.colours, [padded(plane) for plane in planes], flat)
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

    def _repeats(self, coder: SymbolCoder, plane: Levels, frame: Levels | None) -> bool:
        """Whether the next frame is exactly its first prediction: one cheap symbol."""
        share = (_SURE * int(self._same[1]) // int(self._same.sum())) + 1
        truth = None if frame is None else np.array([int(np.array_equal(plane, frame))])
        said = int(coder.code(np.array([[(1 << 16) - share, share]]), truth)[0])
        self._same[said] += 1
        return bool(said)


def below(weights: Weights, prefix: str) -> Weights:
    """The weights whose names begin with a prefix, without it."""
    return {name[len(prefix) :]: w for name, w in weights.items() if name.startswith(prefix)}
