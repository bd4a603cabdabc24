"""`.gif` for looking at: 256 colours; `.npy` keeps the exact pixels."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from vdsc.core.meta import Meta
from vdsc.core.sequence import Clock, Outline
from vdsc.errors import InvalidInput
from vdsc.io.pixels import SEEN, Pixels, as_rgb, check_video

GIF_SLOWEST, GIF_FASTEST = Fraction(100, 65535), 50
"""Frames per second: a .gif counts the hundredths of a second of a frame in 16 bits."""

FASTEST_MS, SLOWEST_MS = 20, 655350
GIF_SIDE = 65535  # pixels


@dataclass(frozen=True, slots=True)
class GifSink:
    """Collects frames; the format's palettes are made when all are there."""

    frames: list[Pixels] = field(default_factory=list)

    def write(self, frames: NDArray[np.generic]) -> None:
        """Append `frames` (n, H, W[, C]) uint8; they are held in memory."""
        self.frames.extend(as_rgb(frames))


@contextmanager
def gif_sink(stream: BinaryIO, outline: Outline, meta: Meta | None = None) -> Iterator[GifSink]:
    """Sink of uint8 video (T, H, W[, C]) at its rate, or at listed times.

    Raises InvalidInput above 50 frames per second, and for frames of more than 655.35 seconds.
    """
    check_video(outline, SEEN, GIF_SIDE, ".gif")
    fps = outline.mean_rate
    if not GIF_SLOWEST <= fps <= GIF_FASTEST:
        words = f"a .gif has 1/655 to {GIF_FASTEST} frames per second, not {float(fps):g}"
        raise InvalidInput(f"{words}; ask for another --fps, or write .mp4 or .npy")
    sink = GifSink()
    yield sink
    stream.write(_gif(sink.frames, _durations(outline.clock, len(sink.frames), fps)))


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


def _durations(clock: Clock, frames: int, fps: Fraction) -> list[int]:
    """Milliseconds of each frame; where times are listed, the last one lasts as long as the mean.

    Raises InvalidInput for frames that follow faster than a .gif can show.
    """
    if clock.times is None or frames == 1:
        return frame_durations(frames, fps)
    ends = np.rint(100 * (clock.times - clock.times[0])).astype(int).tolist()
    ends.append(ends[-1] + max(round(100 / fps), 2))
    lasts = [10 * (end - begin) for begin, end in pairwise(ends)]
    if not FASTEST_MS <= min(lasts) <= max(lasts) <= SLOWEST_MS:
        words = "frames of a .gif last 0.02 to 655.35 seconds, and some here do not"
        raise InvalidInput(f"{words}; ask for another --fps, or write .mp4 or .npy")
    return lasts


def frame_durations(frames: int, fps: Fraction) -> list[int]:
    """Milliseconds of each frame at 50 frames a second or fewer: multiples of 10 that add up."""
    ends = [round(100 * i / fps) for i in range(frames + 1)]
    return [10 * (end - begin) for begin, end in pairwise(ends)]
