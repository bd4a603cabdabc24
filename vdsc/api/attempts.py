"""What was tried on the way to a file: each codec with its settings, its bytes and its time."""

from __future__ import annotations

import functools
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass, field, fields, replace
from typing import Any, ParamSpec

from vdsc.api.report import Attempt, Report
from vdsc.core.laps import Laps

P = ParamSpec("P")
LONGEST = 40
"""Characters of a setting that are told."""

_notes: ContextVar[list[Note] | None] = ContextVar("notes", default=None)


@dataclass(slots=True)
class Note:
    """An attempt that is under way."""

    codec: str
    settings: str
    frames: int
    chunks: Laps = field(default_factory=Laps)
    size: int = 0
    whole: bool = False

    def chunk(self, size: int) -> None:
        """Another chunk is coded; the file has `size` bytes."""
        self.chunks.lap()
        self.size = size

    def end(self, size: int) -> None:
        """The file is whole and has `size` bytes."""
        self.size, self.whole = size, True

    def frozen(self) -> Attempt:
        """What came of it."""
        return Attempt(
            codec=self.codec,
            settings=self.settings,
            frames=self.frames,
            size=self.size,
            whole=self.whole,
            chunks=self.chunks.count,
            seconds=self.chunks.total,
            slowest=self.chunks.slowest,
        )


def begin(codec: str, settings: Any, frames: int) -> Note:
    """Note that a codec with these settings codes so many frames."""
    note = Note(codec, _words(settings), frames)
    notes = _notes.get()
    if notes is not None:
        notes.append(note)
    return note


def collected(encode: Callable[P, Report]) -> Callable[P, Report]:
    """A function that makes a file, whose report tells what was tried."""

    @functools.wraps(encode)
    def collecting(*arguments: P.args, **options: P.kwargs) -> Report:
        notes: list[Note] = []
        token = _notes.set(notes)
        try:
            report = encode(*arguments, **options)
        finally:
            _notes.reset(token)
        return replace(report, attempts=tuple(note.frozen() for note in notes))

    return collecting


def _words(settings: Any) -> str:
    """The settings that are not as they are by themselves."""
    given = [one.name for one in fields(settings) if getattr(settings, one.name) != one.default]
    return ", ".join(f"{name}={_short(str(getattr(settings, name)))}" for name in given)


def _short(value: str) -> str:
    return value if len(value) <= LONGEST else f"{value[:LONGEST]}..."
