"""Frames on demand from any file that vdsc reads."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from vdsc.errors import InvalidInput
from vdsc.io.check import check_finite, check_frames, check_layout, check_numbers
from vdsc.io.spool import open_input

ADAPTERS = {".npy": "vdsc.io.npy:open_npy", ".npz": "vdsc.io.npz:open_npz"}
SUFFIXES = tuple(ADAPTERS)


@dataclass(frozen=True, slots=True)
class Source:
    """A sequence that is read window by window: (T, D) floats or (T, H, W[, C]) uint8.

    Raises InvalidInput for every other shape and dtype, and when a frame that is read holds a NaN
    or an infinity; if `exact`, any numbers (T, ...) will do. Frames come in native byte order,
    and so is `dtype`, unless `exact`: then it is the file's.
    """

    name: str
    shape: tuple[int, ...]
    dtype: np.dtype[np.generic]
    fetch: Callable[[int, int], NDArray[np.generic]]
    exact: bool = False

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


def array_source(
    values: NDArray[np.generic], name: str = "values", *, exact: bool = False
) -> Source:
    """Source of an array that is already in memory."""
    native = values.dtype.newbyteorder("=")

    def fetch(begin: int, end: int) -> NDArray[np.generic]:
        return np.ascontiguousarray(values[begin:end], dtype=native)

    return Source(name, values.shape, values.dtype if exact else native, fetch, exact)


@contextmanager
def open_source(path: str, *, exact: bool = False) -> Iterator[Source]:
    """Source of the array in `path`: a `.npy`, a `.npz`, `FILE.npz:KEY`, or `-` for stdin."""
    file, key = split_key(path)
    with open_input(file) as stream:
        name = "stdin" if file == "-" else file
        adapter = _adapter(_sniff(stream) if file == "-" else Path(file).suffix, name)
        with adapter(stream, name, key, exact=exact) as source:
            yield source


def split_key(path: str) -> tuple[str, str | None]:
    """`clips.npz:walk` as ("clips.npz", "walk"); the key is None where none is named."""
    match = re.fullmatch(r"(.+\.npz):([^/]+)", path, re.IGNORECASE)
    if match is None or Path(path).exists():
        return path, None
    return match[1], match[2]


def _sniff(stream: BinaryIO) -> str:
    """Suffix that fits the first bytes of `stream`: a zip archive, else `.npy`."""
    head = stream.read(4)
    stream.seek(0)
    if not head:
        raise InvalidInput("stdin is empty; pipe an .npy file into it")
    return ".npz" if head == b"PK\x03\x04" else ".npy"


def _adapter(suffix: str, name: str) -> Any:
    """Context manager that opens files of this suffix, imported now."""
    target = ADAPTERS.get(suffix.lower())
    if target is None:
        raise InvalidInput(f"{name}: cannot read '{suffix}' files; use {' or '.join(SUFFIXES)}")
    module, function = target.split(":")
    return getattr(import_module(module), function)
