"""Several files at once, each worker a process of its own; what they say comes in order.

Processes and not threads, because most of the work is Python's, of which one process does one
thing at a time.
"""

from __future__ import annotations

import io
import json
import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, NoReturn, cast

from vdsc.cli.failure import attempt
from vdsc.cli.progress import progress_bar
from vdsc.cli.speech import say, settle
from vdsc.core.words import printable

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

Work = Callable[[str], None]
Answer = tuple[int, str]
"""An exit code, and what is to be said on stderr."""

HELD = {signal.SIGINT, signal.SIGTERM}
"""Signals that wait while a process is forked: Python's own work after that is not to be cut."""

NOBODY_READS = -1
"""The exit code of an item whose data nobody reads any more."""


def side_by_side(
    items: Sequence[str], work: Work, count: int, *, quiet: bool = False
) -> Iterator[int]:
    """Do `work` on all items in `count` processes; the exit code of each in order, when it is said.

    A worker that is killed, as the system does for want of memory, costs the one item it had.
    """
    settle()  # or each worker would have a copy of what is not yet written
    crew = Crew(items, work)
    try:
        for _ in range(count):
            crew.hire()
        with progress_bar("all", "files", shown=not quiet) as tick:
            for done, (code, words) in enumerate(crew.answers(), 1):
                if words:
                    say(words.rstrip("\n"))
                if code == NOBODY_READS:
                    raise BrokenPipeError
                if tick:
                    tick(done, len(items))
                yield code
    finally:
        crew.dismiss()


class Crew:
    """Processes that each do one item after the other."""

    def __init__(self, items: Sequence[str], work: Work) -> None:
        self.items, self.work = items, work
        self.processes: dict[Connection, int] = {}
        self.doing: dict[Connection, int] = {}

    def hire(self) -> None:
        """Fork another process. Nothing has started threads before the first ones are forked."""
        from multiprocessing.connection import Pipe

        ours, theirs = Pipe()
        signal.pthread_sigmask(signal.SIG_BLOCK, HELD)
        try:
            number = os.fork()
            if number == 0:
                _serve(theirs, [ours, *self.processes], self.items, self.work)
        finally:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, HELD)
        theirs.close()
        self.processes[ours] = number

    def answers(self) -> Iterator[Answer]:
        """The answers for all items, in their order, each once those before it are there."""
        from multiprocessing.connection import wait

        early: dict[int, Answer] = {}
        waiting = iter(range(len(self.items)))
        for item in range(len(self.items)):
            while item not in early:
                for pipe in self.processes.keys() - self.doing.keys():
                    self._give(pipe, next(waiting, None))
                for ready in wait(list(self.doing)):
                    early |= self._taken(cast("Connection", ready))
            yield early.pop(item)

    def dismiss(self) -> None:
        """End all processes: the idle ones at once, the others when they have tidied up."""
        for pipe, number in self.processes.items():
            if pipe in self.doing:
                os.kill(number, signal.SIGTERM)
            pipe.close()
        for number in self.processes.values():
            os.waitpid(number, 0)

    def _give(self, pipe: Connection, item: int | None) -> None:
        """Give a process something to do, if anything is left."""
        if item is not None:
            self.doing[pipe] = item
            try:
                pipe.send_bytes(str(item).encode())
            except OSError:  # it was killed while it was idle: its answer says so
                pass

    def _taken(self, pipe: Connection) -> dict[int, Answer]:
        """What a process answers, by its item; one that is dead is replaced."""
        item = self.doing.pop(pipe)
        try:
            code, words = json.loads(pipe.recv_bytes())
        except (EOFError, OSError):
            code, words = _lost(self.items[item], self.processes.pop(pipe))
            pipe.close()
            self.hire()
        return {item: (code, words)}


def _serve(
    pipe: Connection, others: list[Connection], items: Sequence[str], work: Work
) -> NoReturn:
    """Do what the parent asks for until it closes the pipe; nothing else of the parent's is done.

    others: ends of pipes that are the parent's, so that this process ends when the parent does.
    """
    try:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, HELD)
        for other in others:
            other.close()
        while True:
            item = items[int(pipe.recv_bytes())]
            sys.stderr = spoken = io.StringIO()
            try:
                code = attempt(item, work)
            except BrokenPipeError:
                code = NOBODY_READS
            pipe.send_bytes(json.dumps([code, spoken.getvalue()]).encode())
    except BaseException:  # the parent is gone, or wants this to end
        os._exit(1)


def _lost(item: str, number: int) -> Answer:
    """The answer for an item whose process has been killed."""
    _, status = os.waitpid(number, 0)
    by = f"signal {os.WTERMSIG(status)}" if os.WIFSIGNALED(status) else "itself"
    words = f"its process was ended by {by}; if memory was short, lower --threads or --memlimit"
    return 1, f"vdsc: {printable(item)}: {words}"
