"""The frames of one stream of video, decoded one after the other by FFmpeg."""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any

import av

from vdsc.core import memory
from vdsc.core.words import printable
from vdsc.errors import InvalidInput
from vdsc.io.frame_spool import FrameSpool
from vdsc.io.video_pixels import Look, look_of

WITH_ALPHA = {"vp8": "libvpx", "vp9": "libvpx-vp9"}
"""Decoders that read transparency where FFmpeg's own do not."""

PIXEL = 16
"""Bytes of memory that a pixel may take on its way."""


@dataclass(slots=True)
class Film:
    """The frames of one video: how they look, where they are kept and when they are.

    stamps: ticks. torn: how many are said to be damaged. packets: how many the file holds.
    opaque: whether nothing is see-through. heard: what FFmpeg complained of.
    """

    look: Look
    spool: FrameSpool
    stamps: array[int] = field(default_factory=lambda: array("q"))
    torn: int = 0
    packets: int = 0
    opaque: bool = True
    heard: tuple[str, ...] = ()


def decoded(container: Any, video: Any, name: str, limit: int, stack: ExitStack) -> Film:
    """Every frame of a stream, in the order in which they are shown."""
    size = video.codec_context.width * video.codec_context.height
    memory.check(PIXEL * size, limit, f"a frame of {name}")
    film: Film | None = None
    decoder, packets = _decoder(video, name), 0
    try:
        with complaints() as heard:
            for packet in container.demux(video):
                packets += packet.size > 0
                for frame in decoder.decode(packet if packet.size else None):
                    if film is None:
                        film = _film(frame, name, limit, stack)
                    _add(film, frame, name)
    except av.error.FFmpegError as error:
        done = film.spool.count if film else 0
        words = f"{name} cannot be decoded after frame {done} ({reason(error)})"
        raise InvalidInput(f"{words}; copy it again") from None
    if film is None:
        raise InvalidInput(f"{name} holds no frames of video; copy it again")
    film.packets, film.heard = packets, tuple(heard)
    return film


def _decoder(video: Any, name: str) -> Any:
    """What decodes a stream: FFmpeg's usual decoder, or one that keeps transparency."""
    usual = video.codec_context
    if video.metadata.get("alpha_mode") != "1" or usual.name not in WITH_ALPHA:
        return usual
    try:
        decoder = av.CodecContext.create(WITH_ALPHA[usual.name], "r")
    except (av.error.FFmpegError, ValueError):
        words = f"{name} has transparency that this build of PyAV does not decode"
        raise InvalidInput(f"{words}; convert it to .png files") from None
    decoder.extradata = usual.extradata
    return decoder


def _film(frame: Any, name: str, limit: int, stack: ExitStack) -> Film:
    """The film that begins with a frame."""
    look = look_of(frame, name)
    first = look.array(frame)
    spool = stack.enter_context(FrameSpool(name, first.shape, first.dtype, limit))
    return Film(look, spool)


def _add(film: Film, frame: Any, name: str) -> None:
    """Append a frame; raises InvalidInput where it is not like the first."""
    look = look_of(frame, name)
    if look.maker != film.look.maker:
        words = f"its pixels change from {film.look.maker} to {look.maker}"
        raise InvalidInput(f"{name}: {words} at frame {film.spool.count}; cut it there")
    values = film.look.array(frame)
    if values.shape != film.spool.shape:
        old, new = (f"{shape[1]} x {shape[0]}" for shape in (film.spool.shape, values.shape))
        words = f"its size changes from {old} to {new}"
        raise InvalidInput(f"{name}: {words} at frame {film.spool.count}; cut it there")
    if film.look.colours == "RGBA":
        film.opaque = film.opaque and bool(values[..., 3].min() == (1 << film.look.bits) - 1)
    film.spool.append(values)
    film.stamps.append(-1 if frame.pts is None else frame.pts)
    film.torn += bool(frame.is_corrupt)


def check_count(film: Film, video: Any, name: str) -> None:
    """Raise InvalidInput if the file's own index lists more frames than there are."""
    if film.packets < video.frames:
        words = f"{name} is truncated: {film.packets} of {video.frames} frames"
        raise InvalidInput(f"{words}; copy it again")


@contextmanager
def complaints() -> Iterator[list[str]]:
    """What FFmpeg says of damage that it covers up; all of it is there at the end."""
    heard: list[str] = []
    before = av.logging.get_level()
    av.logging.set_level(av.logging.ERROR)
    try:
        with av.logging.Capture(local=False) as found:
            yield heard
        heard += [printable(message.strip()[:80]) for _, _, message in found]
    finally:
        av.logging.set_level(before)


def reason(error: Exception) -> str:
    """What FFmpeg says of a failure."""
    return printable(str(getattr(error, "strerror", None) or error)[:80])
