"""What a failure says, and the exit code it has."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator

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


def each(
    items: Iterable[str],
    work: Callable[[str], None],
    *,
    threads: int = 1,
    quiet: bool = False,
    worst: int = 0,
) -> None:
    """Do `work` on every item; failures are said in order, and the first one's code is returned.

    threads: how many items are worked on at once; 0 is as many as there are cores. quiet: without
    a bar. worst: the code that is returned instead if it is one of them.
    """
    failed = [code for code in _codes(list(items), work, threads, quiet=quiet) if code]
    if failed:
        import typer

        raise typer.Exit(worst if worst in failed else failed[0])


def _codes(
    items: list[str], work: Callable[[str], None], threads: int, *, quiet: bool
) -> Iterator[int]:
    """The exit code of `work` on each item, in order, when it has been said."""
    at_once = min(threads or cores(), len(items))
    if at_once > 1 and hasattr(os, "fork"):
        from vdsc.cli.crew import side_by_side

        yield from side_by_side(items, work, at_once, quiet=quiet)
        return
    if at_once > 1:
        say("vdsc: note: this system cannot fork; the files are done one after the other")
    for item in items:
        yield attempt(item, work)


def cores() -> int:
    """How many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def attempt(item: str, work: Callable[[str], None]) -> int:
    """Do `work` on an item; a failure is said. Raises BrokenPipeError where nobody reads."""
    try:
        work(item)
    except BrokenPipeError:
        raise
    except Exception as error:
        return explain(error, item)
    return 0


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
