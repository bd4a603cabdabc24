"""`.mp4` and `.gif` for looking at: lossy, through imageio; `.npy` keeps the exact pixels."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise
from typing import Any, BinaryIO

import imageio.v3 as iio
import numpy as np
from numpy.typing import NDArray

from vdsc.errors import InvalidInput

Pixels = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Mp4Sink:
    """Encodes each frame with H.264 as it comes."""

    writer: Any

    def write(self, frames: NDArray[np.generic]) -> None:
        """Append `frames` (n, H, W[, C]) uint8; odd sides are padded by one repeated pixel."""
        for frame in as_rgb(frames):
            height, width, _ = frame.shape
            padding = ((0, height % 2), (0, width % 2), (0, 0))
            self.writer.write_frame(np.pad(frame, padding, mode="edge"))


@contextmanager
def mp4_sink(
    stream: BinaryIO, shape: tuple[int, ...], dtype: np.dtype[np.generic], fps: Fraction
) -> Iterator[Mp4Sink]:
    """Sink of uint8 video (T, H, W[, C]) at `fps` frames per second."""
    check_video(shape, dtype)
    # The container is named because the stream's own name, a temporary one, does not tell it.
    options: Any = {"plugin": "pyav", "extension": ".mp4", "container": "mp4"}
    writer: Any  # imageio types the plugin as its base, which knows no streams
    with iio.imopen(stream, "w", **options) as writer:
        writer.init_video_stream("libx264", fps=float(fps), pixel_format="yuv420p")
        yield Mp4Sink(writer)


@dataclass(frozen=True, slots=True)
class GifSink:
    """Collects frames; the format's palettes are made when all are there."""

    frames: list[Pixels] = field(default_factory=list)

    def write(self, frames: NDArray[np.generic]) -> None:
        """Append `frames` (n, H, W[, C]) uint8; they are held in memory."""
        self.frames.extend(as_rgb(frames))


@contextmanager
def gif_sink(
    stream: BinaryIO, shape: tuple[int, ...], dtype: np.dtype[np.generic], fps: Fraction
) -> Iterator[GifSink]:
    """Sink of uint8 video (T, H, W[, C]) at `fps`, played at no more than 50 frames a second."""
    check_video(shape, dtype)
    sink = GifSink()
    yield sink
    durations = frame_durations(len(sink.frames), fps)
    # Pillow wants a number where there is one frame.
    options: Any = {"duration": durations if len(durations) > 1 else durations[0], "loop": 0}
    stream.write(iio.imwrite("<bytes>", sink.frames, extension=".gif", plugin="pillow", **options))


def frame_durations(frames: int, fps: Fraction) -> list[int]:
    """Milliseconds of each frame: multiples of 10, at least 20, that keep the clip's length."""
    ends = [round(100 * i / fps) for i in range(frames + 1)]
    return [max(20, 10 * (end - begin)) for begin, end in pairwise(ends)]


def check_video(shape: tuple[int, ...], dtype: np.dtype[np.generic]) -> None:
    """Raise InvalidInput unless this is grey or RGB uint8 video."""
    grey = len(shape) == 3 or (len(shape) == 4 and shape[3] == 1)
    if dtype != np.uint8 or not (grey or (len(shape) == 4 and shape[3] == 3)):
        raise InvalidInput(f"{dtype.name} {shape} is not grey or RGB video; write it to .npy")


def as_rgb(frames: NDArray[np.generic]) -> Pixels:
    """`frames` (n, H, W[, C]) uint8 as (n, H, W, 3)."""
    pixels = np.asarray(frames, dtype=np.uint8)
    pixels = pixels.reshape(*pixels.shape[:3], -1)
    return np.ascontiguousarray(np.broadcast_to(pixels, (*pixels.shape[:3], 3)))
