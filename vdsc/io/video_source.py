"""`.mp4`, `.mov`, `.mkv`, `.webm` and `.gif`, decoded once by FFmpeg to a temporary file."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, BinaryIO

import av
import numpy as np
from numpy.typing import NDArray

from vdsc.core.meta import Meta
from vdsc.core.words import printable
from vdsc.errors import InvalidInput
from vdsc.io.ebml import check_whole
from vdsc.io.frame_spool import FrameSpool
from vdsc.io.source import Source, make_source
from vdsc.io.spool import SPOOL_BYTES
from vdsc.io.video_clock import clock_of
from vdsc.io.video_film import Film, check_count, decoded, reason

HEAD = 64
COVER = 0x400  # FFmpeg's mark of a picture that is no film, such as an album's cover
DEMUXERS = {"mp4": "mov", "mov": "mov", "mkv": "matroska", "webm": "matroska", "gif": "gif"}
OPTIONS = {"gif": {"min_delay": "1"}}
"""A frame of a .gif that lasts no time lasts a tenth of a second, as in browsers."""


@contextmanager
def open_video(
    stream: BinaryIO,
    name: str,
    key: str | None = None,
    *,
    exact: bool | None = False,
    limit: int = SPOOL_BYTES,
) -> Iterator[Source]:
    """Source (T, H, W[, C]) of the one film in `stream`, as uint8, or uint16 beyond 8 bits.

    Grey stays grey, transparency is kept, turns are applied, and what is left out, such as sound,
    is noted. Raises InvalidInput for what does not decode, or changes its size; LimitExceeded for
    more than `limit` bytes of frames.
    """
    if key is not None:
        raise InvalidInput(f"{name} holds one video; leave out ':{printable(key)}'")
    kind = _kind(stream)
    if DEMUXERS[kind] == "matroska":
        check_whole(stream, name)
    stream.seek(0, os.SEEK_END)  # a pipe is copied now: FFmpeg would lose what goes wrong later
    with ExitStack() as stack:
        stream.seek(0)
        container = stack.enter_context(_opened(stream, name, kind))
        video = _chosen(container, name)
        film = decoded(container, video, name, limit, stack)
        check_count(film, video, name)
        clock, said = clock_of(
            film.stamps, video.time_base, (video.average_rate, video.base_rate, video.guessed_rate)
        )
        left = [_words(one) for one in container.streams if one is not video]
        fields = {"codec": video.codec_context.name, "pixels": film.look.maker}
        fields |= {"left out": left} if left else {}
        shape = (film.spool.count, *film.spool.shape)
        opaque = kind == "gif" and film.opaque and film.look.colours == "RGBA"
        yield make_source(
            name,
            (*shape[:3], 3) if opaque else shape,
            film.spool.dtype,
            _coloured(film.spool) if opaque else film.spool.fetch,
            exact=exact,
            clock=clock,
            meta=Meta(kind, fields),
            note=_note(film, video, left, said),
        )


def _kind(stream: BinaryIO) -> str:
    """The format that the first bytes tell, by name."""
    head = stream.read(HEAD)
    stream.seek(0)
    if head.startswith(b"GIF8"):
        return "gif"
    if head.startswith(b"\x1aE\xdf\xa3"):
        return "webm" if b"webm" in head else "mkv"
    return "mp4" if head[4:8] == b"ftyp" and head[8:10] != b"qt" else "mov"


def _opened(stream: BinaryIO, name: str, kind: str) -> Any:
    """The container, by the demuxer of its kind and no other."""
    options: Any = OPTIONS.get(kind, {})
    try:
        return av.open(
            stream, format=DEMUXERS[kind], metadata_errors="replace", container_options=options
        )
    except (av.error.FFmpegError, ValueError) as error:
        words = f"{name} is not a sound .{kind} file ({reason(error)})"
        raise InvalidInput(f"{words}; copy it again") from None


def _chosen(container: Any, name: str) -> Any:
    """The first film among the streams."""
    for one in container.streams.video:
        if not int(one.disposition) & COVER and one.codec_context is not None:
            return one
    held = ", ".join(_words(one) for one in container.streams) or "nothing"
    raise InvalidInput(f"{name} holds no video that can be decoded, but {held}")


def _words(stream: Any) -> str:
    """A stream that is left out: "audio (aac)"."""
    context = stream.codec_context
    return f"{stream.type} ({'unknown' if context is None else context.name})"


def _note(film: Film, video: Any, left: list[str], said: str) -> str:
    """What is different from the file, in words."""
    parts = [film.look.note, said]
    if left:
        parts.append(f"left out: {', '.join(left)}")
    if film.torn or film.heard:
        words = film.heard[0] if film.heard else f"{film.torn} frames are marked so"
        parts.append(f"the file is damaged, and filled in as FFmpeg does ({words})")
    shape = video.sample_aspect_ratio
    if shape and shape != 1:
        parts.append(
            f"its pixels are {shape.numerator}:{shape.denominator} and are kept as they are"
        )
    return "; ".join(part for part in parts if part)


def _coloured(spool: FrameSpool) -> Any:
    """Frames without their transparency, of which there is none."""

    def fetch(begin: int, end: int) -> NDArray[np.generic]:
        return np.ascontiguousarray(spool.fetch(begin, end)[..., :3])

    return fetch
