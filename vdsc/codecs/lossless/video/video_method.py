"""The video model as one method of the lossless codec: pictures of 8 bits, grey or in colour."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import ThreadpoolController

from vdsc.codecs.lossless import footprint
from vdsc.codecs.lossless.video import video_stream as stream
from vdsc.codecs.lossless.video.video_clip import Weights
from vdsc.codecs.lossless.video.video_stream import VideoState
from vdsc.core.sequence import Outline
from vdsc.model.store import Checkpoint

SIDE = 8
"""A picture has at least so many rows and columns ..."""

PIXELS = 1 << 24
"""... and at most so many pixels: a few bytes may say a whole frame, which must fit in memory."""

Values = NDArray[Any]
Shape = tuple[int, ...]


class Video:
    """Codes chunks of uint8 frames (n, H, W), (n, H, W, 1 or 3) or (n, 1 or 3, H, W).

    Its tensors are read, and their hash checked, when the first such chunk comes.
    """

    name = "video"

    def __init__(self, checkpoint: Checkpoint, memlimit: int | None = None) -> None:
        self.checkpoint, self._memlimit = checkpoint, memlimit

    def start(self, outline: Outline) -> Any:
        """No chunk yet; None for values that are no pictures."""
        frame = _upright(outline.shape[1:])
        return () if frame and np.dtype(outline.dtype) == np.uint8 else None

    def encode(self, values: Values, state: Any) -> tuple[bytes, VideoState]:
        """Payload of values (n, ...), and the state after them."""
        frame = _upright(values.shape[1:])
        assert frame is not None
        footprint.check(footprint.video(values.shape, *frame[:2]), self._memlimit)
        turned = np.moveaxis(values, 1, -1) if _planar(values.shape[1:]) else values
        with _one_thread():
            frames = np.ascontiguousarray(turned).reshape(len(values), *frame)
            return stream.encode(frames, self._weights(), state or None)

    def decode(
        self, payload: bytes, shape: Shape, dtype: np.dtype[Any], state: Any
    ) -> tuple[Values, VideoState]:
        """Values of this shape and type, and the state after them; raises CorruptFile."""
        frame = _upright(shape[1:])
        assert frame is not None
        footprint.check(footprint.video(shape, *frame[:2]), self._memlimit)
        with _one_thread():
            made, after = stream.decode(payload, (shape[0], *frame), self._weights(), state or None)
        turned = np.moveaxis(made, -1, 1) if _planar(shape[1:]) else made
        return np.ascontiguousarray(turned).reshape(shape), after

    def _weights(self) -> Weights:
        return self.checkpoint.tensors[0]


def _upright(frame: Shape) -> Shape | None:
    """(H, W, C) of a frame of pictures, or None if it is none."""
    size = (*frame[1:], frame[0]) if _planar(frame) else frame if len(frame) == 3 else (*frame, 1)
    if len(size) != 3 or size[2] not in {1, 3} or min(size[:2]) < SIDE:
        return None
    return size if size[0] * size[1] <= PIXELS else None


def _planar(frame: Shape) -> bool:
    """Whether the channels come first."""
    return len(frame) == 3 and frame[0] in {1, 3} and frame[2] not in {1, 3}


@cache
def _libraries() -> ThreadpoolController:
    return ThreadpoolController()


def _one_thread() -> Any:
    """One thread for matrix products: theirs are so small that more would wait for each other."""
    return _libraries().limit(limits=1, user_api="blas")
