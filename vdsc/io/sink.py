"""Frames to any file that vdsc writes, as they come."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from vdsc.core.meta import Meta
from vdsc.core.sequence import Outline
from vdsc.core.words import printable
from vdsc.errors import InvalidInput
from vdsc.io.formats import WRITTEN, suffix_of, writer
from vdsc.io.replacing import check_target, replacing


class Sink(Protocol):
    """Takes the frames of one sequence, in order."""

    def write(self, frames: NDArray[np.generic]) -> None:
        """Append `frames` (n, ...)."""


@contextmanager
def open_sink(
    path: str,
    outline: Outline,
    meta: Meta | None = None,
    *,
    force: bool = False,
    like: os.stat_result | None = None,
    form: str = "",
) -> Iterator[Sink]:
    """Sink for a sequence; `path` appears when the last frame is written.

    meta: what the sequence's own file held beside its numbers, of whatever format it was. like: as
    of `replacing`. form: the name of the format, where the suffix does not say it; `-` is stdout,
    as `.npy`; a directory that is empty, or a name that ends in a slash, is a folder of pictures.
    Raises InvalidInput for an unknown suffix, for what is not video in a video file, and for a path
    that exists unless `force`.
    """
    if is_folder(path):
        from vdsc.io.picture_sink import picture_sink

        with picture_sink(path, outline, meta) as pictures:
            yield pictures
        return
    check_suffix(path, form)
    adapter = writer(path, form)
    with replacing(path, force=force, like=like) as stream, adapter(stream, outline, meta) as sink:
        yield sink


def check_place(path: str, *, force: bool = False, form: str = "") -> None:
    """Raise InvalidInput unless `path` may be written, as a file or as a folder of pictures."""
    if is_folder(path):
        from vdsc.io.picture_sink import check_folder

        check_folder(path)
        return
    check_suffix(path, form)
    check_target(path, force=force)


def is_folder(path: str) -> bool:
    """Whether an output is meant as a folder: it ends in a slash, or there is such a folder."""
    return path != "-" and (path.endswith(("/", os.sep)) or Path(path).is_dir())


def check_suffix(path: str, form: str = "") -> None:
    """Raise InvalidInput unless there is a sink for the format, or for the suffix of `path`."""
    if form:
        if not suffix_of(form):
            known = ", ".join(suffix[1:] for suffix in WRITTEN)
            words = f"{printable(form)!r} is no format that is written"
            raise InvalidInput(f"{words}; use one of {known}")
        return
    if path != "-" and Path(path).suffix.lower() not in WRITTEN:
        known, suffix = ", ".join(WRITTEN), printable(Path(path).suffix)
        what = f"cannot write '{suffix}' files" if suffix else "has no suffix"
        raise InvalidInput(f"{printable(path)}: {what}; use one of {known}")
