"""Frames on demand from any file that vdsc reads."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vdsc.core.as_array import as_array
from vdsc.core.meta import Meta
from vdsc.core.sequence import Clock
from vdsc.io.check import check_finite, check_frames, check_layout, check_numbers, is_layout
from vdsc.io.formats import READ, opener
from vdsc.io.spool import SPOOL_BYTES, open_input, spoken
from vdsc.io.views import view_of

Fetch = Callable[[int, int], NDArray[np.generic]]
SUFFIXES = READ


@dataclass(frozen=True, slots=True)
class Source:
    """A sequence that is read window by window: (T, D) floats or (T, H, W[, C]) uint8.

    Points in space may be (T, J, 3) floats. Raises InvalidInput for every other shape and dtype,
    and when a frame that is read holds a NaN or an infinity; if `exact`, any numbers (T, ...) will
    do. Frames come in native byte order, and so is `dtype`, unless `exact`: then it is the file's.
    `note` says in words how the frames differ from the file's, if they do; `plain` gives them as
    they are there, where whoever opened it asked for both. `clock` dates the frames and `meta` is
    what the file holds beside them, where it says so. `units`, where channels have several: (C,)
    what 1 of the unit in which an error is promised is in each, 0 where a channel must be exact.
    """

    name: str
    shape: tuple[int, ...]
    dtype: np.dtype[np.generic]
    fetch: Fetch
    exact: bool = False
    note: str = ""
    plain: Source | None = None
    clock: Clock | None = None
    meta: Meta | None = None
    units: tuple[float, ...] | None = None

    def __post_init__(self) -> None:
        check_frames(self.shape, self.dtype, self.name)
        if self.exact:
            check_numbers(self.dtype, self.name)
        else:
            check_layout(self.shape, self.dtype, self.name)

    def read(self, begin: int, end: int) -> NDArray[np.generic]:
        """Frames begin..end-1, C-contiguous, all finite unless `exact`."""
        values = self.fetch(begin, end)
        if not self.exact:
            check_finite(values, self.name, begin)
        return values


def make_source(
    name: str,
    shape: tuple[int, ...],
    dtype: np.dtype[np.generic],
    fetch: Fetch,
    *,
    exact: bool | None = False,
    clock: Clock | None = None,
    meta: Meta | None = None,
    note: str = "",
    units: tuple[float, ...] | None = None,
) -> Source:
    """Source of frames (T, ...) of the file's dtype, as a codec takes them (see `views`).

    exact: as they are; None: as they are, too, or as a checkpoint may take them where that can be.
    note: what opening the file has left out or changed.
    """
    check_frames(shape, dtype, name)
    said: Any = {"clock": clock, "meta": meta, "note": note, "units": units}
    plain = None if exact is False else Source(name, shape, dtype, fetch, exact=True, **said)
    if exact and plain is not None:
        return plain
    view = view_of(shape, dtype)
    if plain is not None and not is_layout(view.shape, view.dtype):
        return plain

    def viewed(begin: int, end: int) -> NDArray[np.generic]:
        return view.apply(fetch(begin, end), name, begin)

    said["note"] = "; ".join(part for part in (note, view.note) if part)
    return Source(name, view.shape, view.dtype, viewed, plain=plain, **said)


def array_source(values: object, name: str = "values", *, exact: bool | None = False) -> Source:
    """Source of an array (or what can be made one) that is already in memory."""
    array = as_array(values, name)
    native = array.dtype.newbyteorder("=")

    def fetch(begin: int, end: int) -> NDArray[np.generic]:
        return np.ascontiguousarray(array[begin:end], dtype=native)

    return make_source(name, array.shape, array.dtype, fetch, exact=exact)


@contextmanager
def open_source(
    path: str, *, exact: bool | None = False, limit: int = SPOOL_BYTES, form: str = ""
) -> Iterator[Source]:
    """Source of what is in `path`: an array, `FILE.npz:KEY`, a video, a folder, or `-` for stdin.

    `FILE.npy:NUMBER` is one sequence of a batch (N, T, ...), counted from 0. What a file is, its
    first bytes say, or its suffix, or `form`, the name of a format; a folder has pictures. At most
    `limit` bytes of a pipe, of an archive's member or of a video's frames are copied to a temporary
    file.
    """
    file, key = split_key(path)
    if file and not form and Path(file).is_dir():
        from vdsc.io.pictures import open_pictures

        with open_pictures(file, exact=exact, limit=limit) as pictures:
            yield pictures
        return
    with open_input(file, limit=limit) as stream:
        name = spoken(file)
        with opener(stream, name, form)(stream, name, key, exact=exact, limit=limit) as source:
            yield source


def split_key(path: str) -> tuple[str, str | None]:
    """`clips.npz:walk` as ("clips.npz", "walk"); the key is None where none is named.

    A colon ends the name of an existing file, of `-`, or, where there is no such file, of one that
    ends in .npz or .npy. A path that exists as a whole has no key.
    """
    if os.path.lexists(path):
        return path, None
    names = [path[: match.start()] for match in re.finditer(":", path)]
    found = [name for name in names if name == "-" or Path(name).exists()]
    likely = found or [name for name in names if name.lower().endswith(READ)]
    key = path[len(likely[0]) + 1 :] if likely else ""
    return (likely[0], key) if key else (path, None)
