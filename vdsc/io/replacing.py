"""Outputs that appear whole or not at all."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from vdsc.core.words import printable
from vdsc.errors import InvalidInput
from vdsc.io.likeness import PERMISSIONS, date_as, own_as, status
from vdsc.io.temporary import create, remove_leftovers

# What a file system answers that has no hard links.
NO_LINKS = {errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK, errno.EACCES}


@contextmanager
def replacing(
    path: str, *, force: bool = False, like: os.stat_result | None = None
) -> Iterator[BinaryIO]:
    """Binary stream that becomes `path` on success and vanishes on any failure; `-` is stdout.

    like: the file it is made from, whose dates it takes, and owner and permissions if it is new.

    Raises InvalidInput, before anything is written, if `path` exists and `force` is not set, and
    at the end, with nothing overwritten, if another process has made it in the meantime. A file
    that is replaced keeps its permissions. What earlier processes left behind that were killed
    while they wrote `path` is removed. Devices and pipes are written in place, because renaming
    over them would destroy them.
    """
    check_target(path, force=force)
    if path == "-":
        yield from _flushed(sys.stdout.buffer)
    elif Path(path).exists() and not Path(path).is_file():
        with open(path, "wb") as stream:
            yield stream
    else:
        yield from _renamed(Path(os.path.realpath(path)), path, like, force=force)


@contextmanager
def extending(path: str) -> Iterator[BinaryIO]:
    """A file that is read and written in place; on any failure it is as long as it was before.

    Raises InvalidInput where there is no such file.
    """
    try:
        stream = open(path, "r+b")  # noqa: SIM115 -- closed below
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        words = f"{printable(path)} cannot be added to: {reason}"
        raise InvalidInput(f"{words}; check the name, or leave --append out") from None
    with stream:
        size = stream.seek(0, os.SEEK_END)
        stream.seek(0)
        try:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        except BaseException:
            stream.truncate(size)
            raise


def check_target(path: str, *, force: bool = False) -> None:
    """Raise InvalidInput unless `path` may be written; with `force` a file may be replaced."""
    name = printable(path)
    if path == "-":
        _check_stdout()
    elif not path or "\0" in path:
        raise InvalidInput(f"'{name}' names no output; name a file, or '-' for stdout")
    elif Path(path).is_dir() or path.endswith(os.sep):
        raise InvalidInput(f"{name} is a directory; name a file in it")
    elif Path(path).is_file() and not force:
        raise InvalidInput(f"{name} exists; use -f to overwrite it")
    elif not Path(path).absolute().parent.is_dir():
        parent = printable(str(Path(path).parent))
        raise InvalidInput(f"{parent}: no such directory; make it first")


def _check_stdout() -> None:
    if sys.stdout is None:
        raise InvalidInput("stdout is closed; name a file with -o")
    if sys.stdout.isatty():
        raise InvalidInput("stdout is a terminal; redirect it or name a file with -o")


def _flushed(stream: BinaryIO) -> Iterator[BinaryIO]:
    yield stream
    stream.flush()


def _renamed(
    final: Path, path: str, like: os.stat_result | None, *, force: bool
) -> Iterator[BinaryIO]:
    """Stream to a new file beside `final` that takes its name once it is safely on disk."""
    remove_leftovers(final)
    old = status(final)
    owner = like if old is None else old
    try:
        stream, temporary = create(final, mode=0o666 if owner is None else 0o600)
    except OSError as error:
        words = f"{printable(path)} cannot be written: {error.strerror}"
        raise InvalidInput(f"{words}; check the name and the folder's permissions") from None
    try:
        with stream:
            if owner is not None:
                own_as(stream.fileno(), owner, bits=PERMISSIONS if old is None else 0o7777)
            yield stream
            stream.flush()
            if like is not None:
                date_as(temporary, like)
            os.fsync(stream.fileno())
            _rename(temporary, final, path, force=force)
    except BaseException:  # an interrupt leaves no partial file either
        temporary.unlink(missing_ok=True)
        raise


def _rename(temporary: Path, final: Path, path: str, *, force: bool) -> None:
    """Give `temporary` its last name; unless forced, only if nothing has that name."""
    if force:
        temporary.replace(final)
        return
    try:
        try:
            os.link(temporary, final)
        except OSError as error:
            if error.errno not in NO_LINKS:
                raise
            _reserve(temporary, final)
        else:
            temporary.unlink()
    except FileExistsError:
        words = f"{printable(path)} was made by another process in the meantime"
        raise InvalidInput(f"{words}; use -f to overwrite it") from None


def _reserve(temporary: Path, final: Path) -> None:
    """Rename without a hard link: only one process can make the empty file that is replaced."""
    os.close(os.open(final, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
    try:
        temporary.replace(final)
    except BaseException:
        final.unlink(missing_ok=True)
        raise
