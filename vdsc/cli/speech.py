"""Lines on stderr, which may be lost, and lines on stdout, which may not."""

from __future__ import annotations

import os
import sys
from typing import TextIO

from vdsc.errors import InvalidInput


def say(line: str) -> None:
    """Write a line to stderr; where it cannot be written, the exit code has to do."""
    if sys.stderr is None:
        return
    try:
        sys.stderr.write(line + "\n")
        sys.stderr.flush()
    except (OSError, ValueError):  # closed, full, or a terminal that is gone
        settle()


def put(line: str) -> None:
    """Write a line to stdout; raises InvalidInput where it is closed, OSError where it is full."""
    if sys.stdout is None:
        raise InvalidInput("stdout is closed; redirect it to a file or a pipe")
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def settle() -> Exception | None:
    """Flush stdout and stderr; what they cannot take goes to /dev/null.

    Returns why stdout could not take it. Without this the interpreter's own flush at its end would
    fail with a traceback and exit code 120.
    """
    _flushed(sys.stderr)
    return _flushed(sys.stdout)


def _flushed(stream: TextIO | None) -> Exception | None:
    if stream is None:
        return None
    try:
        stream.flush()
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
        return error
    except ValueError as error:  # the stream was closed in this process
        return error
    return None
