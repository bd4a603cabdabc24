"""Frames to any file that vdsc writes, as they come."""

from __future__ import annotations

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
from vdsc.io.replacing import replacing


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
    form: str = "",
) -> Iterator[Sink]:
    """Sink for a sequence; `path` appears when the last frame is written.

    meta: what the sequence's own file held beside its numbers, of whatever format it was. form:
    the name of the format, where the suffix does not say it; `-` is stdout, as `.npy`. Raises
    InvalidInput for an unknown suffix, for what is not video in a video file, and for a path that
    exists unless `force`.
    """
    check_suffix(path, form)
    adapter = writer(path, form)
    with replacing(path, force=force) as stream, adapter(stream, outline, meta) as sink:
        yield sink


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
