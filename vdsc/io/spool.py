"""Inputs that can be read at any position, whatever they come from."""

from __future__ import annotations

import io
import os
import stat
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any, BinaryIO, cast

from vdsc.core.words import printable
from vdsc.errors import InvalidInput, LimitExceeded

SPOOL_BYTES = 2**31
"""How much of an input that is not a file of its own is copied to a temporary one."""

PIECE = 1 << 20


class Spool(io.RawIOBase):
    """What `read(n)` gives, readable at any position: copied to an unlinked file as far as needed.

    Args:
        read: the next n bytes or fewer, none at the end, like that of a pipe.
        name: what messages call it.
        limit: bytes; LimitExceeded is raised if more are asked for and there are more.
        size: how many bytes there will be, if that is known.
    """

    def __init__(
        self, read: Callable[[int], bytes], name: str, limit: int, size: int | None = None
    ) -> None:
        self.size = size
        self._read, self._name, self._limit = read, name, limit
        self._file = TemporaryFile()  # noqa: SIM115 -- close() closes it
        self._have, self._at, self._ended = 0, 0, False

    def fill(self, end: int | None = None) -> int:
        """Copy up to byte `end`, or all; return how many bytes there are, as far as is known."""
        self._file.seek(self._have)
        while not self._ended and (end is None or self._have < end):
            most = self._limit + 1 if end is None else min(end, self._limit + 1)
            part = self._read(min(PIECE, most - self._have))
            if self._have + len(part) > self._limit:
                words = f"more than {self._limit} bytes, the limit for what is copied to be read"
                raise LimitExceeded(f"{self._name} has {words}; put it in a file of its own")
            self._file.write(part)
            self._have, self._ended = self._have + len(part), not part
        return self._have

    def readinto(self, buffer: Any) -> int:
        """See io.RawIOBase."""
        self.fill(self._at + len(buffer))
        self._file.seek(self._at)
        count = self._file.readinto(buffer)
        self._at += count
        return count

    def seek(self, offset: int, whence: int = os.SEEK_SET, /) -> int:
        """See io.RawIOBase."""
        start = {os.SEEK_SET: 0, os.SEEK_CUR: self._at}
        self._at = offset + (self.fill() if whence == os.SEEK_END else start[whence])
        return self._at

    def readable(self) -> bool:
        """See io.RawIOBase."""
        return True

    def seekable(self) -> bool:
        """See io.RawIOBase."""
        return True

    def tell(self) -> int:
        """See io.RawIOBase."""
        return self._at

    def fileno(self) -> int:
        """Descriptor of the temporary file, which holds what has been filled in."""
        self._file.flush()
        return self._file.fileno()

    def close(self) -> None:
        """See io.RawIOBase; the temporary file is gone."""
        self._file.close()
        super().close()


@contextmanager
def open_input(path: str, *, limit: int = SPOOL_BYTES) -> Iterator[BinaryIO]:
    """Open `path` for reading at any position; `-` is stdin.

    What cannot seek (pipes, devices) is copied to an unlinked temporary file, as far as it is read
    and not beyond `limit` bytes, so that memory does not grow with its length.
    """
    with ExitStack() as stack:
        stream = _stdin() if path == "-" else stack.enter_context(_open(path))
        if not _is_file(stream):
            spool = Spool(stream.read, spoken(path), limit)
            stream = cast("BinaryIO", stack.enter_context(spool))
        yield stream


def available(stream: BinaryIO, end: int) -> int:
    """How many bytes `stream` has, counted up to byte `end` only if it is a Spool."""
    if not isinstance(stream, Spool):
        return stream.seek(0, os.SEEK_END)
    return stream.fill(end) if stream.size is None else stream.size


def spoken(path: str) -> str:
    """What messages call an input."""
    return "stdin" if path == "-" else printable(path)


def same_file(one: str, other: str) -> bool:
    """Whether two paths name one file: the same name, a symbolic or a hard link to it."""
    if "-" in {one, other}:
        return False
    try:
        return Path(one).samefile(other)
    except (OSError, ValueError):
        return os.path.realpath(one) == os.path.realpath(other)


def _is_file(stream: BinaryIO) -> bool:
    """Whether `stream` is a regular file from its beginning."""
    try:
        return stat.S_ISREG(os.fstat(stream.fileno()).st_mode) and stream.tell() == 0
    except (OSError, ValueError):
        return False


def _open(path: str) -> BinaryIO:
    if not path:
        raise InvalidInput("an input's name is empty; name a file, or '-' for stdin")
    if Path(path).is_dir():
        raise InvalidInput(f"{printable(path)} is a directory; name a file in it")
    try:
        return open(path, "rb")
    except FileNotFoundError:
        raise InvalidInput(f"{printable(path)}: no such file; check the path") from None
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        reason = getattr(error, "strerror", None) or error
        words = f"{printable(path)} cannot be read: {reason}; check the path and its permissions"
        raise InvalidInput(words) from None


def _stdin() -> BinaryIO:
    if sys.stdin is None:
        raise InvalidInput("stdin is closed; name a file instead of '-'")
    if sys.stdin.isatty():
        raise InvalidInput("stdin is a terminal; pipe a file into it or name one instead of '-'")
    return sys.stdin.buffer
