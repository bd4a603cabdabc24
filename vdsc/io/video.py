"""`.mp4`, `.mov` and `.webm` for looking at, which lose a little, and `.mkv`, which is exact."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from itertools import count
from tempfile import TemporaryFile
from typing import Any, BinaryIO

import av
import numpy as np
from numpy.typing import NDArray

from vdsc.core.meta import Meta
from vdsc.core.sequence import Outline, Times
from vdsc.errors import InvalidInput
from vdsc.io.patient import Patient
from vdsc.io.pixels import EVERY, SEEN, Kinds, check_video
from vdsc.io.video_pixels import FORMATS

SLOWEST, FASTEST = Fraction(1, 65535), 1000
"""Frames per second."""

SIDE = 16384  # pixels
TICKS = 90000
"""Ticks a second of listed times."""

YUV = {"grey": "yuv420p", "RGB": "yuv420p", "RGBA": "yuva420p"}
EXACT = {("RGB", 8): "bgr0", ("RGBA", 8): "bgra"}
"""Where FFV1 has another name for pixels than the one that they come in."""


@dataclass(frozen=True, slots=True)
class Way:
    """How a kind of file keeps video: its muxer and encoder, the pixels that it takes.

    even: whether sides must be even; odd ones are then padded by one repeated pixel.
    """

    suffix: str
    muxer: str
    encoder: str
    kinds: Kinds = SEEN
    even: bool = False
    options: tuple[tuple[str, str], ...] = ()


MP4 = Way(".mp4", "mp4", "libx264", even=True)
MOV = Way(".mov", "mov", "libx264", even=True)
MKV = Way(".mkv", "matroska", "ffv1", EVERY, options=(("level", "3"), ("slicecrc", "1")))
WEBM = Way(
    ".webm", "webm", "libvpx-vp9", (*SEEN, ("RGBA", 8)),
    options=(("crf", "24"), ("b", "0"), ("cpu-used", "4")),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class FilmSink:
    """Encodes each frame as it comes; `stamps` gives the ticks of one after the other."""

    container: Any
    stream: Any
    target: Patient
    pixels: str
    even: bool
    tick: Fraction
    stamps: Iterator[int]

    def write(self, frames: NDArray[np.generic]) -> None:
        """Append `frames` (n, H, W[, C])."""
        for frame in frames:
            self._put(frame[..., 0] if frame.shape[2:] == (1,) else frame)
            self.target.settle()

    def _put(self, values: NDArray[np.generic]) -> None:
        if self.even:
            padding = ((0, len(values) % 2), (0, values.shape[1] % 2), (0, 0))[: values.ndim]
            values = np.pad(values, padding, mode="edge")
        frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(values), format=self.pixels)
        frame.pts, frame.time_base = next(self.stamps), self.tick
        self.container.mux(self.stream.encode(frame))


@contextmanager
def _film_sink(
    stream: BinaryIO, outline: Outline, meta: Meta | None = None, *, way: Way
) -> Iterator[FilmSink]:
    """Sink of video (T, H, W[, C]) at its rate, or at listed times from the first frame on.

    The rate in the file is the nearest ratio with a denominator of at most 65535. Raises
    InvalidInput below 1/65535 and above 1000 frames per second.
    """
    kind = check_video(outline, way.kinds, SIDE, way.suffix)
    fps = outline.mean_rate
    if not SLOWEST <= fps <= FASTEST:
        words = f"{way.suffix} files have 1/65535 to {FASTEST} frames per second"
        raise InvalidInput(f"{words}, not {float(fps):g}; ask for another --fps, or write .npy")
    rate, times = fps.limit_denominator(65535), outline.clock.times
    stamps = count() if times is None else iter(_ticks(times))
    with ExitStack() as stack:
        # FFmpeg goes back to mend its index, which a pipe or a device does not allow.
        seekable = stream if stream.seekable() else stack.enter_context(TemporaryFile())
        patient = Patient(seekable)
        with av.open(patient, "w", format=way.muxer) as container:
            film: Any = container.add_stream(way.encoder, rate=rate)
            film.height, film.width = (n + n % 2 if way.even else n for n in outline.shape[1:3])
            film.pix_fmt = EXACT.get(kind, FORMATS[kind]) if way is MKV else YUV[kind[0]]
            film.options = dict(way.options)
            tick = 1 / rate if times is None else Fraction(1, TICKS)
            film.codec_context.time_base = tick
            yield FilmSink(container, film, patient, FORMATS[kind], way.even, tick, stamps)
            container.mux(film.encode(None))
        patient.settle()
        if seekable is not stream:
            seekable.seek(0)
            shutil.copyfileobj(seekable, stream)


def _ticks(times: Times) -> list[int]:
    """Ticks of each frame after the first; raises InvalidInput for frames that lie too close."""
    ticks = np.rint((times - times[0]) * TICKS).astype(np.int64)
    if len(ticks) > 1 and np.diff(ticks).min() < TICKS // FASTEST:
        words = "some frames follow each other within a millisecond"
        raise InvalidInput(f"{words}; ask for an even --fps, or write .npy")
    found: list[int] = ticks.tolist()
    return found


mp4_sink = partial(_film_sink, way=MP4)
"""Sink of grey or RGB uint8 video as H.264."""

mov_sink = partial(_film_sink, way=MOV)
"""The same."""

webm_sink = partial(_film_sink, way=WEBM)
"""Sink of grey, RGB or RGBA uint8 video as VP9."""

mkv_sink = partial(_film_sink, way=MKV)
"""Sink of grey, RGB or RGBA video, uint8 or uint16, as FFV1, which keeps every bit."""
