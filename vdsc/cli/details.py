"""What -v adds: what was tried and how it went, what was verified, and how long pieces took."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vdsc.cli.speech import say
from vdsc.core.words import printable

if TYPE_CHECKING:
    from vdsc.api.report import Attempt, Report

VERIFIED = "verified: each chunk was decoded as it was made, and is what the errors are of"
MANY = {"chunk": "chunks", "batch": "batches"}
NOT_VERIFIED = "not verified: no chunk was decoded (--no-verify)"


def say_details(report: Report) -> None:
    """Say what was tried, one line for each, and what was verified."""
    for attempt in report.attempts:
        say(printable(f"  tried {attempt_words(attempt)}"))
    say(f"  {VERIFIED if report.verified else NOT_VERIFIED}")


def attempt_words(attempt: Attempt) -> str:
    """A codec with its settings, the bytes and the time it took."""
    settings = f" ({attempt.settings})" if attempt.settings else ""
    size = f"{attempt.size:,} bytes" if attempt.whole else "given up as larger"
    words = f"{attempt.codec}{settings}: {attempt.frames:,} frames, {size}"
    if not attempt.chunks:
        return words
    return f"{words}, {time_words(attempt.chunks, 'chunk', attempt.seconds, attempt.slowest)}"


def time_words(count: int, what: str, total: float, slowest: float) -> str:
    """How long all pieces took, and the slowest of several."""
    each = f", at most {slowest:.2f} s each" if count > 1 else ""
    return f"{count:,} {what if count == 1 else MANY[what]} in {total:.2f} s{each}"
