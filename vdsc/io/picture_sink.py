"""Frames as a folder of `.png` files, which appears when the last of them is written."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import imageio.v3 as iio
import numpy as np
from numpy.typing import NDArray

from vdsc.core.meta import Meta
from vdsc.core.sequence import Outline
from vdsc.core.words import printable
from vdsc.errors import InvalidInput
from vdsc.io.pixels import EVERY, check_video
from vdsc.io.temporary import new_folder, remove_leftovers

SIDE = 2**31 - 1  # pixels
KINDS = tuple(kind for kind in EVERY if kind not in {("RGB", 16), ("RGBA", 16)})
NAME_BYTES = 200
"""How long a name of a picture may be, in UTF-8, to be used again."""


@dataclass(frozen=True, slots=True)
class PictureSink:
    """Writes each frame to a file of its own, named by `names`."""

    folder: Path
    names: Iterator[str]

    def write(self, frames: NDArray[np.generic]) -> None:
        """Append `frames` (n, H, W[, C]), uint8, or uint16 where they are grey."""
        for frame in frames:
            values = frame[..., 0] if frame.shape[2:] == (1,) else frame
            iio.imwrite(self.folder / next(self.names), values, plugin="pillow")


def check_folder(path: str) -> None:
    """Raise InvalidInput unless a folder can be made at `path`, or is there and empty."""
    folder, name = Path(path), printable(path)
    if "\0" in path:
        raise InvalidInput(f"'{name}' names no folder; name another")
    if folder.is_dir():
        if any(folder.iterdir()):
            raise InvalidInput(
                f"{name} is a directory that is not empty; name a new one, or a file"
            )
    elif os.path.lexists(path.rstrip("/" + os.sep)):
        raise InvalidInput(f"{name} is a file; leave out the slash, or name another folder")
    elif not folder.absolute().parent.is_dir():
        parent = printable(str(folder.parent))
        raise InvalidInput(f"{parent}: no such directory; make it first")


@contextmanager
def picture_sink(path: str, outline: Outline, meta: Meta | None = None) -> Iterator[PictureSink]:
    """Sink of video (T, H, W[, C]) to a folder of `.png` files, which keep every bit.

    meta: of a folder of pictures, whose names are used again. Raises InvalidInput for what is no
    grey, RGB or RGBA of 8 bits, nor grey of 16, and for a folder that is not empty.
    """
    check_folder(path)
    check_video(outline, KINDS, SIDE, "a folder of .png")
    final = Path(os.path.realpath(path))
    remove_leftovers(final)
    with _started(final, path) as temporary:
        yield PictureSink(temporary, iter(_names(meta, outline.frames)))
        _rename(temporary, final, path)


@contextmanager
def _started(final: Path, path: str) -> Iterator[Path]:
    """The folder under its temporary name; raises InvalidInput where none can be made."""
    with ExitStack() as stack:
        try:
            temporary = stack.enter_context(new_folder(final))
        except OSError as error:
            words = f"{printable(path)} cannot be made: {error.strerror}"
            raise InvalidInput(f"{words}; check the folder's permissions") from None
        yield temporary


def _rename(temporary: Path, final: Path, path: str) -> None:
    """Give the folder its last name; an empty folder of that name is replaced, no other."""
    try:
        if os.name == "nt" and final.is_dir():
            final.rmdir()
        temporary.rename(final)
    except OSError as error:
        words = f"{printable(path)} cannot be made: {error.strerror}"
        raise InvalidInput(f"{words}; name a new folder") from None


def _names(meta: Meta | None, frames: int) -> Sequence[str]:
    """The names of the files: those that the pictures had, else numbers."""
    held = meta.fields.get("names") if meta is not None and meta.format == "pictures" else None
    if isinstance(held, list) and len(held) == frames and all(isinstance(n, str) for n in held):
        names = [str(Path(name).with_suffix(".png")) for name in held if _is_safe(name)]
        if len({name.casefold() for name in names}) == frames:
            return names
    digits = max(len(str(frames)), 4)
    return [f"frame{number:0{digits}}.png" for number in range(1, frames + 1)]


def _is_safe(name: str) -> bool:
    """Whether a name from a file is that of a file in the folder, and of none elsewhere."""
    plain = Path(name).name == name and not name.startswith(".") and name.isprintable()
    return plain and not set(name) & set('\\/:*?"<>|') and 0 < len(name.encode()) <= NAME_BYTES
