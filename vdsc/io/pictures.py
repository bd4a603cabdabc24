"""Folders of pictures (.png, .jpg, .bmp, .tif, .webp), each read when its frame is asked for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vdsc.core.meta import Meta
from vdsc.core.words import printable
from vdsc.errors import InvalidInput
from vdsc.io.formats import PICTURES
from vdsc.io.picture_kind import common
from vdsc.io.picture_reading import Picture
from vdsc.io.source import Source, make_source

ADVICE = "copy it again, or take it out of the folder"


def holds_pictures(path: str) -> bool:
    """Whether `path` is a folder with pictures in it, and not only below it."""
    return Path(path).is_dir() and bool(_pictures(Path(path))[0])


@contextmanager
def open_pictures(path: str, *, exact: bool | None = False, limit: int) -> Iterator[Source]:
    """Source (T, H, W[, C]) of the pictures in a folder, in the order of their names' numbers.

    Grey, RGB and RGBA of 8 bits, and grey of 16; where they differ in colours, the richest that any
    has. Raises InvalidInput for pictures of other kinds or of several sizes.
    """
    name = printable(path)
    files, others = _pictures(Path(path))
    if not files:
        raise InvalidInput(f"{name} is a directory without pictures; name a file in it, or add -r")
    found = [Picture(file, printable(str(file)), ADVICE) for file in files]
    kinds = [picture.look(limit) for picture in found]
    kind = common(kinds, [file.name for file in files], name)

    def fetch(begin: int, end: int) -> NDArray[np.generic]:
        return np.stack([picture.pixels(kind) for picture in found[begin:end]])

    meta = Meta("pictures", {"mode": kind.mode, "names": [_text(file.name) for file in files]})
    shape, dtype = (len(files), *kind.shape), np.dtype(kind.dtype)
    notes = [*kind.notes, *([f"left out: {others} other files in the folder"] if others else [])]
    note = "; ".join(notes)
    yield make_source(name, shape, dtype, fetch, exact=exact, meta=meta, note=note)


def natural(name: str) -> tuple[list[Any], str]:
    """What names are sorted by: numbers in them by their value, so that f2 comes before f10."""
    parts = re.split(r"([0-9]+)", name)
    return [int(part) if i % 2 else part for i, part in enumerate(parts)], name


def _pictures(folder: Path) -> tuple[list[Path], int]:
    """The pictures of a folder, in order, and how many other files are in it that show."""
    try:
        seen = [path for path in folder.iterdir() if not path.name.startswith(".")]
    except OSError as error:
        raise InvalidInput(f"{printable(str(folder))} cannot be read: {error.strerror}") from None
    files = [path for path in seen if path.suffix.lower() in PICTURES and not path.is_dir()]
    return sorted(files, key=lambda path: natural(path.name)), len(seen) - len(files)


def _text(name: str) -> str:
    """A file's name as text that can be kept."""
    return name.encode("utf-8", "replace").decode("utf-8")
