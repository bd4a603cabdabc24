"""Outputs that appear whole or not at all."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from secrets import token_hex
from typing import BinaryIO

from vdsc.errors import InvalidInput


@contextmanager
def replacing(path: str, *, force: bool = False) -> Iterator[BinaryIO]:
    """Binary stream that becomes `path` on success and vanishes on any failure; `-` is stdout.

    Raises InvalidInput, before anything is written, if `path` exists and `force` is not set.
    Devices and pipes are written in place, because renaming over them would destroy them.
    """
    check_target(path, force=force)
    if path == "-":
        yield from _flushed(sys.stdout.buffer)
    elif Path(path).exists() and not Path(path).is_file():
        with open(path, "wb") as stream:
            yield stream
    else:
        yield from _renamed(Path(os.path.realpath(path)))


def check_target(path: str, *, force: bool = False) -> None:
    """Raise InvalidInput unless `path` may be written; with `force` a file may be replaced."""
    if path == "-":
        _check_stdout()
    elif Path(path).is_dir():
        raise InvalidInput(f"{path} is a directory; name a file in it")
    elif Path(path).is_file() and not force:
        raise InvalidInput(f"{path} exists; use -f to overwrite it")
    elif not Path(path).absolute().parent.is_dir():
        raise InvalidInput(f"{Path(path).parent}: no such directory; make it first")


def _check_stdout() -> None:
    if sys.stdout is None:
        raise InvalidInput("stdout is closed; name a file with -o")
    if sys.stdout.isatty():
        raise InvalidInput("stdout is a terminal; redirect it or name a file with -o")


def _flushed(stream: BinaryIO) -> Iterator[BinaryIO]:
    yield stream
    stream.flush()


def _renamed(final: Path) -> Iterator[BinaryIO]:
    """Stream to a new file beside `final` that takes its name once it is safely on disk."""
    temporary = final.with_name(f".{final.name[:200]}.{token_hex(4)}.tmp")
    try:
        # "x": never through a link that somebody else laid there.
        with open(temporary, "x+b") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(final)
    except BaseException:  # an interrupt leaves no partial file either
        temporary.unlink(missing_ok=True)
        raise
