"""What -v adds: what was tried and how it went, what was verified, and how long pieces took."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
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
    return f"{words}, {_seconds(attempt.chunks, 'chunk')}" if attempt.chunks else words


def batch_words(moments: Sequence[float]) -> str:
    """How long batches of frames took that came at these moments; the first is the start."""
    pairs = pairwise(moments)
    return _seconds([after - before for before, after in pairs], "batch")


def _seconds(each: Sequence[float], what: str) -> str:
    """The time of all pieces and of the slowest."""
    count = f"{len(each):,} {what if len(each) == 1 else MANY[what]}"
    slowest = f", at most {max(each):.2f} s each" if len(each) > 1 else ""
    return f"{count} in {sum(each):.2f} s{slowest}"
