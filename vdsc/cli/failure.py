"""What a failure says, and the exit code it has."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Callable, Iterable

import typer

from vdsc.errors import VdscError

INTERRUPTED = 128 + 2


def explain(error: BaseException) -> int:
    """Say on stderr, in one line, what went wrong; the traceback only if VDSC_DEBUG is set."""
    if os.environ.get("VDSC_DEBUG"):
        traceback.print_exception(error)
    _settle_stdout()
    if isinstance(error, BrokenPipeError):
        return 1  # quietly: nobody reads any more
    typer.echo(f"vdsc: {_words(error)}", err=True)
    if isinstance(error, KeyboardInterrupt):
        return INTERRUPTED
    return error.exit_code if isinstance(error, VdscError) else 1


def each(items: Iterable[str], work: Callable[[str], None]) -> None:
    """Do `work` on every item; a failure is told at once and the first one's code returned last."""
    first = 0
    for item in items:
        try:
            work(item)
        except BrokenPipeError:
            raise
        except Exception as error:
            code = explain(error)
            first = first or code
    if first:
        raise typer.Exit(first)


def _words(error: BaseException) -> str:
    """The advice of an error, on one line."""
    if isinstance(error, KeyboardInterrupt):
        return "interrupted" + "".join(f"; {word}" for word in error.args)
    if isinstance(error, MemoryError):
        return "out of memory; close other programs or give a smaller input"
    if isinstance(error, OSError):
        where = f"{error.filename}: " if error.filename else ""
        return f"{where}{error.strerror or error}; check the disk and the path"
    if isinstance(error, VdscError):
        return " ".join(str(error).split())
    words = " ".join(str(error).split())
    return f"internal error: {type(error).__name__}: {words} (VDSC_DEBUG=1 shows where)"


def _settle_stdout() -> None:
    """Drop what stdout cannot take, so that the interpreter's last flush of it succeeds."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
