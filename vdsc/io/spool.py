"""Inputs that can be read at any position, whatever they come from."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from tempfile import TemporaryFile
from typing import BinaryIO

from vdsc.errors import InvalidInput


@contextmanager
def open_input(path: str) -> Iterator[BinaryIO]:
    """Open `path` for reading at any position; `-` is stdin.

    What cannot seek (stdin, pipes) is first copied to an unlinked temporary file, so that memory
    does not grow with its length.
    """
    with ExitStack() as stack:
        stream = _stdin() if path == "-" else stack.enter_context(_open(path))
        if path == "-" or not stream.seekable():
            pipe, stream = stream, stack.enter_context(TemporaryFile())
            shutil.copyfileobj(pipe, stream)
            stream.seek(0)
        yield stream


def _open(path: str) -> BinaryIO:
    try:
        return open(path, "rb")
    except FileNotFoundError:
        raise InvalidInput(f"{path}: no such file; check the path") from None
    except IsADirectoryError:
        raise InvalidInput(f"{path} is a directory; name a file in it") from None
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        reason = getattr(error, "strerror", None) or error
        raise InvalidInput(f"{path} cannot be read: {reason}") from None


def _stdin() -> BinaryIO:
    if sys.stdin is None:
        raise InvalidInput("stdin is closed; name a file instead of '-'")
    if sys.stdin.isatty():
        raise InvalidInput("stdin is a terminal; pipe a file into it or name one instead of '-'")
    return sys.stdin.buffer
