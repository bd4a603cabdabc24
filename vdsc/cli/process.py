"""The `vdsc` process: it ends with an exit code and at most one line, whatever happens to it.

Nothing heavy is imported here, so that Ctrl-C during the imports that follow is caught, too.
"""

from __future__ import annotations

import gc
import os
import signal
import sys
import threading
from io import TextIOWrapper
from typing import TYPE_CHECKING, NoReturn

from vdsc.cli.failure import explain
from vdsc.cli.speech import settle

if TYPE_CHECKING:
    from types import FrameType

GARBAGE = 100_000
"""Objects more before cycles are looked for: by default imports spend a fifth of their time so."""

GRACE = 3.0
"""Seconds that tidying up may take after a signal; then the process ends without it."""


def main() -> NoReturn:
    """Run the command line and end the process with its exit code."""
    try:
        _prepare()
        from vdsc.cli.app import app

        app()
        code = 0
    except BaseException as error:
        code = _code(error)
    _end(code)


def _prepare() -> None:
    """Set up signals, standard streams and the number of threads, before numpy is imported."""
    signal.signal(signal.SIGTERM, _terminate)
    # A shell starts background jobs with SIGINT ignored; that is respected.
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _interrupt)
    _occupy_descriptors()
    if sys.stderr is None:  # Typer would write its words to stdout instead
        sys.stderr = os.fdopen(2, "w", closefd=False)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    gc.set_threshold(GARBAGE)
    # One thread is quickest for windows and chunks of this size, and starting more takes time.
    if sys.argv[1:2] != ["train"]:
        os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
        os.environ.setdefault("OMP_NUM_THREADS", "1")


def _occupy_descriptors() -> None:
    """Open /dev/null in place of closed standard streams, or an output file would take theirs."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)


def _interrupt(number: int, frame: FrameType | None) -> NoReturn:
    del frame
    _hurry(number)
    raise KeyboardInterrupt


def _terminate(number: int, frame: FrameType | None) -> NoReturn:
    del frame
    _hurry(number)
    sys.exit(128 + number)


def _hurry(number: int) -> None:
    """Let the command tidy up undisturbed, but not for longer than GRACE."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    timer = threading.Timer(GRACE, os._exit, (128 + number,))
    timer.daemon = True
    timer.start()


def _code(error: BaseException) -> int:
    """Exit code of what ended the command; unless it was asked for, it is said on stderr."""
    usage = getattr(error.__context__, "exit_code", None)
    if isinstance(error, OSError) and isinstance(usage, int):
        return usage  # a usage error that stderr could not take
    if not isinstance(error, SystemExit):
        return explain(error)
    return error.code if isinstance(error.code, int) else int(error.code is not None)


def _end(code: int) -> NoReturn:
    """End the process with `code`, at once.

    No thread that is still busy is waited for, and what the interpreter would take apart the
    system frees in a fraction of the time.
    """
    fault = settle()
    if fault is not None and code == 0:
        code = explain(fault)
    os._exit(code)
