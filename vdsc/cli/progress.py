"""A bar on a terminal for what takes longer than a second; never a reason to fail."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Protocol, TextIO, cast

from vdsc.core.words import printable

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress, TaskID

PATIENCE = 1.0
"""Seconds that pass before a bar is drawn."""

ENDLESS = 100_000
"""Columns of a pipe: nothing is wrapped or cut there."""


class Tick(Protocol):
    """Moves a progress bar."""

    def __call__(self, done: int, total: int, words: str = "") -> None:
        """Show `done` of `total`, and `words` after the bar."""


class Unfailing:
    """A text stream whose writes are lost, not raised, once nobody can read them."""

    def __init__(self, stream: TextIO) -> None:
        self.stream, self.encoding = stream, stream.encoding

    def write(self, text: str) -> int:
        """Write `text` if that is possible."""
        try:
            return self.stream.write(text)
        except (OSError, ValueError):
            return len(text)

    def flush(self) -> None:
        """Flush if that is possible."""
        try:
            self.stream.flush()
        except (OSError, ValueError):
            pass

    def isatty(self) -> bool:
        """Whether this is a terminal."""
        return self.stream.isatty()

    def fileno(self) -> int:
        """The descriptor of the stream."""
        return self.stream.fileno()


def console(stream: TextIO) -> Console:
    """Rich console on `stream`, which wraps and colours only on a terminal."""
    from rich.console import Console

    width = None if stream.isatty() else ENDLESS
    return Console(file=cast("TextIO", Unfailing(stream)), width=width, highlight=False)


@contextmanager
def progress_bar(title: str, unit: str = "frames", *, shown: bool = True) -> Iterator[Tick | None]:
    """Draw a bar until the block ends; None where stderr is no terminal, or nobody wants it."""
    if not shown or not is_terminal(sys.stderr):
        yield None
        return
    bar = _Bar(title, unit)
    try:
        yield bar.tick
    finally:
        bar.stop()


def is_terminal(stream: TextIO | None) -> bool:
    """Whether somebody may be looking at `stream`."""
    return stream is not None and not stream.closed and stream.isatty()


def progress_words(done: int, total: int, seconds: float, unit: str) -> str:
    """Percentage, count, speed and time left after `seconds`."""
    speed = done / seconds if seconds > 0 else 0.0
    rate = f"{speed:,.0f}" if speed >= 10 else f"{speed:.2g}"
    words = f"{100 * done // max(total, 1):3d} %  {done:,}/{total:,} {unit}  {rate} {unit}/s"
    if 0 < done < total and speed > 0:
        words += f"  {timedelta(seconds=round((total - done) / speed))} left"
    return words


class _Bar:
    """A bar that is drawn after PATIENCE, and pulses until the first tick."""

    def __init__(self, title: str, unit: str) -> None:
        self.title, self.unit = printable(title), unit
        self.began = time.monotonic()
        self.drawn: tuple[Progress, TaskID] | None = None
        self.state: tuple[int, int, str] | None = None
        self.lock, self.stopped = threading.Lock(), False
        self.timer = threading.Timer(PATIENCE, self.draw)
        self.timer.daemon = True
        self.timer.start()

    def draw(self) -> None:
        """Draw the bar, unless the work has ended."""
        with self.lock:
            if not self.stopped:
                self.drawn = _draw(self.title)
                self.show()

    def tick(self, done: int, total: int, words: str = "") -> None:
        """Move the bar."""
        with self.lock:
            self.state = done, total, words
            self.show()

    def show(self) -> None:
        """Show the last tick, if there was one and the bar is drawn."""
        if self.drawn is None or self.state is None:
            return
        (progress, task), (done, total, words) = self.drawn, self.state
        said = progress_words(done, total, time.monotonic() - self.began, self.unit)
        progress.update(task, completed=done, total=total, words=f"{said}  {words}".rstrip())

    def stop(self) -> None:
        """Take the bar away."""
        self.timer.cancel()
        with self.lock:
            self.stopped = True
            if self.drawn is not None:
                self.drawn[0].stop()


def _draw(title: str) -> tuple[Progress, TaskID]:
    from rich.progress import BarColumn, Progress, TextColumn

    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TextColumn("{task.fields[words]}", markup=False),
    )
    progress = Progress(*columns, console=console(sys.stderr), transient=True)
    progress.start()
    return progress, progress.add_task(title, total=None, words="")
