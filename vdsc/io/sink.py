"""Frames to any file that vdsc writes, as they come."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from vdsc.errors import InvalidInput
from vdsc.io.replacing import replacing

ADAPTERS = {
    ".npy": "vdsc.io.npy:npy_sink",
    ".mp4": "vdsc.io.video:mp4_sink",
    ".gif": "vdsc.io.video:gif_sink",
}


class Sink(Protocol):
    """Takes the frames of one sequence, in order."""

    def write(self, frames: NDArray[np.generic]) -> None:
        """Append `frames` (n, ...)."""


@contextmanager
def open_sink(
    path: str,
    shape: tuple[int, ...],
    dtype: np.dtype[np.generic],
    fps: Fraction,
    *,
    force: bool = False,
) -> Iterator[Sink]:
    """Sink for a sequence of `shape` and `dtype`; `path` appears when the last frame is written.

    `-` is stdout, as `.npy`. Raises InvalidInput for an unknown suffix, for what is not video in a
    video file, and for a path that exists unless `force`.
    """
    adapter = _adapter(path)
    with replacing(path, force=force) as stream, adapter(stream, shape, dtype, fps) as sink:
        yield sink


def check_suffix(path: str) -> None:
    """Raise InvalidInput unless there is a sink for the suffix of `path`."""
    if path != "-" and Path(path).suffix.lower() not in ADAPTERS:
        known = ", ".join(ADAPTERS)
        raise InvalidInput(f"{path}: cannot write '{Path(path).suffix}' files; use one of {known}")


def _adapter(path: str) -> Any:
    """Context manager that writes files of this suffix, imported now."""
    check_suffix(path)
    suffix = ".npy" if path == "-" else Path(path).suffix.lower()
    module, function = ADAPTERS[suffix].split(":")
    return getattr(import_module(module), function)
