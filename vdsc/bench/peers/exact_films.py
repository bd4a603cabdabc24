"""Lossless video codecs through PyAV; their packets count, what a container adds does not.

x265 and VP9 take colour as planes G, B, R, x264 as RGB, FFV1 as BGR with an unused byte; grey is
luma alone, or beside a constant chroma where a codec has no grey. FFV1 does best here with one
slice, a key frame at the beginning only, and the large contexts; the other presets are the slowest
ones that made smaller files.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import av.logging
import numpy as np

from vdsc.bench.peers import video_codecs
from vdsc.bench.peers.patch import patched
from vdsc.bench.peers.peer import Peer, Setting, Values
from vdsc.bench.peers.video_codecs import NO_COMMENT, VideoRecipe

GREY, LUMA, NEUTRAL = "gray", "yuv420p", 128


@dataclass(frozen=True, slots=True)
class ExactFilm:
    """A recipe and its pixel formats: of the arrays that go in and out, and of the stream."""

    recipe: VideoRecipe
    given: str
    coded: str

    @property
    def note(self) -> str:
        """How the codec is called, in one line."""
        options = ", ".join(f"{name} {value}" for name, value in self.recipe.options)
        return f"{self.recipe.codec}, {self.coded}, {options}; packets alone"


def _x264(codec: str) -> VideoRecipe:
    return VideoRecipe(codec, "h264", (("qp", "0"), ("preset", "placebo")), filter=NO_COMMENT)


_X265 = VideoRecipe(
    "libx265", "hevc",
    (("preset", "veryslow"), ("x265-params", "lossless=1:log-level=none:info=0")),
)  # fmt: skip
_VP9 = VideoRecipe(
    "libvpx-vp9", "nut", (("lossless", "1"), ("cpu-used", "0"), ("deadline", "best"))
)
_FFV1 = VideoRecipe(
    "ffv1", "nut",
    (("level", "3"), ("coder", "1"), ("context", "1"), ("g", "1000"), ("slices", "1"),
     ("slicecrc", "0")),
)  # fmt: skip

FILMS = {
    1: {
        "x264 qp 0": ExactFilm(_x264("libx264"), LUMA, LUMA),
        "x265 lossless": ExactFilm(_X265, GREY, GREY),
        "VP9 lossless": ExactFilm(_VP9, LUMA, LUMA),
        "FFV1": ExactFilm(_FFV1, GREY, GREY),
    },
    3: {
        "x264 qp 0": ExactFilm(_x264("libx264rgb"), "rgb24", "rgb24"),
        "x265 lossless": ExactFilm(_X265, "gbrp", "gbrp"),
        "VP9 lossless": ExactFilm(_VP9, "gbrp", "gbrp"),
        "FFV1": ExactFilm(_FFV1, "rgb24", "bgr0"),
    },
}
"""By the number of channels of a pixel."""


def peers(channels: int) -> tuple[Peer, ...]:
    """Give x264, x265, VP9 and FFV1 for video (T, H, W, channels) uint8 of even H and W."""
    av.logging.set_level(av.logging.PANIC)
    return tuple(_peer(name, film) for name, film in FILMS[channels].items())


def _peer(name: str, film: ExactFilm) -> Peer:
    """One codec; x265 loses a few values of some clips, so that it needs a patch."""
    peer = Peer(
        name, (), ((),),
        encode=partial(encode, film),
        decode=partial(decode, film),
        note=film.note,
        size=partial(video_codecs.packet_bytes, film.recipe),
    )  # fmt: skip
    return patched(peer) if film.recipe is _X265 else peer


def encode(film: ExactFilm, values: Values, setting: Setting) -> bytes:
    """Compress frames (T, H, W, C) uint8 without loss; the whole file."""
    frames = values[..., 0] if film.given in {GREY, LUMA} else values
    if film.given == LUMA:
        chroma = np.full_like(frames[:, : frames.shape[1] // 2], NEUTRAL)
        frames = np.concatenate([frames, chroma], axis=1)
    return video_codecs.write(film.recipe, frames, film.given, film.coded)


def decode(film: ExactFilm, file: bytes) -> Values:
    """Give back frames (T, H, W, C) uint8."""
    frames = video_codecs.read(film.recipe, file, film.given)
    if film.given == LUMA:
        frames = frames[:, : frames.shape[1] * 2 // 3]
    return frames[..., None] if film.given in {GREY, LUMA} else frames
