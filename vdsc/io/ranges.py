"""Bytes of a file from one place up to another: a path, a URL, or what is in memory.

Nothing stays open between two reads, so that a reader may be copied, sent and forked at will.
"""

from __future__ import annotations

import os
from collections import OrderedDict
from pathlib import Path
from typing import Any, Self

from vdsc.core.words import printable
from vdsc.errors import InvalidInput

BLOCK = 1 << 12
"""Bytes that are read at once, at least."""

KEPT = 512
"""Blocks that are kept."""


class Ranges:
    """A file that is read in blocks, of which the last ones are kept.

    Args:
        place: a path, or a URL that fsspec knows (`s3://...`, `https://...`).

    Raises:
        InvalidInput: there is no such file, or it has changed since it was opened.
    """

    def __init__(self, place: str) -> None:
        self.place = place
        self._kept: OrderedDict[int, bytes] = OrderedDict()
        self._remote = "://" in place
        self.bytes_read = 0
        self.size, self._stamp = self._stat()

    def fetch(self, begin: int, end: int) -> bytes:
        """Bytes begin..end-1, fewer only at the end of the file."""
        end = min(end, self.size)
        first, last = begin // BLOCK, -(-end // BLOCK)
        if last - first > KEPT:  # a long stretch, which is not kept
            return self._read(begin, end)
        missing = [i for i in range(first, last) if i not in self._kept]
        if missing:
            self._load(missing[0], missing[-1] + 1)
        for i in range(first, last):
            self._kept.move_to_end(i)
        data = b"".join(self._kept[i] for i in range(first, last))
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return data[begin - first * BLOCK : end - first * BLOCK]

    def _load(self, first: int, last: int) -> None:
        """Read blocks first..last-1 at once."""
        data = self._read(first * BLOCK, min(last * BLOCK, self.size))
        for i in range(first, last):
            self._kept[i] = data[(i - first) * BLOCK : (i - first + 1) * BLOCK]

    def _read(self, begin: int, end: int) -> bytes:
        self.bytes_read += max(end - begin, 0)
        if self._remote:
            return bytes(_remote(self.place).cat_file(_path(self.place), start=begin, end=end))
        with _opened(self.place) as descriptor:
            status = os.fstat(descriptor.number)
            if (status.st_size, status.st_mtime_ns) != (self.size, self._stamp):
                raise InvalidInput(f"{printable(self.place)} has changed; open it again")
            return descriptor.read(begin, end)

    def _stat(self) -> tuple[int, int]:
        if self._remote:
            return int(_remote(self.place).size(_path(self.place))), 0
        try:
            status = Path(self.place).stat()
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or error
            raise InvalidInput(f"{printable(self.place)}: {reason}; check the path") from None
        return status.st_size, status.st_mtime_ns


class _opened:  # noqa: N801 -- a context manager, as open() is
    """A descriptor for as long as it is read."""

    def __init__(self, path: str) -> None:
        try:
            self.number = os.open(path, os.O_RDONLY | getattr(os, "O_CLOEXEC", 0))
        except OSError as error:
            words = f"{printable(path)} cannot be read: {error.strerror}; check the path"
            raise InvalidInput(words) from None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self.number)

    def read(self, begin: int, end: int) -> bytes:
        """Bytes begin..end-1."""
        parts, at = [], begin
        while at < end and (part := os.pread(self.number, end - at, at)):
            parts.append(part)
            at += len(part)
        return b"".join(parts)


def _remote(place: str) -> Any:
    """The file system of a URL; raises InvalidInput where its library is missing."""
    try:
        import fsspec
    except ModuleNotFoundError:
        raise InvalidInput("URLs need the library fsspec: pip install fsspec") from None
    try:
        return fsspec.core.url_to_fs(place)[0]
    except (ImportError, ValueError) as error:
        raise InvalidInput(f"{printable(place)}: {printable(str(error))}") from None


def _path(place: str) -> str:
    import fsspec

    return str(fsspec.core.url_to_fs(place)[1])
