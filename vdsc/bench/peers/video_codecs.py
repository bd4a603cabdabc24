"""Video codecs through PyAV, each in the smallest file that ordinary players still open.

The comment which x264 and x265 put in front of a stream (2,300 bytes of settings for x265) is
left out. x264, x265 and AV1 need no container. VP9 does: NUT is the smallest one, about 600
bytes below WebM on 100 small frames.
"""

from __future__ import annotations

import io
import os
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

import av
import av.logging
import numpy as np
from av.bitstream import BitStreamFilterContext
from av.video.stream import VideoStream

from vdsc.bench.peers.peer import Peer, Setting, Values

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from av.packet import Packet

    Packets = Iterator[Packet[VideoStream]]

CRF = (24.0, 32.0, 40.0, 46.0, 51.0)
"""x264's scale; VP9's and AV1's reach 63 instead of 51 and are scaled by that."""

NO_COMMENT = "filter_units=remove_types=6"
"""The H.264 filter that drops supplemental information (SEI), which no decoder needs."""


@dataclass(frozen=True, slots=True)
class VideoRecipe:
    """How one video codec is called: FFmpeg's names, fixed options, file, crf per x264 crf."""

    codec: str
    file: str
    options: tuple[tuple[str, str], ...]
    crf_scale: float = 1.0
    filter: str | None = None


RECIPES = {
    "x264": VideoRecipe("libx264", "h264", (("preset", "veryslow"),), filter=NO_COMMENT),
    "x265": VideoRecipe(
        "libx265", "hevc", (("preset", "veryslow"), ("x265-params", "log-level=none:info=0"))
    ),
    "VP9": VideoRecipe("libvpx-vp9", "nut", (("b", "0"), ("cpu-used", "0")), 63 / 51),
    "AV1": VideoRecipe("libsvtav1", "obu", (("preset", "2"),), 63 / 51),
}


def peers() -> tuple[Peer, ...]:
    """Give x264, x265, VP9 and AV1 for grey video (T, H, W, 1) uint8 of even height and width."""
    av.logging.set_level(av.logging.PANIC)
    os.environ.setdefault("SVT_LOG", "1")
    return tuple(
        Peer(
            name, ("crf",), tuple((float(round(crf * recipe.crf_scale)),) for crf in CRF),
            encode=partial(encode, recipe),
            decode=partial(decode, recipe),
            note=f"{recipe.codec} in a .{recipe.file} file, yuv420p",
        )
        for name, recipe in RECIPES.items()
    )  # fmt: skip


def encode(recipe: VideoRecipe, values: Values, setting: Setting) -> bytes:
    """Compress grey frames (T, H, W, 1) uint8 at constant quality; the whole file."""
    options = (("crf", str(int(setting[0]))), *recipe.options)
    return write(replace(recipe, options=options), values[..., 0], "gray", "yuv420p")


def decode(recipe: VideoRecipe, file: bytes) -> Values:
    """Give back grey frames (T, H, W, 1) uint8."""
    return read(recipe, file, "gray")[..., None]


def write(recipe: VideoRecipe, frames: Values, given: str, coded: str) -> bytes:
    """The whole file of frames, each an array in the pixel format `given`, stored as `coded`."""
    file = io.BytesIO()
    ready = [av.VideoFrame.from_ndarray(frame, format=given) for frame in frames]
    with av.open(file, "w", format=recipe.file) as container:
        stream = container.add_stream(recipe.codec, rate=25, options=dict(recipe.options))
        assert isinstance(stream, VideoStream)
        stream.height, stream.width, stream.pix_fmt = ready[0].height, ready[0].width, coded
        for packet in _filtered(recipe, stream, _packets(stream, ready)):
            container.mux(packet)
    return file.getvalue()


def read(recipe: VideoRecipe, file: bytes, given: str) -> Values:
    """All frames of a file as arrays in the pixel format `given`."""
    with av.open(io.BytesIO(file), "r", format=recipe.file) as container:
        return np.stack([frame.to_ndarray(format=given) for frame in container.decode(video=0)])


def packet_bytes(recipe: VideoRecipe, file: bytes) -> int:
    """How many bytes of a file are packets: all but what the container adds."""
    with av.open(io.BytesIO(file), "r", format=recipe.file) as container:
        return sum(packet.size for packet in container.demux(video=0))


def _packets(stream: VideoStream, frames: Iterable[av.VideoFrame]) -> Packets:
    """Yield the coded packets of the frames, the delayed ones last."""
    for frame in frames:
        yield from stream.encode(frame)
    yield from stream.encode(None)


def _filtered(recipe: VideoRecipe, stream: VideoStream, packets: Packets) -> Packets:
    """Yield the packets without what the recipe's filter takes out."""
    if recipe.filter is None:
        yield from packets
        return
    context = BitStreamFilterContext(recipe.filter, in_stream=stream)
    for packet in packets:
        yield from context.filter(packet)
    yield from context.filter(None)
