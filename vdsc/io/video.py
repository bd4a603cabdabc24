"""`.mp4` and `.gif` for looking at: lossy; `.npy` keeps the exact pixels."""

from __future__ import annotations

import io
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise
from tempfile import TemporaryFile
from typing import Any, BinaryIO

import imageio.v3 as iio
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from vdsc.core.meta import Meta
from vdsc.core.sequence import Outline
from vdsc.errors import InvalidInput

Pixels = NDArray[np.uint8]
MP4_SLOWEST, MP4_FASTEST = Fraction(1, 65535), 1000
GIF_SLOWEST, GIF_FASTEST = Fraction(100, 65535), 50
"""Frames per second: a .gif counts the hundredths of a second of a frame in 16 bits."""

MP4_SIDE, GIF_SIDE = 16384, 65535
"""Pixels."""


class Patient(io.RawIOBase):
    """Passes bytes to a stream; the first failure waits in `error`, for FFmpeg loses exceptions."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self.error: OSError | None = None

    def write(self, data: Any, /) -> int:
        """See io.RawIOBase; after a failure nothing is written."""
        self._guarded(lambda: self._stream.write(data))
        return len(data)

    def seek(self, offset: int, whence: int = 0, /) -> int:
        """See io.RawIOBase."""
        return self._guarded(lambda: self._stream.seek(offset, whence))

    def tell(self) -> int:
        """See io.RawIOBase."""
        return self._guarded(self._stream.tell)

    def writable(self) -> bool:
        """See io.RawIOBase."""
        return True

    def seekable(self) -> bool:
        """See io.RawIOBase."""
        return True

    def settle(self) -> None:
        """Raise the failure that waits, if there is one."""
        if self.error is not None:
            raise self.error

    def _guarded(self, act: Callable[[], int]) -> int:
        if self.error is None:
            try:
                return act()
            except OSError as error:
                self.error = error
        return 0


@dataclass(frozen=True, slots=True)
class Mp4Sink:
    """Encodes each frame with H.264 as it comes."""

    writer: Any
    stream: Patient

    def write(self, frames: NDArray[np.generic]) -> None:
        """Append `frames` (n, H, W[, C]) uint8; odd sides are padded by one repeated pixel."""
        for frame in as_rgb(frames):
            height, width, _ = frame.shape
            padding = ((0, height % 2), (0, width % 2), (0, 0))
            self.writer.write_frame(np.pad(frame, padding, mode="edge"))
            self.stream.settle()


@contextmanager
def mp4_sink(stream: BinaryIO, outline: Outline, meta: Meta | None = None) -> Iterator[Mp4Sink]:
    """Sink of uint8 video (T, H, W[, C]) at its mean rate.

    The rate in the file is the nearest ratio with a denominator of at most 65535. Raises
    InvalidInput below 1/65535 and above 1000 frames per second.
    """
    check_video(outline.shape, outline.dtype, MP4_SIDE, ".mp4")
    fps = outline.mean_rate
    if not MP4_SLOWEST <= fps <= MP4_FASTEST:
        words = f"an .mp4 has 1/65535 to {MP4_FASTEST} frames per second, not {float(fps):g}"
        raise InvalidInput(f"{words}; ask for another --fps, or write .npy")
    with ExitStack() as stack:
        # FFmpeg goes back to mend its index, which a pipe or a device does not allow.
        seekable = stream if stream.seekable() else stack.enter_context(TemporaryFile())
        patient = Patient(seekable)
        # The container is named because the stream's own name, a temporary one, does not tell it.
        options: Any = {"plugin": "pyav", "extension": ".mp4", "container": "mp4"}
        writer: Any  # imageio types the plugin as its base, which knows no streams
        with iio.imopen(patient, "w", **options) as writer:
            writer.init_video_stream("libx264", fps=float(fps), pixel_format="yuv420p")
            yield Mp4Sink(writer, patient)
        patient.settle()
        if seekable is not stream:
            seekable.seek(0)
            shutil.copyfileobj(seekable, stream)


@dataclass(frozen=True, slots=True)
class GifSink:
    """Collects frames; the format's palettes are made when all are there."""

    frames: list[Pixels] = field(default_factory=list)

    def write(self, frames: NDArray[np.generic]) -> None:
        """Append `frames` (n, H, W[, C]) uint8; they are held in memory."""
        self.frames.extend(as_rgb(frames))


@contextmanager
def gif_sink(stream: BinaryIO, outline: Outline, meta: Meta | None = None) -> Iterator[GifSink]:
    """Sink of uint8 video (T, H, W[, C]) at its mean rate.

    Raises InvalidInput above 50 frames per second, and for frames of more than 655.35 seconds.
    """
    check_video(outline.shape, outline.dtype, GIF_SIDE, ".gif")
    fps = outline.mean_rate
    if not GIF_SLOWEST <= fps <= GIF_FASTEST:
        words = f"a .gif has 1/655 to {GIF_FASTEST} frames per second, not {float(fps):g}"
        raise InvalidInput(f"{words}; ask for another --fps, or write .mp4 or .npy")
    sink = GifSink()
    yield sink
    stream.write(_gif(sink.frames, frame_durations(len(sink.frames), fps)))


def _gif(frames: list[Pixels], durations: list[int]) -> bytes:
    """Return an endless GIF of frames (H, W, 3) that last so many milliseconds each."""
    first, *others = map(Image.fromarray, frames)
    # Pillow wants a number where there is one frame.
    options: Any = {"duration": durations if others else durations[0], "loop": 0}
    written = io.BytesIO()
    try:
        first.save(written, "GIF", save_all=True, append_images=others, **options)
    except OverflowError:  # Pillow makes one of frames that look the same, and adds their times
        words = "a .gif shows a picture for 655 seconds at most, and this one stands still longer"
        raise InvalidInput(f"{words}; write .mp4 or .npy") from None
    return written.getvalue()


def frame_durations(frames: int, fps: Fraction) -> list[int]:
    """Milliseconds of each frame at 50 frames a second or fewer: multiples of 10 that add up."""
    ends = [round(100 * i / fps) for i in range(frames + 1)]
    return [10 * (end - begin) for begin, end in pairwise(ends)]


def check_video(
    shape: tuple[int, ...], dtype: np.dtype[np.generic], side: int, suffix: str
) -> None:
    """Raise InvalidInput unless this is grey or RGB uint8 video whose sides a file can have."""
    grey = len(shape) == 3 or (len(shape) == 4 and shape[3] == 1)
    if dtype != np.uint8 or not (grey or (len(shape) == 4 and shape[3] == 3)):
        raise InvalidInput(f"{dtype.name} {shape} is not grey or RGB video; write it to .npy")
    if max(shape[1:3]) > side:
        words = f"{shape[1]} x {shape[2]} pixels are more than the {side} a side of {suffix}"
        raise InvalidInput(f"{words}; write it to .npy")


def as_rgb(frames: NDArray[np.generic]) -> Pixels:
    """`frames` (n, H, W[, C]) uint8 as (n, H, W, 3)."""
    pixels = np.asarray(frames, dtype=np.uint8)
    pixels = pixels.reshape(*pixels.shape[:3], -1)
    return np.ascontiguousarray(np.broadcast_to(pixels, (*pixels.shape[:3], 3)))
