"""What a failure says, and the exit code it has."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable

from vdsc.cli.speech import say, settle
from vdsc.core.words import printable
from vdsc.errors import VdscError

INTERRUPTED = 128 + 2


def explain(error: BaseException, item: str = "") -> int:
    """Say on stderr, in one line, what went wrong with `item`, and return the exit code.

    The traceback is shown only if VDSC_DEBUG is set.
    """
    if os.environ.get("VDSC_DEBUG"):
        import traceback

        say("".join(traceback.format_exception(error)).rstrip())
    settle()
    if isinstance(error, BrokenPipeError):
        return 1  # quietly: nobody reads any more
    say(f"vdsc: {printable(_about(item, _words(error)))}")
    if isinstance(error, KeyboardInterrupt):
        return INTERRUPTED
    return error.exit_code if isinstance(error, VdscError) else 1


def each(items: Iterable[str], work: Callable[[str], None]) -> None:
    """Do `work` on every item; a failure is said at once, and the first one's code is returned."""
    first = 0
    for item in items:
        try:
            work(item)
        except BrokenPipeError:
            raise
        except Exception as error:
            code = explain(error, item)
            first = first or code
    if first:
        import typer

        raise typer.Exit(first)


def _about(item: str, words: str) -> str:
    """`words` with the file's name in front, unless they name it; FILE.npz:KEY is FILE.npz."""
    if not item:
        return words
    from vdsc.io.source import split_key

    file = split_key(item)[0]
    name = "stdin" + item[1:] if file == "-" else item
    known = name, "stdin" if file == "-" else file
    return words if any(one in words for one in known) else f"{name}: {words}"


def _words(error: BaseException) -> str:
    """The advice of an error, on one line."""
    words = " ".join(str(error).split())
    if isinstance(error, KeyboardInterrupt):
        return "interrupted" + "".join(f"; {word}" for word in error.args)
    if isinstance(error, MemoryError):
        return "out of memory; close other programs or give a smaller input"
    if isinstance(error, OSError):
        where = (
            f"{os.fsdecode(error.filename)}: " if isinstance(error.filename, str | bytes) else ""
        )
        return f"{where}{error.strerror or words}; check the disk and the path"
    if isinstance(error, VdscError):
        return words
    return f"internal error: {type(error).__name__}: {words} (VDSC_DEBUG=1 shows where)"
