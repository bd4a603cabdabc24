"""Single pictures (.png, .jpg, .bmp, .tif, .webp) as sequences of one frame, and `.png` again."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from vdsc.core.meta import Meta
from vdsc.core.sequence import Outline
from vdsc.core.words import printable
from vdsc.errors import InvalidInput
from vdsc.io.formats import HEAD, kind_of
from vdsc.io.picture_reading import Picture
from vdsc.io.picture_sink import KINDS, SIDE
from vdsc.io.pixels import check_video
from vdsc.io.source import Source, make_source
from vdsc.io.spool import SPOOL_BYTES


@contextmanager
def open_picture(
    stream: BinaryIO,
    name: str,
    key: str | None = None,
    *,
    exact: bool | None = False,
    limit: int = SPOOL_BYTES,
) -> Iterator[Source]:
    """Source (1, H, W[, C]) of the picture in `stream`: uint8, or uint16 where it is grey of 16.

    Grey, RGB and RGBA of 8 bits, and grey of 16, as in a folder of pictures. Raises InvalidInput
    for other kinds, for several pictures in one file and for what does not decode, and
    LimitExceeded for a picture that may take more than `limit` bytes of memory.
    """
    if key is not None:
        raise InvalidInput(f"{name} holds one picture; leave out ':{printable(key)}'")
    stream.seek(0, os.SEEK_END)  # a pipe is copied now: libtiff reads what is on disk
    picture = Picture(stream, name, "copy it again")
    kind = picture.look(limit)
    stream.seek(0)
    form = kind_of(stream.read(HEAD)) or "png"

    def fetch(begin: int, end: int) -> NDArray[np.generic]:
        return picture.pixels(kind)[np.newaxis][begin:end]

    meta, note = Meta(form, {"mode": kind.mode}), "; ".join(kind.notes)
    shape, dtype = (1, *kind.shape), np.dtype(kind.dtype)
    yield make_source(name, shape, dtype, fetch, exact=exact, meta=meta, note=note)


@dataclass(frozen=True, slots=True)
class PngSink:
    """Writes the one frame that there is to `stream`."""

    stream: BinaryIO

    def write(self, frames: NDArray[np.generic]) -> None:
        """Write `frames` (1, H, W[, C]), uint8, or uint16 where it is grey."""
        for frame in frames:
            values = frame[..., 0] if frame.shape[2:] == (1,) else frame
            Image.fromarray(np.ascontiguousarray(values)).save(self.stream, "PNG")


@contextmanager
def png_sink(stream: BinaryIO, outline: Outline, meta: Meta | None = None) -> Iterator[PngSink]:
    """Sink of one frame (1, H, W[, C]) to a `.png`, which keeps every bit.

    Raises InvalidInput for more or fewer frames, and for what is no grey, RGB or RGBA of 8 bits,
    nor grey of 16.
    """
    if outline.frames != 1:
        words = f"a .png holds one picture, and these are {outline.frames} frames"
        raise InvalidInput(f"{words}; name a folder for one a frame, such as -o frames/")
    check_video(outline, KINDS, SIDE, ".png")
    yield PngSink(stream)
