"""Frames that arrive one after the other, readable in any order: kept in an unlinked file."""

from __future__ import annotations

import math
from tempfile import TemporaryFile
from types import TracebackType
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from vdsc.errors import LimitExceeded


class FrameSpool:
    """Appends frames of one shape and type to a temporary file, and reads any of them.

    Args:
        name: what messages call the sequence.
        shape: of a frame.
        dtype: of its values.
        limit: bytes; LimitExceeded is raised before more are written.
    """

    def __init__(
        self, name: str, shape: tuple[int, ...], dtype: np.dtype[np.generic], limit: int
    ) -> None:
        self.shape, self.dtype, self.count = shape, dtype, 0
        self._name, self._limit = name, limit
        self._size = math.prod(shape) * dtype.itemsize
        self._file = TemporaryFile()  # noqa: SIM115 -- __exit__ closes it

    def append(self, frame: NDArray[np.generic]) -> None:
        """Add a frame of the shape and type."""
        if (self.count + 1) * self._size > self._limit:
            words = f"{self._name} decodes to more than {self._limit} bytes, the limit for frames"
            advice = "that are kept in a temporary file; raise it with --memlimit"
            raise LimitExceeded(f"{words} {advice}")
        self._file.seek(self.count * self._size)
        self._file.write(np.ascontiguousarray(frame).data)
        self.count += 1

    def fetch(self, begin: int, end: int) -> NDArray[np.generic]:
        """Frames begin..end-1."""
        values = np.empty((max(min(end, self.count) - begin, 0), *self.shape), self.dtype)
        self._file.seek(begin * self._size)
        view: Any = values.reshape(-1).view(np.uint8)
        self._file.readinto(view)
        return values

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()
